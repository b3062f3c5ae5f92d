"""Percentiles of counts in buckets: one rule for the load engine and the reports.

The percentile at a level lies in the first bucket up to which at least that share of all values are.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

Buckets = Sequence[tuple[int, int]]
"""Upper bound and count of each occupied bucket, ascending."""

_ROUNDING = 1e-9
"""By so much a product of a level and a count may be too large for want of exact decimal fractions."""


def rank(level: float, count: int) -> int:
    """Return which of ``count`` values, from 1, the percentile at ``level`` is; 0.5 is the median."""
    return max(1, math.ceil(level * count - _ROUNDING))


def place(counts: NDArray[np.int64], level: float) -> int:
    """Return the index of the bucket in which the percentile at ``level`` lies; not all may be empty."""
    so_far = np.cumsum(counts)
    return int(np.searchsorted(so_far, rank(level, int(so_far[-1]))))


def quantile(buckets: Buckets, level: float) -> int | None:
    """Return the upper bound of the bucket in which the percentile at ``level`` lies; None without values."""
    wanted = rank(level, sum(count for _, count in buckets))
    reached = 0
    for bound, count in buckets:
        reached += count
        if reached >= wanted:
            return bound
    return None


def together(parts: Iterable[Buckets]) -> tuple[tuple[int, int], ...]:
    """Return the counts of several sets of buckets as one."""
    total = Counter[int]()
    for part in parts:
        for bound, count in part:
            total[bound] += count
    return tuple(sorted(total.items()))
