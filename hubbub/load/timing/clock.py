"""The run's clock: CLOCK_MONOTONIC of the master's host, in ns, on every host of the run.

On one host all processes share that clock and nothing is to be done. A worker on another host estimates its
offset from round trips to the master, by the one with the least delay (as NTP does, RFC 5905 section 8), and
keeps the bound of its error.
"""

from collections.abc import Callable
from pathlib import Path
from time import monotonic_ns
from typing import NamedTuple

from hubbub.load.timing.moments import Duration, Moment

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_TIME_NAMESPACE = Path("/proc/self/ns/time")


class RoundTrip(NamedTuple):
    """One question about the time, and its answer."""

    asked: Moment
    """On the asker's clock."""
    told: Moment
    """On the other's clock."""
    answered: Moment
    """On the asker's clock."""


class Offset(NamedTuple):
    """How far the other clock is ahead, and the bound of the error."""

    ahead: Duration
    error: Duration


class RunClock:
    """Tells the run's time; ``measured`` is how far the master's clock is ahead of this process's.

    Without it the two are one clock. ``measure`` measures it again.
    """

    def __init__(self, measured: Offset | None = None, measure: Callable[[], Offset] | None = None) -> None:
        self._measured = measured or Offset(0, 0)
        self._measure = measure
        self.offset = self._measured.ahead
        """What is added to this process's monotonic clock, in ns; the same for a whole run."""
        self.error = self._measured.error
        """The bound of the offset's error, in ns; 0 on the master's own host."""

    def now(self) -> Moment:
        """Return the run's time."""
        return monotonic_ns() + self.offset

    def check(self) -> None:
        """Widen the bound by what the clocks have drifted apart; waits for answers of the master."""
        if self._measure is not None:
            self.error = max(self.error, bound(self._measured, self._measure()))


def estimate(trips: list[RoundTrip]) -> Offset:
    """Return the offset that the quickest of ``trips`` shows; its error is half the round trip."""
    best = min(trips, key=lambda trip: trip.answered - trip.asked)
    return Offset(best.told - (best.asked + best.answered) // 2, (best.answered - best.asked + 1) // 2)


def bound(at_start: Offset, at_end: Offset) -> Duration:
    """Return the bound of the error of the offset ``at_start`` from then to ``at_end``."""
    return max(at_start.error, abs(at_end.ahead - at_start.ahead) + at_end.error)


def clock_identity() -> str:
    """Return a text that is the same for all processes that share one monotonic clock, and for no others.

    It is empty where the system does not tell; then every process counts as a stranger.
    """
    try:
        return f"{_BOOT_ID.read_text().strip()} {_TIME_NAMESPACE.readlink()}"
    except OSError:
        return ""
