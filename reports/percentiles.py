"""Percentiles of recorded durations, and when one may be printed.

A percentile is printed only with at least 100 independent values beyond it: p99 wants 10,000. Deliveries of
one message are not independent of each other, so for latencies the unit that counts is the message published.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from hdrh.histogram import HdrHistogram
from numpy.typing import NDArray

from result_files.records import ResultFileError
from swarm.result import Histogram

LEVELS = (0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 0.9999)
BEYOND = 100
"""Independent values that must lie beyond a percentile before it is printed."""


@dataclass(frozen=True, kw_only=True)
class Percentile:
    """One percentile, or what it would take to print it."""

    level: float
    value: int | None
    """Nanoseconds; None where it is withheld."""
    wants: int
    """Independent values that it takes."""

    @property
    def name(self) -> str:
        """``p99.9``."""
        return level_name(self.level)


def level_name(level: float) -> str:
    """Return ``p99.9`` for 0.999."""
    return f"p{level * 100:.6g}"


def wanted(level: float) -> int:
    """Return how many independent values the percentile at ``level`` takes."""
    return round(BEYOND / (1 - level))


@dataclass(frozen=True, kw_only=True)
class Distribution:
    """Recorded durations in nanoseconds, ready to be asked for percentiles."""

    name: str
    unit: str
    """What is independent in it, in the plural: ``messages``, ``connections``."""
    units: int
    count: int
    mean: float
    max: int
    values: Sequence[int]
    """Ascending: the highest value of each recorded bucket."""
    counts: Sequence[int]
    withheld: str = ""
    """Why no figure of it may be printed, if so."""

    @property
    def empty(self) -> bool:
        """Whether nothing was recorded."""
        return not self.values

    @cached_property
    def _cumulative(self) -> NDArray[np.int64]:
        return np.cumsum(np.asarray(self.counts, dtype=np.int64))

    @property
    def highest_level(self) -> float:
        """The highest level that may be printed; 0 where none may."""
        return max(0.0, 1 - BEYOND / self.units) if self.units else 0.0

    def at(self, level: float) -> int:
        """Return the smallest recorded value that at least a share ``level`` of all values do not pass (ns).

        Raises ValueError where nothing was recorded.
        """
        if self.empty:
            raise ValueError(f"{self.name}: nothing was recorded")
        rank = max(1, math.ceil(level * int(self._cumulative[-1]) - 1e-9))
        return min(self.values[int(np.searchsorted(self._cumulative, rank))], self.max)

    def percentile(self, level: float) -> Percentile:
        """Return the percentile at ``level``, withheld where too few values lie beyond it."""
        wants = wanted(level)
        may = not self.empty and not self.withheld and self.units >= wants
        return Percentile(level=level, value=self.at(level) if may else None, wants=wants)

    def percentiles(self) -> tuple[Percentile, ...]:
        """Return those of ``LEVELS``."""
        return tuple(self.percentile(level) for level in LEVELS)


def shown_levels(distributions: Sequence[Distribution]) -> tuple[float, ...]:
    """Return the levels worth a column: those that one of them may print, and the next."""
    printed = sum(any(d.percentile(level).value is not None for d in distributions) for level in LEVELS)
    return LEVELS[: printed + 1]


def decode(name: str, histogram: Histogram, unit: str, units: int | None = None) -> Distribution:
    """Return the distribution that a result file holds; ``units`` are its own values where not given.

    Raises ResultFileError where it is not an HdrHistogram, or not of as many values as it says.
    """
    values, counts = _recorded(name, histogram.hdr)
    if sum(counts) != histogram.count:
        raise _damaged(name, f"holds {sum(counts):,} values and says {histogram.count:,}")
    return Distribution(
        name=name,
        unit=unit,
        units=min(histogram.count, histogram.count if units is None else units),
        count=histogram.count,
        mean=histogram.mean,
        max=histogram.max,
        values=values,
        counts=counts,
    )


def _recorded(name: str, encoded: str) -> tuple[Sequence[int], Sequence[int]]:
    try:
        histogram = HdrHistogram.decode(encoded)
        counts = np.ctypeslib.as_array(histogram.counts).astype(np.int64)
        indexes = np.flatnonzero(counts)
        if (counts < 0).any():
            raise ValueError("negative counts")
        values = [_highest(histogram, int(index)) for index in indexes]
    # hdrh raises whatever the damage leads to: base64, zlib, struct, arithmetic and its own errors.
    except Exception as error:
        raise _damaged(name, f"is not an HdrHistogram ({str(error) or type(error).__name__})") from error
    return values, counts[indexes].tolist()


def _damaged(name: str, how: str) -> ResultFileError:
    return ResultFileError(f"load.json is damaged: {name} {how}; run again to get a whole one")


def _highest(histogram: HdrHistogram, index: int) -> int:
    return int(histogram.get_highest_equivalent_value(histogram.get_value_from_index(index)))
