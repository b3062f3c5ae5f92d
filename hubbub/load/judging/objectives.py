"""Whether a run met its objectives (``config.objectives`` reads them), and what was measured of each."""

import operator
from collections.abc import Callable, Sequence
from typing import NamedTuple

from hubbub.load.config.objectives import WRONGS, Criterion, read
from hubbub.load.measure.distribution import Distribution
from hubbub.results.connections import Connections
from hubbub.results.counts import Ledger
from hubbub.results.latency import Histogram, Latency
from hubbub.results.load_result import TELLING, Objective, Second, Trend
from hubbub.results.percentiles import FEW, is_few, wanted
from hubbub.text.quantities import duration, number, rate, seconds, size

_COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    "=": operator.eq,
    ">=": operator.ge,
    ">": operator.gt,
}
_UNITS = {"connect": "connections", "userlist": "changes of membership"}
"""What is independent in a distribution, where it is not the messages."""


class Figures(NamedTuple):
    """What of a run objectives are about."""

    ledger: Ledger
    connections: Connections
    errors: int
    latency: Latency
    seconds: tuple[Second, ...]
    trends: tuple[Trend, ...]


def judge(text: str, figures: Figures) -> Objective:
    """Return whether an objective was met; None where there is nothing, or too little, to judge it by."""
    criterion = read(text)
    value = _measure(criterion, figures)
    if value is None:
        return Objective(text=text, measured=None, shown="not measured", met=None)
    shown, lacks = _show(value, criterion), _lacks(criterion, figures)
    if lacks:
        return Objective(text=text, measured=value, shown=f"{shown}, {lacks}", met=None)
    met = _COMPARISONS[criterion.comparison](value, criterion.limit)
    return Objective(text=text, measured=value, shown=shown, met=met)


def _lacks(criterion: Criterion, figures: Figures) -> str:
    """Return what a measured value lacks to be judged by, in a few words; nothing where it lacks nothing."""
    if criterion.kind == "slope":
        steepest = _steepest(criterion.metric, figures.trends)
        if steepest is None or steepest.is_telling:
            return ""
        return f"watched for {seconds(steepest.seconds)} of {seconds(TELLING)}"
    level, name = criterion.level, criterion.distribution
    if level is None:
        return ""
    units = figures.latency.independent(name, figures.ledger.published)
    what = _UNITS.get(name, "messages")
    return f"{FEW}: {units:,} of {wanted(level):,} {what}" if is_few(level, units) else ""


def excess(objective: Objective) -> float:
    """Return by how much an objective that was measured is off; of several the largest is the worst."""
    criterion = read(objective.text)
    over = (objective.measured or 0.0) - criterion.limit
    if criterion.comparison == "=":
        return abs(over)
    return over if criterion.comparison in ("<", "<=") else -over


def worst(judged: Sequence[Objective]) -> Objective:
    """Return, of what became of one objective here and there, the worst; raises ValueError for nothing.

    A missed one comes before one that was not judged, for it stands on few messages.
    """
    return max(judged, key=lambda each: (each.met is False, each.met is None, excess(each)))


def _measure(criterion: Criterion, figures: Figures) -> float | None:
    match criterion.kind:
        case "count":
            return _count(criterion, figures)
        case "rate":
            return _rate(criterion.metric, figures.seconds) if figures.connections.opened else None
        case "slope":
            return _slope(criterion.metric, figures.trends)
    return _statistic(criterion, figures.latency)


def _statistic(criterion: Criterion, latency: Latency) -> float | None:
    histogram: Histogram = getattr(latency, criterion.distribution)
    if not histogram.count:
        return None
    if criterion.level is None:
        return float(getattr(histogram, criterion.statistic))
    return float(Distribution.of(histogram).percentile(float(criterion.statistic[1:])))


def _count(criterion: Criterion, figures: Figures) -> float | None:
    ledger, connections = figures.ledger, figures.connections
    wrongs = {name: getattr(ledger, field) for name, field in WRONGS.items()}
    counts = {
        **wrongs,
        "anomalies": sum(wrongs.values()),
        "refused": connections.failed,
        "dropped": connections.lost,
        "errors": figures.errors,
    }
    number: int = counts[criterion.metric]
    if not number and not _chances(criterion.metric, figures):
        return None
    if criterion.unit != "%":
        return number
    possible = {"refused": connections.attempted, "dropped": connections.opened}
    whole = possible.get(criterion.metric, ledger.expected)
    return number / whole if whole else None


def _chances(metric: str, figures: Figures) -> int:
    """Return how often a run could have come to what a metric counts: none of nothing is no success."""
    if metric in ("refused", "errors"):
        return figures.connections.attempted
    return figures.connections.opened if metric in ("dropped", "stale") else figures.ledger.expected


def _rate(metric: str, seconds: tuple[Second, ...]) -> float | None:
    """Return the mean of the seconds in which the number of users stood still."""
    field = {"delivered": "delivered", "published": "sent"}[metric]
    counts = [getattr(second, field) for second in _held(seconds)]
    return sum(counts) / len(counts) if counts else None


def _slope(metric: str, trends: tuple[Trend, ...]) -> float | None:
    """Return how fast the latency grows, or the memory of the process where it does so fastest."""
    steepest = _steepest(metric, trends)
    return None if steepest is None else steepest.per_hour


def _steepest(metric: str, trends: tuple[Trend, ...]) -> Trend | None:
    unit = "bytes" if metric == "memory.slope" else "ns"
    found = [trend for trend in trends if trend.unit == unit]
    return max(found, key=lambda trend: trend.per_hour, default=None)


def _held(seconds: tuple[Second, ...]) -> list[Second]:
    return [second for second in seconds if second.phase == "hold"]


def _show(value: float, criterion: Criterion) -> str:
    """Return a measured value as people read it."""
    if criterion.unit == "%":
        return f"{number(value * 100)}%"
    if criterion.kind == "count":
        return number(value)
    if criterion.kind == "rate":
        return f"{rate(value)}/s"
    if criterion.kind == "slope":
        sign = "-" if value < 0 else ""
        return f"{sign}{(duration if criterion.metric == 'slope' else size)(abs(value))}/h"
    return duration(value)
