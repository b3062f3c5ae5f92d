"""The few figures that stand beside the verdict, before all else."""

from dataclasses import dataclass

from hubbub.results.percentiles import FEW
from hubbub.text.quantities import duration, rate

from .load_view import LoadView

LEVELS = (0.5, 0.95, 0.99)


@dataclass(frozen=True, kw_only=True)
class KeyFigure:
    """One figure with its name."""

    name: str
    value: str
    beside: str = ""
    """``few``, where it stands on few messages."""
    why: str = ""
    """What that means, in full."""


def key_figures(load: LoadView) -> tuple[KeyFigure, ...]:
    """Return median, tail and largest latency from the intended time, and the mean rates, as far as known."""
    return (*latency_figures(load), *rate_figures(load))


def latency_figures(load: LoadView) -> list[KeyFigure]:
    """Return the latencies among them."""
    latency = load.intended
    if latency.empty or latency.withheld:
        return [KeyFigure(name="latency", value="withheld" if latency.withheld else "none measured")]
    found = [
        KeyFigure(
            name=percentile.name,
            value=duration(percentile.value or 0),
            beside=FEW if percentile.is_few else "",
            why=f"{percentile.name} wants {percentile.wants:,} messages; this run had {latency.units:,}",
        )
        for percentile in map(latency.percentile, LEVELS)
    ]
    return [*found, KeyFigure(name="max", value=duration(latency.max))]


def rate_figures(load: LoadView) -> list[KeyFigure]:
    """Return the rates among them, while most users were there."""
    if load.pace is None:
        return []
    return [
        KeyFigure(name="messages/s", value=rate(load.pace.messages)),
        KeyFigure(name="deliveries/s", value=rate(load.pace.deliveries)),
    ]
