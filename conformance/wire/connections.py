"""All connections of a check: begun, read, and waited for.

Single-threaded on purpose: whenever one client waits, all are read, so the transcript holds every frame
of every client in the order in which the harness met it. Nothing sleeps; waiting is reading.
"""

import secrets
import selectors
import time
from collections.abc import Callable, Iterable

from ..findings import Broken, NotDeclared, ServerDown
from . import handshake
from .client import Client
from .deadlines import SHORTEST_WAIT, Deadlines
from .handshake import Request
from .link import Link
from .matchers import brief
from .patience import LEAVING, SHORTENED, Grade, Patience
from .plain import plain
from .recorder import Recorder
from .target import Target
from .transcript import Transcript

_SLICE = 0.05
_STALL = 0.1
_MANY_WAITS = 4
"""So many times the usual wait for many messages, as long as some come."""
_NAMES = ("ann", "bob", "cy", "dee", "eve", "fay", "gus", "hal", "ida", "jo")
_SHOWN = 3


class Connections:
    """The clients of one check, one selector, one transcript."""

    def __init__(
        self, target: Target, deadlines: Deadlines, transcript: Transcript, patience: Patience | None = None
    ) -> None:
        self.target = target
        self.deadlines = deadlines
        self.transcript = transcript
        self.patience = patience or Patience()
        """What has been waited for in vain so far, which shortens the waits."""
        self.clients: list[Client] = []
        self.notes: list[str] = []
        self.warnings: list[str] = []
        self.closed_at: float | None = None
        """When the check was over, in seconds since it began; what follows is everybody's leaving."""
        self._waited = self._waited_in_vain = False
        self._canaries = 0
        self._record = Recorder(transcript)
        self._selector = selectors.DefaultSelector()
        self._watched: dict[Client, tuple[int, int]] = {}

    # What a check records

    def note(self, text: str) -> None:
        """Record what was observed where the protocol leaves a choice."""
        if plain(text) not in self.notes:
            self.notes.append(plain(text))

    def warn(self, text: str) -> None:
        """Record that a SHOULD beside the requirement is broken."""
        if plain(text) not in self.warnings:
            self.warnings.append(plain(text))

    def needs(self, capability: str) -> None:
        """End the check as N/A where the server declares that it lacks ``capability``."""
        if capability in self.transcript.head.lacks:
            raise NotDeclared(f"the server declares that it lacks {capability!r}")

    @property
    def now(self) -> float:
        """Seconds since the check began, as messages tell when they came."""
        return self._record.now

    # Connecting

    @staticmethod
    def new_room() -> str:
        """Return the name of a room that nobody else knows."""
        return f"room-{secrets.token_hex(6)}"

    @staticmethod
    def new_name() -> str:
        """Return a name that nobody else has."""
        return f"name-{secrets.token_hex(4)}"

    def dial(
        self,
        room: str | None = None,
        target: str = "",
        receive_buffer: int | None = None,
        name: str | None = None,
        port: int = 0,
    ) -> Client:
        """Begin a TCP (or TLS) connection and send nothing on it.

        ``room`` is the room it is going to be in, None where the protocol leaves that open; ``port`` is
        the client's own, if it can be had.
        """
        self._watch()
        link = Link(self.target, receive_buffer, port)
        client = Client(name or self._next_name(), room, link, self._record)
        self._record.connecting(client.name, target, room)
        self.clients.append(client)
        if client.link.failure:
            client.drop(client.link.failure)
        return client

    def request(self, target: str) -> Request:
        """Return the plain opening handshake for this request target."""
        return handshake.upgrade(target, self.target.host, self.target.headers)

    # Waiting

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
        self._in_vain(began, what)
        return False

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
            stall = time.monotonic() - before - _SLICE
            stalled += stall if stall > _STALL else 0
            if moved and longest:
                limit = max(limit, min(last, time.monotonic() + seconds))
        return True

    def until(
        self,
        ready: Callable[[], bool],
        allowed: str,
        *clients: Client,
        within: float | None = None,
        many: bool = False,
    ) -> None:
        """Wait until ``ready()``; else raise ServerDown or, where the server lives, Broken.

        ``within`` is a deadline that the protocol itself sets: what comes later is too late, unless the
        server or this machine is so loaded that a handshake takes long, too. For ``many`` messages the wait
        is one of silence, since they may be slow in coming and still come.
        """
        self._waited = True
        grade = self._grade() if within is None else Grade.FULL
        seconds = grade.seconds(self.deadlines) if within is None else within
        began, longest = time.monotonic(), self._longest(grade, many)
        if self._wait(ready, seconds / 2, longest):
            return
        # The canary flies while the wait goes on: how fast the server is afterwards would prove nothing.
        canary, flown = self._knock(), self._record.now
        if self._wait(ready, seconds / 2, longest):
            canary.drop("done", by_client=True)
            return
        pace = self._pace(canary, flown)
        if ready() and within is None:
            return
        if within is not None:
            pace = max(pace, self.canary())
        waited = within or (None if grade is Grade.FULL else seconds)
        if self.deadlines.overloaded(pace, waited):
            self._record.remark("", f"a new client's handshake took {pace:.2f} s: waiting once more")
            if self._wait(ready, self.deadlines.second(pace, waited)):
                return
        if within is None:
            self._tell_if_short(grade, seconds)
            self._in_vain(began)
        silence = " of silence" if longest else ""
        raise Broken(allowed, f"not within {seconds:.3g} s{silence}; {self._state(clients)}", *names(clients))

    def attempts(self, usual: int) -> int:
        """Return how many attempts a case has: one where other cases of its requirement were in vain."""
        if not self.patience.is_enough(self._requirement):
            return usual
        self.note(f"tried but once, since other cases of {self._requirement} had been in vain")
        return 1

    def tried_in_vain(self, began: float) -> None:
        """Take note that attempts since ``began`` (of the monotonic clock, in seconds) all failed."""
        self._waited = True
        self._in_vain(began)

    def _grade(self, what: str = "") -> Grade:
        """Return how patiently is still waited."""
        return self.patience.grade(what or self._requirement, self.transcript.head.check)

    def _longest(self, grade: Grade, many: bool = False) -> float:
        """Return how long is waited while anything moves; 0 where it is no matter whether it does."""
        if grade is Grade.FULL:
            return _MANY_WAITS * self.deadlines.wait if many else 0.0
        return self.deadlines.wait

    def _in_vain(self, began: float, what: str = "") -> None:
        # Counted in usual waits: those that are asked to be shorter (--deadline) are sooner too many.
        seconds = (time.monotonic() - began) * max(1.0, SHORTEST_WAIT / self.deadlines.wait)
        self._waited_in_vain |= what != LEAVING
        self.patience.in_vain(what or self._requirement, self.transcript.head.check, seconds)

    def _tell_if_short(self, grade: Grade, seconds: float) -> None:
        if grade is not Grade.FULL and seconds < self.deadlines.wait:
            why = self.patience.why(self._requirement, self.transcript.head.check)
            self.note(f"{SHORTENED}: {seconds:.3g} s of silence, since {why}")

    @property
    def _requirement(self) -> str:
        return self.transcript.head.check.partition("[")[0]

    def moment(self, ready: Callable[[], bool]) -> bool:
        """Wait for what may come before the check goes on; nothing is concluded from its absence.

        On a busy machine a moment is longer: a few times as long as a new client's handshake takes now.
        """
        if self._wait(ready, self.deadlines.reaction):
            return True
        pace = self.canary()
        return self._wait(ready, self.deadlines.moment(pace) - self.deadlines.reaction)

    def idle(self, seconds: float) -> None:
        """Let time pass: read all clients, and answer Pings."""
        self.wait(lambda: False, seconds)

    def pump(self, seconds: float = 0.0) -> bool:
        """Read all clients once, waiting at most ``seconds`` for the first byte; return whether any moved."""
        try:
            return self._pump(seconds)
        except KeyboardInterrupt:
            self.abandon()
            raise

    def _pump(self, seconds: float) -> bool:
        self._watch()
        behind = [client for client in self._watched if client.is_behind]
        ready: dict[Client, int] = dict.fromkeys(behind, 0)
        ready |= {key.data: events for key, events in self._selector.select(0 if behind else seconds)}
        for client, events in ready.items():
            if not client.is_over:
                client.on_ready(events)
        return bool(ready)

    def canary(self) -> float:
        """Return how long a new client's handshake takes, in seconds; raises ServerDown without an answer."""
        return self._pace(self._knock(), self._record.now)

    def _knock(self) -> Client:
        """Let a new client begin its handshake."""
        self._canaries += 1  # each has a name of its own, or the oracle would take two for one client
        target = self.target.of_room(room := self.new_room())
        name = f"canary{self._canaries if self._canaries > 1 else ''}"
        canary = self.dial(room, target, name=name)
        canary.send_request(self.request(target))
        return canary

    def _pace(self, canary: Client, began: float) -> float:
        """Wait for the canary's answer, or another's; return how long it took. Raises ServerDown."""
        if not self._is_answered(canary) and not canary.was_refused:
            # One that is kept waiting, or hung up on, may have come to a machine that is overloaded.
            canary.drop("given up", by_client=True)
            canary = self._knock()
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

    def abandon(self) -> None:
        """End all at once, and wait for nobody: the run is being cut short."""
        self.closed_at = self._record.now if self.closed_at is None else self.closed_at
        for client in self.clients:
            client.drop("the run is cut short", by_client=True)
            client.link.close()
        self._selector.close()

    # Its own business

    def _watch(self) -> None:
        """Bring the selector up to date with what each client waits for."""
        for client in [*self._watched, *self.clients]:
            descriptor, mask = self._watched.get(client, (-1, 0))
            wanted = 0 if client.is_over else client.link.wanted
            if wanted == mask:
                continue
            if mask:
                self._selector.unregister(descriptor)
                del self._watched[client]
            if wanted:
                descriptor = client.link.fileno()
                self._selector.register(descriptor, wanted, client)
                self._watched[client] = (descriptor, wanted)

    def _next_name(self) -> str:
        return name_of(len(self.clients))

    def _state(self, clients: Iterable[Client]) -> str:
        return "; ".join(describe(client) for client in clients) or "nothing of the kind"


def name_of(number: int) -> str:
    """Return the name of a check's client by its number, from 0."""
    turn, place = divmod(number, len(_NAMES))
    return _NAMES[place] + (str(turn + 1) if turn else "")


def names(clients: Iterable[Client]) -> list[str]:
    """Return the clients' names."""
    return [client.name for client in clients]


def describe(client: Client) -> str:
    """Return in words what a client has got: the last messages, and how its connection ended."""
    last = client.messages[client.cursor :] or client.messages
    got = ", ".join(brief(message.document or message.payload) for message in last[-_SHOWN:])
    more = f"{len(last) - _SHOWN} more, then " if len(last) > _SHOWN else ""
    words = f"{client} received {more}{got or 'nothing'}"
    if client.end is not None:
        return f"{words}, and its connection ended: {client.end}"
    return words if client.response is not None else f"{client} got no answer to its handshake"
