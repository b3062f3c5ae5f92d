"""The run second by second, put together to rows that a page can hold; and whether the run was stationary."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from statistics import median

from hubbub.results.buckets import quantile, together
from hubbub.results.load_result import Phase as Measured
from hubbub.results.load_result import Second
from hubbub.text.quantities import counted

ROWS = 280
"""At most so many rows: a longer run gets several seconds a row."""

RATIO = 1.25
"""Halves whose median latencies differ by more than this factor disagree, if the ranks say so too."""

SHORTEST = 10
"""Rows of hold below which nothing is said about stationarity."""

_Z = 2.576
"""Two-sided 99 % of the normal distribution."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """Some seconds of the run, together. Rates are per second."""

    start: int
    seconds: int
    phase: str
    users: int
    scheduled: int
    sent: int
    expected: int
    delivered: int
    errors: int
    latency: tuple[tuple[int, int], ...]
    """(Upper bound in ns, count), ascending."""

    def per_second(self, number: int) -> float:
        """Return one of the row's sums as a rate."""
        return number / self.seconds

    def bound(self, level: float) -> int | None:
        """Return the upper bound of the bucket in which the percentile lies (ns); None without deliveries."""
        return quantile(self.latency, level)


@dataclass(frozen=True, kw_only=True)
class Phase:
    """A stretch of the run, in seconds from its start."""

    name: str
    start: int
    end: int
    label: str = ""
    """What a figure calls it: one of several holds by its users."""


@dataclass(frozen=True, kw_only=True)
class Timeline:
    """The whole run over time."""

    step: int
    """Seconds a row."""
    rows: tuple[Row, ...]
    phases: tuple[Phase, ...]
    not_stationary: str
    """The sentence that says so, else empty."""


def timeline(seconds: Sequence[Second], measured: Sequence[Measured] = ()) -> Timeline:
    """Return the run in at most about ``ROWS`` rows; no row crosses from one phase into another.

    ``measured`` are its phases, which results of earlier versions do not have.
    """
    labels = _labels(measured)
    step = max(1, math.ceil(len(seconds) / ROWS))
    phases = [list(group) for _, group in groupby(seconds, key=lambda second: second.phase)]
    rows = tuple(_row(phase[i : i + step]) for phase in phases for i in range(0, len(phase), step))
    return Timeline(
        step=step,
        rows=rows,
        phases=tuple(
            Phase(
                name=phase[0].phase,
                start=phase[0].second,
                end=phase[-1].second + 1,
                label=labels.get(phase[0].second, phase[0].phase),
            )
            for phase in phases
        ),
        not_stationary=_halves_disagree(_longest_hold(rows)),
    )


def _labels(measured: Sequence[Measured]) -> dict[int, str]:
    """Return, by their first seconds, what the holds are called where there are several."""
    holds = [phase for phase in measured if phase.kind == "plateau"]
    return {hold.start: counted(hold.users, "user") for hold in holds} if len(holds) > 1 else {}


def _row(seconds: Sequence[Second]) -> Row:
    return Row(
        start=seconds[0].second,
        seconds=len(seconds),
        phase=seconds[0].phase,
        users=seconds[-1].users,
        scheduled=sum(second.scheduled for second in seconds),
        sent=sum(second.sent for second in seconds),
        expected=sum(second.expected for second in seconds),
        delivered=sum(second.delivered for second in seconds),
        errors=sum(second.errors for second in seconds),
        latency=together(second.latency for second in seconds),
    )


def _longest_hold(rows: Sequence[Row]) -> list[Row]:
    """Return the rows of the longest time in which the number of users stood still."""
    holds = (list(group) for phase, group in groupby(rows, key=lambda row: row.phase) if phase == "hold")
    return max(holds, key=len, default=[])


def _halves_disagree(hold: Sequence[Row]) -> str:
    medians = [bound for row in hold if (bound := row.bound(0.5))]
    if len(medians) < SHORTEST:
        return ""
    first, second = medians[: len(medians) // 2], medians[len(medians) // 2 :]
    ratio = median(second) / median(first)
    if max(ratio, 1 / ratio) <= RATIO or abs(_rank_z(first, second)) < _Z:
        return ""
    change = f"{ratio:.2f} times that of its first"
    return f"Not stationary: the median latency of the hold's second half is {change}."


def _rank_z(first: Sequence[int], second: Sequence[int]) -> float:
    """Return the z score of the Mann-Whitney rank test of two samples."""
    above = sum((b > a) - (b < a) for a in first for b in second) / 2
    n, m = len(first), len(second)
    return above / math.sqrt(n * m * (n + m + 1) / 12)
