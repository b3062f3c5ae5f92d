"""What was measured in each phase of a run, and which objectives it met.

What belongs to two loads belongs to none: no figure here is of a ramp and a plateau, or of two plateaus.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec

from hubbub.load.config.objectives import Scope, scope
from hubbub.load.exchange.report import Report
from hubbub.load.judging import objectives
from hubbub.load.judging.objectives import Figures
from hubbub.load.master.fanout_book import FanoutBook
from hubbub.load.measure.phases import Span, fullest, longest, plateaus
from hubbub.load.measure.slices import Slices
from hubbub.results.latency import Latency, PhaseLatency
from hubbub.results.load_result import Objective, Phase, Rates, Second

_RATES = Rates.__struct_fields__


class Latencies:
    """The latencies of a run; ``withhold`` leaves out those that need clocks that agree."""

    def __init__(self, reports: Sequence[Report], book: FanoutBook, *, withhold: bool) -> None:
        parts = [report.distributions for report in reports]
        nothing = Slices(0)
        self._slices = {
            "intended": nothing if withhold else Slices.of(part.intended for part in parts),
            "sent": nothing if withhold else Slices.of(part.sent for part in parts),
            "lateness": Slices.of(part.lateness for part in parts),
            "last_member": nothing if withhold else book.last_member,
            "spread": nothing if withhold else book.spread,
        }

    def whole(self) -> PhaseLatency:
        """Return the latencies of the whole run."""
        return PhaseLatency(**{name: slices.whole().record() for name, slices in self._slices.items()})

    def of(self, span: Span) -> PhaseLatency:
        """Return those of a phase."""
        return PhaseLatency(
            **{name: slices.between(span.start, span.end).record() for name, slices in self._slices.items()}
        )


class _Part(NamedTuple):
    """One plateau, by which objectives are judged."""

    number: int
    """From 1, as people count phases."""
    span: Span
    figures: Figures


class Judged(NamedTuple):
    """What became of all objectives, and of those of each phase."""

    run: tuple[Objective, ...]
    phases: tuple[Phase, ...]


def divide(spans: Sequence[Span], seconds: Sequence[Second], latencies: Latencies) -> tuple[Phase, ...]:
    """Return what was measured in each phase; objectives are not judged yet."""
    return tuple(_phase(span, seconds[span.start : span.end], latencies.of(span)) for span in spans)


def judge(texts: Iterable[str], whole: Figures, spans: Sequence[Span], phases: Sequence[Phase]) -> Judged:
    """Judge objectives, each by its scope (``objectives.scope``).

    Where several plateaus count, all must meet it, and the worst is told: a missed one before
    one that stands on too few messages to be judged. One in which nothing of it was
    measured does not count; where nothing was in any, or there is none, the run is judged as a whole.
    """
    parts = {
        span: _Part(number, span, _figures(whole, phase, whole.seconds[span.start : span.end]))
        for number, (span, phase) in enumerate(zip(spans, phases, strict=True), 1)
    }
    longest_one = longest(spans)
    scopes: dict[Scope, list[Span]] = {
        "run": [],
        "plateaus": plateaus(spans),
        "fullest": fullest(spans),
        "longest": [longest_one] if longest_one is not None else [],
    }
    run: list[Objective] = []
    found: dict[Span, list[Objective]] = {span: [] for span in spans}
    for text in texts:
        judged = [(parts[span], objectives.judge(text, parts[span].figures)) for span in scopes[scope(text)]]
        for part, objective in judged:
            found[part.span].append(objective)
        known = [(part, objective) for part, objective in judged if objective.measured is not None]
        run.append(_together(known) if known else objectives.judge(text, whole))
    replace = msgspec.structs.replace
    told = (replace(phase, objectives=tuple(found[span])) for span, phase in zip(spans, phases, strict=True))
    return Judged(tuple(run), tuple(told))


def _phase(span: Span, seconds: Sequence[Second], latency: PhaseLatency) -> Phase:
    sums = {name: sum(getattr(second, name) for second in seconds) for name in (*_RATES, "errors")}
    return Phase(
        kind=span.kind,
        users=span.users,
        start=span.start,
        end=span.end,
        messages=sums["sent"],
        errors=sums["errors"],
        rates=Rates(**{name: sums[name] / max(1, span.seconds) for name in _RATES}),
        latency=latency,
    )


def _figures(whole: Figures, phase: Phase, seconds: tuple[Second, ...]) -> Figures:
    """Return the figures of a run with those of one phase in their place."""
    replace = msgspec.structs.replace
    latency: Latency = replace(whole.latency, **msgspec.structs.asdict(phase.latency))
    return whole._replace(
        ledger=replace(whole.ledger, published=phase.messages), latency=latency, seconds=seconds
    )


def _together(known: Sequence[tuple[_Part, Objective]]) -> Objective:
    """Return what became of an objective that was judged by several plateaus: the worst of them tells."""
    if len(known) == 1:
        return known[0][1]
    worst = objectives.worst([objective for _, objective in known])
    part = next(part for part, objective in known if objective is worst)
    where = f"in phase {part.number}, {part.span.users:,} users"
    return msgspec.structs.replace(worst, shown=f"{worst.shown} {where}")
