"""The last minutes of a running test, second by second, for its chart."""

from collections import deque

import msgspec

KEPT = 600
"""Seconds that are shown; the report has all of them."""
_APART = 0.9
"""How far, in s, a point is from the last: processes tell how they stand once a second, each in its step."""


class Point(msgspec.Struct, frozen=True):
    """How the run stood at one moment; durations in ms, and None where nothing was delivered."""

    second: float
    """Since the run began."""
    delivered: float
    """Deliveries in the second before it."""
    p50: float | None
    p99: float | None
    few: bool = False
    """Whether so few messages stand behind the 99th percentile that it says little."""


class Chart:
    """The points, of which the oldest go."""

    def __init__(self) -> None:
        self._points: deque[Point] = deque(maxlen=KEPT)

    def wants(self, second: float) -> bool:
        """Whether it is time for another point."""
        return not self._points or second - self._points[-1].second >= _APART

    def add(self, point: Point) -> None:
        """Take in the next point."""
        self._points.append(point)

    @property
    def points(self) -> tuple[Point, ...]:
        """The points that are there, the oldest first."""
        return tuple(self._points)
