"""Percentiles of recorded durations, as a result file holds them.

Which of them stand on few values, ``hubbub.results.percentiles`` says, for the whole project.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from hdrh.histogram import HdrHistogram
from numpy.typing import NDArray

from hubbub.results.buckets import rank
from hubbub.results.latency import Histogram
from hubbub.results.percentiles import BEYOND, is_few, level_name, told, wanted
from hubbub.results.records import ResultFileError

LEVELS = (0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 0.9999)
ALWAYS = LEVELS[:5]
"""Those that are shown on however few values."""


@dataclass(frozen=True, kw_only=True)
class Percentile:
    """One percentile."""

    level: float
    value: int | None
    """Nanoseconds; None where nothing was recorded, or no figure may be shown."""
    units: int
    """Independent values that it stands on."""

    @property
    def name(self) -> str:
        """``p99.9``."""
        return level_name(self.level)

    @property
    def wants(self) -> int:
        """How many independent values it takes to be sure."""
        return wanted(self.level)

    @property
    def is_few(self) -> bool:
        """Whether it stands on fewer."""
        return is_few(self.level, self.units)

    @property
    def told(self) -> str:
        """Its text, with *few* beside it where it stands on few values; empty where there is none."""
        return "" if self.value is None else told(self.value, self.level, self.units)


@dataclass(frozen=True, kw_only=True)
class RecordedDistribution:
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
        """The highest level that does not stand on few values; 0 where each does."""
        return max(0.0, 1 - BEYOND / self.units) if self.units else 0.0

    def at(self, level: float) -> int:
        """Return the smallest recorded value that at least a share ``level`` of all values do not pass (ns).

        Raises ValueError where nothing was recorded.
        """
        if self.empty:
            raise ValueError(f"{self.name}: nothing was recorded")
        wanted_rank = rank(level, int(self._cumulative[-1]))
        return min(self.values[int(np.searchsorted(self._cumulative, wanted_rank))], self.max)

    def percentile(self, level: float) -> Percentile:
        """Return the percentile at ``level``."""
        may = not self.empty and not self.withheld
        return Percentile(level=level, value=self.at(level) if may else None, units=self.units)

    def percentiles(self) -> tuple[Percentile, ...]:
        """Return those of ``LEVELS``."""
        return tuple(self.percentile(level) for level in LEVELS)


def shown_levels(distributions: Sequence[RecordedDistribution]) -> tuple[float, ...]:
    """Return the levels worth a column: those up to p99, and of the higher ones those that one is sure of."""
    sure = max((d.highest_level for d in distributions), default=0.0)
    return (*ALWAYS, *(level for level in LEVELS[len(ALWAYS) :] if level <= sure))


def decode(name: str, histogram: Histogram, unit: str, units: int | None = None) -> RecordedDistribution:
    """Return the distribution that a result file holds; ``units`` are its own values where not given.

    Raises ResultFileError where it is not an HdrHistogram, or not of as many values as it says.
    """
    values, counts = _recorded(name, histogram.hdr)
    if sum(counts) != histogram.count:
        raise _damaged(name, f"holds {sum(counts):,} values and says {histogram.count:,}")
    return RecordedDistribution(
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
