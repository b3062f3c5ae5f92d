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

import re
from collections.abc import Sequence
from typing import Literal, NamedTuple

from hubbub.results.latency import Latency
from hubbub.text.spelling import unknown

_TIMES = {"ns": 1, "us": 1_000, "µs": 1_000, "ms": 1_000_000, "s": 1_000_000_000}
_SIZES = {"KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}
_SLOPES = {"slope": _TIMES, "memory.slope": _SIZES}
WRONGS = {
    "loss": "lost",
    "duplicates": "duplicated",
    "reordered": "reordered",
    "misdelivered": "misdelivered",
    "corrupt": "corrupt",
    "stale": "stale",
}
"""The counts of the ledger, by what objectives call them."""
_COUNTS = (*WRONGS, "anomalies", "refused", "dropped", "errors")
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

Kind = Literal["count", "rate", "slope", "statistic"]


class ObjectiveError(ValueError):
    """A text that is no objective; its message is one line that says what to write."""


class Criterion(NamedTuple):
    """An objective, read."""

    text: str
    metric: str
    comparison: str
    """One of ``< <= = >= >``."""
    limit: float
    """In ns or bytes, per hour or second, as a count, or as a share, as ``unit`` says."""
    unit: str

    @property
    def kind(self) -> Kind:
        """What is measured."""
        if self.metric in _COUNTS:
            return "count"
        if self.metric in _RATES:
            return "rate"
        return "slope" if self.metric in _SLOPES else "statistic"

    @property
    def distribution(self) -> str:
        """The distribution of ``load.json`` that a statistic is of."""
        named = self.metric.partition(".")[0]
        return named if named in _DISTRIBUTIONS else "intended"

    @property
    def statistic(self) -> str:
        """Which statistic of its distribution: ``mean``, ``max`` or a percentile, such as ``p99.9``."""
        match = _STATISTIC.fullmatch(self.metric)
        return "" if match is None else match[2]

    @property
    def level(self) -> float | None:
        """Of a percentile, the share that does not exceed it; else None."""
        return float(self.statistic[1:]) / 100 if self.statistic.startswith("p") else None

    @property
    def is_time(self) -> bool:
        """Whether it limits a duration."""
        return self.unit in _TIMES


def read(text: str) -> Criterion:
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
    return Criterion(text, metric, comparison, limit, unit)


def scope(text: str) -> Scope:
    """Return what judges it: the whole run, each plateau, those with most users, or the longest."""
    criterion = read(text)
    match criterion.kind:
        case "rate":
            return "fullest"
        case "slope":
            return "longest"
        case "statistic" if criterion.distribution not in _OF_THE_RUN:
            return "plateaus"
    return "run"


def merge(defaults: Sequence[str], given: Sequence[str]) -> tuple[str, ...]:
    """Return the objectives of a run: those that were given, and of ``defaults`` those that are kept."""
    return (*kept(defaults, given), *(text for text in given if text != NONE))


def kept(defaults: Sequence[str], given: Sequence[str]) -> tuple[str, ...]:
    """Return those of ``defaults`` on whose metric none was given; none of them where ``none`` was."""
    if NONE in given:
        return ()
    metrics = {read(text).metric for text in given}
    return tuple(text for text in defaults if read(text).metric not in metrics)


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
    return dict(_TIMES)


def _strange(metric: str) -> str:
    """Return which part of a metric is none of the valid words, and the nearest."""
    before, dot, statistic = metric.partition(".")
    if dot and before not in _DISTRIBUTIONS and _STATISTIC.fullmatch(statistic):
        return f"distribution {unknown(before, _DISTRIBUTIONS)}"
    return f"metric {unknown(metric, (*_STATISTICS, *_COUNTS, *_RATES, *_SLOPES))}"
