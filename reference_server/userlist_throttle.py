"""When a room's userlist is due: at once after a quiet time, else spaced so that Chats keep their place.

A userlist costs its length times the members it goes to; a hundred joins of a room of 500 would cost
half a gigabyte if each join sent one (PRES-6 allows to coalesce, PRES-2 gives 2 s).
"""

import asyncio
from collections.abc import Callable

SHORTEST_GAP = 0.05
"""Seconds between two userlists of a small room."""
LONGEST_GAP = 1.0
"""Seconds between two userlists of a large room: half of what PRES-2 gives."""
BYTES_PER_SECOND = 10_000_000
"""What a room's userlists may cost, all members together, as long as LONGEST_GAP allows."""


class UserlistThrottle:
    """Calls ``send`` soon after a change, once for all changes since the last call."""

    def __init__(self, send: Callable[[], int]) -> None:
        """Take ``send``, which returns how many bytes it cost."""
        self._send = send
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._not_before = 0.0

    def changed(self) -> None:
        """Note that the members or their names changed."""
        if self._timer is None:
            self._timer = self._loop.call_at(max(self._not_before, self._loop.time()), self._due)

    def stop(self) -> None:
        """Call ``send`` no more until the next change."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _due(self) -> None:
        self._timer = None
        cost = self._send() / BYTES_PER_SECOND
        self._not_before = self._loop.time() + min(max(cost, SHORTEST_GAP), LONGEST_GAP)
