"""When bytes arrived in the kernel, which is not when this process came round to reading them.

Linux stamps received TCP segments when asked to (SO_TIMESTAMPNS, socket(7)) and ``recvmsg`` hands over the
stamp of the last segment read, on CLOCK_REALTIME. With TLS, or where that is not supported, the time of
reading must serve.
"""

import socket
import struct
import sys
from time import monotonic_ns, time_ns

from hubbub.load.timing.clock import RunClock
from hubbub.load.timing.moments import SECOND, Duration, Moment

ANCILLARY_SIZE = 64
"""Room for the ancillary data of one read, in bytes."""

_SO_TIMESTAMPNS = 35
_TIMESPEC = struct.Struct("@qq")
_ATTEMPTS = 5

Ancillary = list[tuple[int, int, bytes]]


class ArrivalClock:
    """Puts the kernel's arrival times on the run's clock."""

    def __init__(self, clock: RunClock) -> None:
        self._clock = clock
        self._from_realtime = _realtime_to_monotonic() + clock.offset
        self.stamped = 0
        """How many reads came with the kernel's time."""
        self.unstamped = 0
        """How many came without it."""
        self.largest_step: Duration = 0
        """By how much CLOCK_REALTIME was set between two looks at most."""

    def resample(self) -> None:
        """Follow CLOCK_REALTIME where it is slewed or set; to be called now and then."""
        fresh = _realtime_to_monotonic() + self._clock.offset
        self.largest_step = max(self.largest_step, abs(fresh - self._from_realtime))
        self._from_realtime = fresh

    def arrival(self, ancillary: Ancillary, read: Moment) -> Moment:
        """Return when a read's bytes arrived; ``read``, the time of reading, if unknown.

        Never later than ``read``.
        """
        if not ancillary or len(ancillary[0][2]) < _TIMESPEC.size:
            self.unstamped += 1
            return read
        self.stamped += 1
        seconds, nanoseconds = _TIMESPEC.unpack_from(ancillary[0][2])
        return min(read, int(seconds * SECOND + nanoseconds + self._from_realtime))


def stamp_arrivals(sock: socket.socket) -> None:
    """Ask the kernel to stamp what arrives on ``sock``; where it cannot, reads come unstamped."""
    if sys.platform == "linux":
        sock.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)


def _realtime_to_monotonic() -> Duration:
    """Return what to add to CLOCK_REALTIME to get CLOCK_MONOTONIC, by the tightest of a few looks."""
    looks = []
    for _ in range(_ATTEMPTS):
        before, real, after = monotonic_ns(), time_ns(), monotonic_ns()
        looks.append((after - before, (before + after) // 2 - real))
    return min(looks)[1]
