"""How fast one connection may send: a token bucket (SEC-5)."""

LEAST_BURST = 1000
"""Frames that are always taken at once; SEC-5 forbids to limit 500."""


class Allowance:
    """So many frames per second in the long run, twice as many at once."""

    def __init__(self, rate: float, now: float) -> None:
        self._rate = rate
        self._burst = max(2 * rate, LEAST_BURST)
        self._left = self._burst
        self._then = now
        self._is_flood = False

    def take(self, frames: int, now: float) -> None:
        """Count ``frames`` read at ``now`` (seconds on any clock that does not go back)."""
        self._left = min(self._left + (now - self._then) * self._rate, self._burst) - frames
        self._then = now

    def wait(self, now: float) -> float:
        """Return the seconds to wait from ``now`` to the next reading; 0 within the allowance."""
        return max(self._then - now - self._left / self._rate, 0.0) if self._left < 0 else 0.0

    def is_new_flood(self) -> bool:
        """Tell whether a flood began since the last call: once for each, however long it lasts."""
        was_flood = self._is_flood
        self._is_flood = self._left < (self._burst / 2 if was_flood else 0)
        return self._is_flood and not was_flood
