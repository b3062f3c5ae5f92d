"""A simulated user's client: it joins a room, publishes on its schedule, listens and leaves."""

import ssl
from collections.abc import Callable, Iterator

import gevent
from gevent.event import Event

from swarm.connection import Connection, End, HandshakeError
from swarm.dialect import Ready, UnreadableError
from swarm.engine import Engine
from swarm.envelope import Envelope, seal
from swarm.receipts import NEVER
from swarm.transport import reader

_FOLLOW_TIMEOUT = 1.0
"""How long, in s, a leaver waits for the server to follow its Close."""

_HELD_UP = 5_000_000
"""What the kernel has not taken after so many ns, it cannot take, for the server does not read."""

_NS = 1_000_000_000


class JoinError(Exception):
    """A user did not become a member; ``kind`` is the same for all that failed in the same way."""

    def __init__(self, kind: str, detail: str) -> None:
        super().__init__(detail)
        self.kind = kind


class Client:
    """One user's client; ``on_lost`` is called, on the hub, when the server ends the membership."""

    def __init__(self, engine: Engine, on_lost: Callable[[End], None]) -> None:
        self._engine = engine
        self._on_lost = on_lost
        self._publisher = engine.new_publisher()
        self._author = f"user-{self._publisher.number}"
        self._room = engine.room(self._publisher.room)
        self._receipts = self._room.enter(self._publisher.number, engine.clock.now())
        self._connection: Connection | None = None
        self._origin = 0
        self._progress = Event()

    def join(self) -> int:
        """Connect and wait for the server's Status; return how long that took, in ns.

        Raises JoinError where it does not come within the configured time.
        """
        engine, receipts = self._engine, self._receipts
        engine.connections.attempted += 1
        receipts.joining = engine.clock.now()
        try:
            self._become_member()
        except JoinError as error:
            receipts.ended = engine.clock.now()
            engine.connections.failed += 1
            engine.note_error(error.kind, str(error))
            raise
        return receipts.ready - receipts.joining

    def schedule(self) -> Iterator[int]:
        """Yield each message's intended time, in ns of the run, when it has come; end with the publishing."""
        engine = self._engine
        while engine.publishing and self._member:
            due = self._publisher.advance()
            gevent.sleep(max(0, due - engine.clock.now()) / _NS)
            if engine.publishing and self._member:
                yield due

    def publish(self, intended: int) -> None:
        """Publish the next message, which was to be sent at the moment ``intended``."""
        engine, connection = self._engine, self._connection
        if connection is None or not connection.wait_until_writable() or not engine.publishing:
            return
        publisher = self._publisher
        sent = engine.clock.now()
        sequence = publisher.next_sequence()
        envelope = Envelope(
            run=engine.plan.run,
            room=publisher.room,
            publisher=publisher.number,
            sequence=sequence,
            intended=intended,
            sent=sent,
            origin=self._origin,
        )
        text = seal(envelope, engine.config.message_size)
        key = publisher.number << 32 | sequence
        engine.sends.begin(key, sent)
        whole = False
        try:
            whole = connection.send_text(engine.dialect.publish(self._author, text))
        finally:
            counts = engine.sends.end(key, publisher.room, whole)
            took = engine.clock.now() - sent
            engine.recorder.held_up += took if took > _HELD_UP else 0
        if counts:
            engine.recorder.published(intended, sent)

    def leave(self) -> None:
        """Leave the room with a Close frame; does nothing for one that never joined or has gone."""
        receipts = self._receipts
        if receipts.leaving == NEVER:
            receipts.leaving = self._engine.clock.now()
            self._engine.members -= receipts.ready != NEVER and receipts.ended == NEVER
        self._publisher.end()
        if self._connection is not None:
            self._connection.close(_FOLLOW_TIMEOUT)
        receipts.ended = min(receipts.ended, self._engine.clock.now())

    def texts(self, payloads: list[bytes], arrival: int, read: int) -> None:
        """Look for the Status; from then on the ledger takes the messages (for the connection to call)."""
        assert self._connection is not None
        for payload in payloads:
            identity = self._identity_in(payload)
            if identity is not None:
                self._origin = self._engine.dialect.origin(self._room.name, self._author, identity)
                self._enter(arrival, read)
                break
        self._receipts.receive(payloads, arrival, read)

    def _enter(self, arrival: int, read: int) -> None:
        """Become a member. The books go by the time of reading, on which nobody can set the clock back."""
        assert self._connection is not None
        self._receipts.admit(read)
        self._publisher.begin(read)
        self._engine.connections.opened += 1
        self._engine.members += 1
        self._engine.recorder.connected(arrival - self._receipts.joining)
        self._connection.on_texts = self._receipts.receive
        self._connection.on_bytes = self._receipts.follow
        self._progress.set()

    def end(self, end: End) -> None:
        """Take note of the connection's end (for the connection to call)."""
        receipts = self._receipts
        receipts.ended = self._engine.clock.now()
        self._progress.set()
        if receipts.ready != NEVER and receipts.leaving == NEVER:
            self._publisher.end()
            self._engine.members -= 1
            self._engine.connections.lose(end.code)
            self._engine.note_error(_kind_of(end), end.reason)
            self._on_lost(end)

    def fault(self, error: Exception) -> None:
        """Take note of our own fault (for the connection to call)."""
        self._engine.note_fault(error)

    @property
    def _member(self) -> bool:
        return self._receipts.ended == NEVER

    def _become_member(self) -> None:
        engine = self._engine
        seconds = engine.config.connect_timeout
        step = "no connection"
        try:
            with gevent.Timeout(seconds):
                sock = engine.dialer.dial()
                read = reader(sock, engine.clock, engine.arrivals)
                self._connection = Connection(sock, engine.uri(self._publisher.room), read, self)
                step = "no answer to the handshake"
                self._connection.handshake()
                step = "no Status"
                self._progress.wait()
        except gevent.Timeout:
            # The Status may have come in the same turn of the event loop.
            if self._receipts.ready == NEVER:
                self._give_up()
                raise JoinError(step, f"{step} within {seconds:g} s") from None
        except ssl.SSLError as error:
            raise JoinError("TLS failed", str(error)) from error
        except OSError as error:
            raise JoinError(f"no connection: {error.strerror or error}", str(error)) from error
        except HandshakeError as error:
            raise JoinError("handshake refused", str(error)) from error
        end = self._connection.end if self._connection else None
        if self._receipts.ready == NEVER and end is not None:
            raise JoinError("ended before its Status", end.reason)

    def _give_up(self) -> None:
        if self._connection is not None:
            self._connection.close(0)

    def _identity_in(self, payload: bytes) -> str | None:
        try:
            message = self._engine.dialect.recognise(payload)
        except UnreadableError:
            return None
        return message.identity if isinstance(message, Ready) else None


def _kind_of(end: End) -> str:
    return "connection lost" if end.code is None else f"closed with {end.code}"
