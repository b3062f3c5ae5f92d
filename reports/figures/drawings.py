"""Which figures a load run gets: those that there are numbers for."""

from collections.abc import Callable
from dataclasses import dataclass

from markupsafe import Markup

from ..model.load_view import LoadView
from . import fan_out, heat_map, members, percentile_curves, throughput
from .canvas import FIRST, SECOND, THIRD
from .percentile_curves import Curve


@dataclass(frozen=True, kw_only=True)
class Drawings:
    """Inline SVGs, empty where there is nothing to draw. No text of a result file is in them."""

    percentiles: Markup
    heat_map: Markup
    throughput: Markup
    members: Markup
    fan_out: Markup
    generator: Markup


def draw(load: LoadView) -> Drawings:
    """Draw the figures of a load run; latencies only where they may be printed."""
    over_time, one_way = load.timeline, not load.intended.withheld
    any_second = bool(over_time.rows)
    any_latency = one_way and any(row.latency for row in over_time.rows)
    rooms = [room for room in load.rooms if room.delivered and one_way]
    curves = _generator_curves(load)
    return Drawings(
        percentiles=_if(
            one_way and not load.intended.empty, lambda: percentile_curves.latency(load.intended, load.sent)
        ),
        heat_map=_if(any_latency, lambda: heat_map.draw(over_time)),
        throughput=_if(any_second, lambda: throughput.draw(over_time)),
        members=_if(any_second, lambda: members.draw(over_time)),
        fan_out=_if(bool(rooms), lambda: fan_out.draw(rooms)),
        generator=_if(bool(curves), lambda: percentile_curves.draw("generator", curves, "delay")),
    )


def _if(there_is_something: bool, drawn: Callable[[], str]) -> Markup:
    return Markup(drawn() if there_is_something else "")


def _generator_curves(load: LoadView) -> list[Curve]:
    """Return send lateness, queueing, and the worst worker's loop lag, as far as they were recorded."""
    curves = [
        Curve(distribution=load.lateness, colour=FIRST),
        Curve(distribution=load.queueing, colour=SECOND, dash="--"),
    ]
    if load.workers:
        worst = max(load.workers, key=lambda worker: worker.loop_lag.max)
        curves.append(Curve(distribution=worst.loop_lag, colour=THIRD, dash="-."))
    return [curve for curve in curves if not curve.distribution.empty]
