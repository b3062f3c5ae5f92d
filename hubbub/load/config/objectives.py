"""Service level objectives: what a run must show, each one short text, such as ``p99<200ms``.

An objective is a metric, a comparison (``< <= = >= >``) and a limit with its unit:

- ``p50 p90 p99 p99.9 mean max`` of the latency from the intended time, or of any other distribution of
  ``load.json`` that is named before it: ``connect.max<1s``, ``sent.p99<=50ms``; in ``ns us ms s``.
- ``loss duplicates reordered misdelivered corrupt stale``: deliveries gone wrong, and ``anomalies``, all of
  them; ``refused dropped`` connections and ``errors``; a number, or a share in ``%`` of what could have been.
- ``delivered`` and ``published``: a rate, in ``/s``, while most users were there.
- ``slope`` of the median latency, and ``memory.slope``, of the process whose memory grows fastest, for soak
  runs: ``slope<1ms/h``, ``memory.slope<10MiB/h``.

What of a run each is judged by, says ``scope``; ``hubbub.load.master.by_phase`` judges it so.

A percentile that stands on few messages (``hubbub.results.percentiles``), and a slope that was watched for
less than a minute, are told and not judged.
"""

import operator
import re
from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple

from hubbub.load.measure.distribution import Distribution
from hubbub.results.load_result import (
    TELLING,
    Connections,
    Histogram,
    Latency,
    Ledger,
    Objective,
    Second,
    Trend,
)
from hubbub.results.percentiles import FEW, is_few, wanted
from hubbub.text.quantities import duration, number, rate, seconds, size
from hubbub.text.spelling import unknown

_COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    "=": operator.eq,
    ">=": operator.ge,
    ">": operator.gt,
}
TIMES = {"ns": 1, "us": 1_000, "µs": 1_000, "ms": 1_000_000, "s": 1_000_000_000}
_SIZES = {"KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}
_SLOPES = {"slope": TIMES, "memory.slope": _SIZES}
_WRONGS = {
    "loss": "lost",
    "duplicates": "duplicated",
    "reordered": "reordered",
    "misdelivered": "misdelivered",
    "corrupt": "corrupt",
    "stale": "stale",
}
_COUNTS = (*_WRONGS, "anomalies", "refused", "dropped", "errors")
_RATES = ("delivered", "published")
_STATISTICS = ("p50", "p90", "p99", "p99.9", "mean", "max")
_OF_THE_RUN = ("connect", "userlist", "queueing")
"""Distributions of what happens when users come and go, or all the time."""
Scope = Literal["run", "plateaus", "fullest", "longest"]
_DISTRIBUTIONS: tuple[str, ...] = Latency.__struct_fields__

_TEXT = re.compile(r"([a-z_.0-9]+)(<=|>=|<|=|>)([0-9][0-9_,]*(?:\.[0-9]+)?)([a-zA-Zµ%/]*)")
_STATISTIC = re.compile(r"(?:([a-z_]+)\.)?(p(?:100|[0-9]{1,2}(?:\.[0-9]+)?)|mean|max)")
_EXAMPLE = "write it like p99<200ms, connect.max<1s, loss=0, loss<0.1%, delivered>1000/s or slope<1ms/h"


NONE = "none"
"""Given as an objective, it leaves out those of the scenario."""

_UNITS = {"connect": "connections", "userlist": "changes of membership"}
"""What is independent in a distribution, where it is not the messages."""


class ObjectiveError(ValueError):
    """A text that is no objective; its message is one line that says what to write."""


class Target(NamedTuple):
    """An objective, read."""

    text: str
    metric: str
    comparison: str
    limit: float
    """In ns or bytes, per hour or second, as a count, or as a share, as ``unit`` says."""
    unit: str


class Figures(NamedTuple):
    """What of a run objectives are about."""

    ledger: Ledger
    connections: Connections
    errors: int
    latency: Latency
    seconds: tuple[Second, ...]
    trends: tuple[Trend, ...]


def read(text: str) -> Target:
    """Read an objective; raises ObjectiveError."""
    match = _TEXT.fullmatch(text.replace(" ", ""))
    if match is None:
        raise ObjectiveError(f"{text!r} is no objective; {_EXAMPLE}")
    metric, comparison, number, unit = match.groups()
    scale = _scales(metric, text).get(unit)
    if scale is None:
        units = ", ".join(unit or "no unit" for unit in _scales(metric, text))
        raise ObjectiveError(f"{text!r}: {metric} is measured in {units}; {_EXAMPLE}")
    limit = float(re.sub("[_,]", "", number)) * scale
    return Target(text, metric, comparison, limit, unit)


def scope(text: str) -> Scope:
    """Return what judges it: the whole run, each plateau, those with most users, or the longest."""
    metric = read(text).metric
    if metric in _RATES:
        return "fullest"
    if metric in _SLOPES:
        return "longest"
    statistic = _STATISTIC.fullmatch(metric)
    return "plateaus" if statistic is not None and statistic[1] not in _OF_THE_RUN else "run"


def excess(objective: Objective) -> float:
    """Return by how much an objective that was measured is off; of several the largest is the worst."""
    target = read(objective.text)
    over = (objective.measured or 0.0) - target.limit
    if target.comparison == "=":
        return abs(over)
    return over if target.comparison in ("<", "<=") else -over


def worst(judged: Sequence[Objective]) -> Objective:
    """Return, of what became of one objective here and there, the worst; raises ValueError for nothing.

    A missed one comes before one that was not judged, for it stands on few messages.
    """
    return max(judged, key=lambda each: (each.met is False, each.met is None, excess(each)))


def merge(defaults: Sequence[str], given: Sequence[str]) -> tuple[str, ...]:
    """Return the objectives of a run: those that were given, and of ``defaults`` those that are kept."""
    return (*kept(defaults, given), *(text for text in given if text != NONE))


def kept(defaults: Sequence[str], given: Sequence[str]) -> tuple[str, ...]:
    """Return those of ``defaults`` on whose metric none was given; none of them where ``none`` was."""
    if NONE in given:
        return ()
    metrics = {read(text).metric for text in given}
    return tuple(text for text in defaults if read(text).metric not in metrics)


def judge(text: str, figures: Figures) -> Objective:
    """Return whether an objective was met; None where there is nothing, or too little, to judge it by."""
    target = read(text)
    value = _measure(target, figures)
    if value is None:
        return Objective(text=text, measured=None, shown="not measured", met=None)
    shown, lacks = _show(value, target), _lacks(target, figures)
    if lacks:
        return Objective(text=text, measured=value, shown=f"{shown}, {lacks}", met=None)
    met = _COMPARISONS[target.comparison](value, target.limit)
    return Objective(text=text, measured=value, shown=shown, met=met)


def _lacks(target: Target, figures: Figures) -> str:
    """Return what a measured value lacks to be judged by, in a few words; nothing where it lacks nothing."""
    if target.metric in _SLOPES:
        steepest = _steepest(target.metric, figures.trends)
        if steepest is None or steepest.is_telling:
            return ""
        return f"watched for {seconds(steepest.seconds)} of {seconds(TELLING)}"
    match = _STATISTIC.fullmatch(target.metric)
    if match is None or not match[2].startswith("p"):
        return ""
    level, name = float(match[2][1:]) / 100, _distribution(target.metric)
    units = figures.latency.independent(name, figures.ledger.published)
    what = _UNITS.get(name, "messages")
    return f"{FEW}: {units:,} of {wanted(level):,} {what}" if is_few(level, units) else ""


def _scales(metric: str, text: str) -> dict[str, float]:
    """Return the units that a metric may have, and what each is in the metric's own."""
    if metric in _COUNTS:
        return {"": 1, "%": 0.01}
    if metric in _RATES:
        return {"/s": 1, "": 1}
    if metric in _SLOPES:
        return {f"{unit}/h": scale for unit, scale in _SLOPES[metric].items()}
    match = _STATISTIC.fullmatch(metric)
    if match is None or match[1] not in (None, *_DISTRIBUTIONS):
        raise ObjectiveError(f"{text!r}: there is no {_strange(metric)}; {_EXAMPLE}")
    return dict(TIMES)


def _strange(metric: str) -> str:
    """Return which part of a metric is none of the valid words, and the nearest."""
    before, dot, statistic = metric.partition(".")
    if dot and before not in _DISTRIBUTIONS and _STATISTIC.fullmatch(statistic):
        return f"distribution {unknown(before, _DISTRIBUTIONS)}"
    return f"metric {unknown(metric, (*_STATISTICS, *_COUNTS, *_RATES, *_SLOPES))}"


def _measure(target: Target, figures: Figures) -> float | None:
    if target.metric in _COUNTS:
        return _count(target, figures)
    if target.metric in _RATES:
        return _rate(target.metric, figures.seconds) if figures.connections.opened else None
    if target.metric in _SLOPES:
        return _slope(target.metric, figures.trends)
    return _statistic(target.metric, figures.latency)


def _statistic(metric: str, latency: Latency) -> float | None:
    match = _STATISTIC.fullmatch(metric)
    assert match is not None, "it was read before"
    histogram: Histogram = getattr(latency, _distribution(metric))
    if not histogram.count:
        return None
    if match[2] in ("mean", "max"):
        return float(getattr(histogram, match[2]))
    return float(Distribution.of(histogram).percentile(float(match[2][1:])))


def _distribution(metric: str) -> str:
    """Return the distribution of ``load.json`` that a metric is of."""
    named = metric.partition(".")[0]
    return named if named in _DISTRIBUTIONS else "intended"


def _count(target: Target, figures: Figures) -> float | None:
    ledger, connections = figures.ledger, figures.connections
    wrongs = {name: getattr(ledger, field) for name, field in _WRONGS.items()}
    counts = {
        **wrongs,
        "anomalies": sum(wrongs.values()),
        "refused": connections.failed,
        "dropped": connections.lost,
        "errors": figures.errors,
    }
    number: int = counts[target.metric]
    if not number and not _chances(target.metric, figures):
        return None
    if target.unit != "%":
        return number
    possible = {"refused": connections.attempted, "dropped": connections.opened}
    whole = possible.get(target.metric, ledger.expected)
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


def _show(value: float, target: Target) -> str:
    """Return a measured value as people read it."""
    if target.unit == "%":
        return f"{number(value * 100)}%"
    if target.metric in _COUNTS:
        return number(value)
    if target.metric in _RATES:
        return f"{rate(value)}/s"
    if target.metric in _SLOPES:
        sign = "-" if value < 0 else ""
        return f"{sign}{(duration if target.metric == 'slope' else size)(abs(value))}/h"
    return duration(value)
