"""The phases of a load run, as text for the page and the terminal."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from hubbub.results.load_result import Objective, Phase
from hubbub.text.quantities import count, duration, rate

from ..text.sanitize import line
from .percentiles import RecordedDistribution, decode

HEAD = ("phase", "users", "seconds", "messages/s", "deliveries/s", "p50", "p95", "p99", "largest")
"""Of the columns of ``PhaseView.row``."""

_NAMES = {"ramp": "ramp", "plateau": "hold", "drain": "drain"}
_LEVELS = (0.5, 0.95, 0.99)
_NOTHING = "—"
_STATES = {True: "met", False: "missed", None: "not judged"}


@dataclass(frozen=True, kw_only=True)
class PhaseView:
    """One phase."""

    name: str
    row: tuple[str, ...]
    """Its cells, under ``HEAD``."""
    objectives: tuple[str, ...]
    """Those that it was judged by, each with what was measured and whether it was met."""


def phase_views(phases: Sequence[Phase], withheld: str) -> tuple[PhaseView, ...]:
    """Return all phases; ``withheld`` says why their latencies may not be told, if so.

    Raises ResultFileError where a histogram is damaged.
    """
    return tuple(_view(number, phase, withheld) for number, phase in enumerate(phases, 1))


def _view(number: int, phase: Phase, withheld: str) -> PhaseView:
    name = f"{number} {_NAMES[phase.kind]}"
    latency = decode(f"phase {number}", phase.latency.intended, "messages", phase.messages)
    latency = replace(latency, withheld=withheld)
    return PhaseView(
        name=name,
        row=(
            name,
            count(phase.users),
            f"{phase.start} to {phase.end}",
            rate(phase.rates.sent),
            rate(phase.rates.delivered),
            *_figures(latency),
        ),
        objectives=tuple(_objective(objective) for objective in phase.objectives),
    )


def _figures(latency: RecordedDistribution) -> tuple[str, ...]:
    """Return the percentiles and the largest, as far as they may be told."""
    if latency.empty or latency.withheld:
        return (_NOTHING,) * (len(_LEVELS) + 1)
    return (*(latency.percentile(level).told for level in _LEVELS), duration(latency.max))


def _objective(objective: Objective) -> str:
    return line(f"{objective.text}: {objective.shown}, {_STATES[objective.met]}")
