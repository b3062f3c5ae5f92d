"""How a check waits: for what must come, for what may, and how to distinguish a slow server from a dead one.

Theory of operation. To wait is to read all clients (``pump``) until something is so, or time is up.

- W1. A wait that is met costs only the time it took; nothing is concluded from how long that was.
- W2. Silence alone breaks no requirement. Before ``until`` ends as ``Broken``, a new client, the canary, was
  answered while the wait went on. If neither it nor another is answered, the server is down: ``ServerDown``.
- W3. A slow machine is not a slow server. How long the canary's handshake took shows whether one of the
  two is overloaded; if so, the wait is repeated once.
- W4. Time in which the harness itself did not run is not counted, up to the length of the wait.
- W5. A deadline that the protocol sets (``within``) is never shortened. Other waits are, after the same was
  waited for in vain (``Patience``); a shortened wait is one of silence, and goes on while anything moves.
"""

import time
from collections.abc import Callable, Iterable

from ..findings import Broken, ServerDown
from .client import Client
from .connections import Connections
from .descriptions import describe, names
from .target import Target
from .transcript import Transcript
from .waits.deadlines import SHORTEST_WAIT, Deadlines
from .waits.patience import LEAVING, SHORTENED, Grade, Patience

_SLICE = 0.05
"""Seconds for which is slept at the longest: so often ``ready()`` is asked though nothing comes."""
_STALL = 0.1
"""Seconds beyond a slice after which it was the harness that did not run."""
_MANY_WAITS = 4
"""So many times the usual wait for many messages, as long as some come."""


class Waiting(Connections):
    """The waits of a check."""

    def __init__(
        self, target: Target, deadlines: Deadlines, transcript: Transcript, patience: Patience | None = None
    ) -> None:
        super().__init__(target, transcript)
        self.deadlines = deadlines
        self.patience = patience or Patience()
        """What has been waited for in vain so far, which shortens the waits."""
        self._waited = self._waited_in_vain = False
        self._canaries = 0

    # For what must come

    def until(
        self,
        ready: Callable[[], bool],
        allowed: str,
        *clients: Client,
        within: float | None = None,
        many: bool = False,
    ) -> None:
        """Wait until ``ready()``; else raise ServerDown or, where the server lives, Broken.

        ``allowed`` and the ``clients`` are what the finding says. ``within`` is a deadline, in seconds, that
        the protocol itself sets: what comes later is too late, unless the server or this machine is so loaded
        that a handshake takes long, too. For ``many`` messages the wait is one of silence, since they may be
        slow in coming and still come.
        """
        self._waited = True
        grade = self._grade() if within is None else Grade.FULL
        seconds = grade.seconds(self.deadlines) if within is None else within
        began, longest = time.monotonic(), self._longest(grade, many)
        if self._wait(ready, seconds / 2, longest):
            return
        # The canary flies while the wait goes on: how fast the server is afterwards would prove nothing.
        canary, sent_at = self._send_canary(), self._record.now
        if self._wait(ready, seconds / 2, longest):
            canary.drop("done", by_client=True)
            return
        handshake_time = self._handshake_time(canary, sent_at)
        # What came while the canary was waited for did come, but not within a deadline of the protocol.
        if ready() and within is None:
            return
        if within is not None:
            # Being late is the whole finding here, so the machine is asked twice.
            handshake_time = max(handshake_time, self.canary())
        waited = within or (None if grade is Grade.FULL else seconds)
        if self.deadlines.overloaded(handshake_time, waited):
            slow = f"a new client's handshake took {handshake_time:.2f} s: waiting once more"
            self._record.remark("", slow)
            if self._wait(ready, self.deadlines.second_wait(handshake_time, waited)):
                return
        if within is None:
            self._note_if_shortened(grade, seconds)
            self._count_in_vain(began)
        silence = " of silence" if longest else ""
        raise Broken(allowed, f"not within {seconds:.3g} s{silence}; {self._state(clients)}", *names(clients))

    def wait(self, ready: Callable[[], bool], seconds: float | None = None, what: str = "") -> bool:
        """Read all clients until ``ready()`` or for ``seconds``; return whether it became ready.

        Without ``seconds`` as long as what must come is waited for: less where that was in vain before, for
        ``what`` (the check's own requirement by default).
        """
        if seconds is not None:
            return self._wait(ready, seconds)
        began = time.monotonic()
        grade = self._grade(what)
        if self._wait(ready, grade.seconds(self.deadlines), self._longest(grade)):
            return True
        self._count_in_vain(began, what)
        return False

    # For what may come

    def moment(self, ready: Callable[[], bool]) -> bool:
        """Wait for what may come before the check goes on; nothing is concluded from its absence.

        On a busy machine a moment is longer: a few times as long as a new client's handshake takes now.
        """
        if self._wait(ready, self.deadlines.reaction):
            return True
        handshake_time = self.canary()
        return self._wait(ready, self.deadlines.moment(handshake_time) - self.deadlines.reaction)

    def idle(self, seconds: float) -> None:
        """Let time pass: read all clients, and answer Pings."""
        self.wait(lambda: False, seconds)

    def canary(self) -> float:
        """Return how long a new client's handshake takes, in seconds; raises ServerDown without an answer."""
        return self._handshake_time(self._send_canary(), self._record.now)

    # Attempts

    def attempts(self, usual: int) -> int:
        """Return how many attempts a case has: one where other cases of its requirement were in vain."""
        if not self.patience.is_exhausted(self._requirement):
            return usual
        self.note(f"tried but once, since other cases of {self._requirement} had been in vain")
        return 1

    def tried_in_vain(self, began: float) -> None:
        """Take note that attempts since ``began`` (of the monotonic clock, in seconds) all failed."""
        self._waited = True
        self._count_in_vain(began)

    # Its own business

    def _wait(self, ready: Callable[[], bool], seconds: float, longest: float = 0.0) -> bool:
        """Read all clients until ``ready()`` or for ``seconds``; return whether it became ready.

        With ``longest`` it is for ``seconds`` of silence, in which nothing moves on any connection, and for
        ``longest`` at most. Time that the harness itself was kept from running is not counted, up to as long
        again.
        """
        limit, stalled = time.monotonic() + seconds, 0.0
        last = limit - seconds + longest
        while not ready():
            before = time.monotonic()
            if before >= limit + min(stalled, seconds):
                return False
            moved = self.pump(max(0.0, min(_SLICE, limit + stalled - before)))
            # W4: a pump that took far longer than it may sleep was not let run by the machine.
            stall = time.monotonic() - before - _SLICE
            stalled += stall if stall > _STALL else 0
            if moved and longest:
                # Something moved, so silence begins anew; `last` bounds how often it may.
                limit = max(limit, min(last, time.monotonic() + seconds))
        return True

    def _grade(self, what: str = "") -> Grade:
        """Return how patiently is still waited."""
        return self.patience.grade(what or self._requirement, self.transcript.head.check)

    def _longest(self, grade: Grade, many: bool = False) -> float:
        """Return how long is waited while anything moves; 0 where it is no matter whether it does."""
        if grade is Grade.FULL:
            return _MANY_WAITS * self.deadlines.wait if many else 0.0
        return self.deadlines.wait

    def _count_in_vain(self, began: float, what: str = "") -> None:
        # Counted in usual waits: those that are asked to be shorter (--deadline) are sooner too many.
        seconds = (time.monotonic() - began) * max(1.0, SHORTEST_WAIT / self.deadlines.wait)
        self._waited_in_vain |= what != LEAVING
        self.patience.record_in_vain(what or self._requirement, self.transcript.head.check, seconds)

    def _note_if_shortened(self, grade: Grade, seconds: float) -> None:
        if grade is not Grade.FULL and seconds < self.deadlines.wait:
            why = self.patience.reason(self._requirement, self.transcript.head.check)
            self.note(f"{SHORTENED}: {seconds:.3g} s of silence, since {why}")

    @property
    def _requirement(self) -> str:
        return self.transcript.head.check.partition("[")[0]

    def _send_canary(self) -> Client:
        """Let a new client begin its handshake."""
        self._canaries += 1  # each has a name of its own, or the oracle would take two for one client
        target = self.target.of_room(room := self.new_room())
        name = f"canary{self._canaries if self._canaries > 1 else ''}"
        canary = self.dial(room, target, name=name)
        canary.send_request(self.request(target))
        return canary

    def _handshake_time(self, canary: Client, began: float) -> float:
        """Wait for the canary's answer, or another's; return how long it took. Raises ServerDown."""
        if not self._is_answered(canary) and not canary.was_refused:
            # One that is kept waiting, or hung up on, may have come to a machine that is overloaded.
            canary.drop("given up", by_client=True)
            canary = self._send_canary()
            self._is_answered(canary)
        if canary.response is None:
            nothing = f"nothing came within {self.deadlines.wait:g} s"
            why = canary.end.without_answer if canary.end else nothing
            raise ServerDown(f"the server does not answer a new client's handshake: {why}")
        canary.drop("done", by_client=True)
        return canary.answered_at - began

    def _is_answered(self, canary: Client) -> bool:
        self._wait(lambda: canary.response is not None or canary.is_over, self.deadlines.wait)
        return canary.response is not None

    def _state(self, clients: Iterable[Client]) -> str:
        return "; ".join(describe(client) for client in clients) or "nothing of the kind"
