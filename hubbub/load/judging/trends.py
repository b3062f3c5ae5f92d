"""Whether anything grows over a run: the slope of the median latency, and of each process's memory."""

from collections.abc import Sequence
from typing import Literal

import numpy as np

from hubbub.load.measure.memory_log import Sample
from hubbub.load.timing.moments import SECOND
from hubbub.results.buckets import quantile, together
from hubbub.results.load_result import Second, Trend

_HOUR = 3600
_WINDOWS = 200
"""Into so many windows a run is cut at most, each with a median latency of its own."""
_ENOUGH = 3
"""From so many points on there is a slope."""


def latency_trend(seconds: Sequence[Second]) -> Trend | None:
    """Return how the median latency went while all users were there; None for too short a time."""
    held = [second for second in seconds if second.phase == "hold"]
    window = max(1, -(-len(held) // _WINDOWS))
    points = []
    for first in range(0, len(held), window):
        part = held[first : first + window]
        median = quantile(together(second.latency for second in part), 0.5)
        if median is not None:
            points.append((part[0].second + len(part) / 2, median))
    return _trend("median latency", "ns", points)


def memory_trend(what: str, samples: Sequence[Sample], start: int, span: tuple[int, int]) -> Trend | None:
    """Return how a process's memory went from one moment to another; ``start`` is the run's."""
    begin, end = span
    points = [((moment - start) / SECOND, size) for moment, size in samples if begin <= moment <= end]
    return _trend(f"memory of {what}", "bytes", points)


def _trend(what: str, unit: Literal["ns", "bytes"], points: Sequence[tuple[float, int]]) -> Trend | None:
    if len(points) < _ENOUGH:
        return None
    moments, values = np.array(points, float).T
    moments = moments - moments.mean()
    slope = float((moments * (values - values.mean())).sum() / (moments * moments).sum())
    return Trend(what=what, unit=unit, per_hour=slope * _HOUR, points=tuple(points))
