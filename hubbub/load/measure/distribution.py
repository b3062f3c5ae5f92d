"""Distributions of durations: HdrHistogram's buckets, filled in batches and merged without loss.

The counts are kept in HdrHistogram's own layout (three significant digits, 1 ns to 1 h), so that ``hdrh``
encodes and decodes them; values are put in their buckets by numpy, many at a time.
"""

import numpy as np
from hdrh.histogram import HdrHistogram
from numpy.typing import NDArray

from hubbub.results.buckets import place
from hubbub.results.latency import NOTHING, Histogram

Durations = NDArray[np.int64]
"""Durations in ns."""

LONGEST = 3_600_000_000_000
"""Durations over this, one hour in ns, count as this; the maximum is kept exactly."""

_DIGITS = 3
_HALF_BITS = 10
"""Each power of two is cut into 2**10 buckets, which bounds the error by 0.1 %."""
_HALF = 1 << _HALF_BITS
_FULL = 2 * _HALF


def _empty() -> HdrHistogram:
    return HdrHistogram(1, LONGEST, _DIGITS)


_BUCKETS: int = _empty().counts_len


class Distribution:
    """A bounded-error distribution of durations in ns."""

    def __init__(self) -> None:
        self._counts = np.zeros(_BUCKETS, np.int64)
        self._sum = 0
        self.count = 0
        self.max = 0

    def add(self, durations: Durations) -> None:
        """Count each of ``durations``; what is below 0 counts as 0."""
        if not durations.size:
            return
        durations = np.maximum(durations, 0)
        buckets = _bucket(durations)
        # Of 30,000 buckets they fall in a few; to add to all would drive everything else from the cache.
        first = int(buckets.min())
        counts = np.bincount(buckets - first)
        self._counts[first : first + len(counts)] += counts
        self._sum += int(durations.sum())
        self.count += durations.size
        self.max = max(self.max, int(durations.max()))

    def add_expecting(self, durations: Durations, interval: int) -> None:
        """Count ``durations``, one of which is measured every ``interval`` ns, and what they kept away.

        It is what HdrHistogram does with an expected interval: while a longer one lasted, others would have
        been measured, shorter by one interval, by two, and so on.
        """
        self.add(durations)
        for duration in durations[durations > interval].tolist():
            self.add(np.arange(min(duration, LONGEST) - interval, 0, -interval, dtype=np.int64))

    def merge(self, other: "Distribution") -> None:
        """Count all that ``other`` counted."""
        self._counts += other._counts
        self._sum += other._sum
        self.count += other.count
        self.max = max(self.max, other.max)

    def pack(self) -> bytes:
        """Return all that was counted as bytes, few where few buckets are occupied."""
        occupied = np.flatnonzero(self._counts)
        return np.concatenate([[self._sum, self.max], occupied, self._counts[occupied]]).tobytes()

    def merge_packed(self, packed: bytes) -> None:
        """Count all that another counted, as its ``pack`` gave it."""
        numbers = np.frombuffer(packed, np.int64)
        occupied, counts = numbers[2:].reshape(2, -1)
        self._counts[occupied] += counts
        self._sum += int(numbers[0])
        self.count += int(counts.sum())
        self.max = max(self.max, int(numbers[1]))

    @property
    def mean(self) -> float:
        """The mean in ns; 0 where nothing was counted."""
        return self._sum / self.count if self.count else 0.0

    def percentile(self, percent: float) -> int:
        """Return the duration, in ns, that ``percent`` of them do not exceed; 0 where there are none."""
        if not self.count:
            return 0
        return min(_highest(place(self._counts, percent / 100)), self.max)

    def record(self) -> Histogram:
        """Return the distribution as result files hold it."""
        if not self.count:
            return NOTHING
        histogram = _empty()
        occupied = np.flatnonzero(self._counts)
        np.frombuffer(histogram.counts, np.uint64)[:] = self._counts
        histogram.set_internal_tacking_values(int(occupied[0]), int(occupied[-1]), self.count)
        return Histogram(
            count=self.count, mean=self.mean, max=self.max, hdr=histogram.encode().decode("ascii")
        )

    @classmethod
    def of(cls, record: Histogram) -> "Distribution":
        """Return the distribution that ``record`` holds."""
        distribution = cls()
        distribution._counts[:] = np.frombuffer(HdrHistogram.decode(record.hdr).counts, np.uint64)
        distribution.count, distribution.max = record.count, record.max
        distribution._sum = round(record.mean * record.count)
        return distribution


def _bucket(durations: Durations) -> NDArray[np.int64]:
    """Return each duration's index in HdrHistogram's counts."""
    durations = np.minimum(durations, LONGEST)
    bits = np.frexp((durations | (_FULL - 1)).astype(np.float64))[1].astype(np.int64)
    shift = bits - (_HALF_BITS + 1)
    return (shift << _HALF_BITS) + (durations >> shift)


def _highest(bucket: int) -> int:
    """Return the longest duration that falls into ``bucket``."""
    shift = max(0, (bucket >> _HALF_BITS) - 1)
    return ((bucket - (shift << _HALF_BITS) + 1) << shift) - 1
