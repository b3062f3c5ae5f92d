"""How fast one connection may send: a token bucket, whose tokens are messages (SEC-5).

It counts messages. What is none is counted as the part of one that it costs the server, so that frames
without end (SEC-11) are slowed down, and a message in many fragments (SEC-10) is not.
"""

from websockets.frames import Frame

LEAST_BURST = 1000
"""Messages that are always taken at once; SEC-5 forbids to limit 500."""

FRAGMENT = 1 / 100
"""The cost of a fragment that others follow: it is read, and nothing comes of it yet."""
CONTROL = 1 / 10
"""The cost of a control frame, which may have to be answered."""


def cost_of(frame: Frame) -> float:
    """Return what a frame of a client counts for, in messages."""
    if frame.opcode & 0x8:
        return CONTROL
    return 1.0 if frame.fin else FRAGMENT


class TokenBucket:
    """So many messages per second in the long run, twice as many at once."""

    def __init__(self, rate: float, now: float) -> None:
        self._rate = rate
        self._burst = max(2 * rate, LEAST_BURST)
        self._left = self._burst
        self._then = now
        self._is_flood = False

    def take(self, messages: float, now: float) -> None:
        """Count ``messages`` read at ``now`` (seconds on any clock that does not go back)."""
        self._left = min(self._left + (now - self._then) * self._rate, self._burst) - messages
        self._then = now

    def wait(self, now: float) -> float:
        """Return the seconds to wait from ``now`` to the next reading; 0 while tokens are left."""
        return max(self._then - now - self._left / self._rate, 0.0) if self._left < 0 else 0.0

    def is_new_flood(self) -> bool:
        """Tell whether a flood began since the last call: once for each, however long it lasts."""
        was_flood = self._is_flood
        self._is_flood = self._left < (self._burst / 2 if was_flood else 0)
        return self._is_flood and not was_flood
