"""Wakes users at the moments of their schedules: one heap and one timer for all of a process's users.

A sleep of its own for each message costs a timer of the event loop, and keeps more of the user's stack.
"""

from heapq import heappop, heappush
from itertools import count
from typing import Any

import gevent

from hubbub.load.timing.clock import RunClock
from hubbub.load.timing.moments import SECOND, Duration, Moment

_SPACING: Duration = 500_000
"""Minimum spacing between wake-ups, from which overdue ones are exempt. A turn of the event loop for each
message would cost as much as the message; this is half of what the loop's timers are exact to anyway."""

_AT_ONCE = 64
"""How many users are woken at most before what has arrived is read."""


_Waiter = tuple[Moment, int, Any]
"""The moment, the turn (of two with the same moment the earlier comes first, and greenlets are never
compared), and the greenlet; a plain tuple, for one is made for each message."""


class SendScheduler:
    """Wakes greenlets by the run's clock; what is due at once is woken in the order of the moments."""

    def __init__(self, clock: RunClock) -> None:
        self._clock = clock
        self._hub = gevent.get_hub()
        self._timer: Any = None
        self._waking = False
        self._woke: Moment = 0
        """When users were woken last."""
        self._waiting: list[_Waiter] = []
        self._gone: set[int] = set()
        """The turns of those that no longer wait, for they were killed."""
        self._turns = count()

    def wait_until(self, moment: Moment) -> None:
        """Let other greenlets run, and return when ``moment`` has come."""
        turn = next(self._turns)
        waiter = (moment, turn, gevent.getcurrent())
        heappush(self._waiting, waiter)
        # While others are being woken the timer is set once, for all of them, at the end.
        if self._waiting[0] is waiter and not self._waking:
            self._set_timer()
        try:
            self._hub.switch()
        except BaseException:
            # Killed while it waited. To take it out of the heap would cost a search; it is passed over later.
            self._gone.add(turn)
            raise

    def _wake(self) -> None:
        """Wake all that are due now; what becomes due meanwhile is next, after what can be read."""
        self._woke = now = self._clock.now()
        waiting = self._waiting
        self._waking = True
        for _ in range(_AT_ONCE):
            if not waiting or waiting[0][0] > now:
                break
            _, turn, greenlet = heappop(waiting)
            if turn in self._gone:
                self._gone.remove(turn)
            else:
                greenlet.switch()
        self._waking = False
        self._set_timer()

    def _set_timer(self) -> None:
        if self._timer is not None:
            self._timer.close()
            self._timer = None
        if self._waiting:
            moment = self._waiting[0][0]
            if moment > self._woke:
                moment = max(moment, self._woke + _SPACING)
            self._timer = self._hub.loop.timer(max(0, moment - self._clock.now()) / SECOND)
            self._timer.start(self._wake, update=True)
