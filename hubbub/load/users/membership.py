"""One membership of a user in its room: one connection, from joining to its end by either side."""

import ssl
from collections.abc import Callable

import gevent
from gevent.event import Event

from hubbub.load.messages.dialect import Ready, UnreadableError
from hubbub.load.messages.message_key import MessageKey
from hubbub.load.timing.moments import MILLISECOND, NEVER
from hubbub.load.users import causes
from hubbub.load.users.causes import JoinError
from hubbub.load.users.engine import Engine
from hubbub.load.websocket.connection import Connection
from hubbub.load.websocket.exhaustion import EXHAUSTED, starved
from hubbub.load.websocket.handshake import HandshakeError
from hubbub.load.websocket.listener import End
from hubbub.load.websocket.progress import Progress, Step
from hubbub.load.websocket.transport import reader
from hubbub.text.event_log import EventLog

_log = EventLog("hubbub.load.users")

_BAD_REQUEST = 400
_LONGEST_SHOWN = 80
"""Bytes of a message that are told in an error."""
_FOLLOW_TIMEOUT = 1.0
"""How long, in s, a leaver waits for the server to follow its Close."""


class Membership:
    """User ``number``'s membership of ``room``; ``on_lost`` is called, on the hub, when the server ends it.

    A user that puts off reading is *slow*: from then on the times of its deliveries do not count, for it is
    the user that makes them long, and the server may end its connection (PROTOCOL.md, BCAST-9 and BCAST-14).
    """

    __slots__ = (
        "_accounting",
        "_connection",
        "_context",
        "_cursor",
        "_greeted",
        "_joining",
        "_measurements",
        "_network",
        "_on_lost",
        "_room",
        "_said",
        "_target",
        "identity",
        "slow",
    )

    def __init__(self, engine: Engine, room: int, number: int, on_lost: Callable[[End], None]) -> None:
        self.identity = ""
        """What the server calls this connection."""
        self.slow = False
        self._context = engine.context
        self._measurements = engine.measurements
        self._accounting = engine.accounting
        self._network = engine.network
        self._room = room
        self._target = engine.network.target(number)
        self._on_lost = on_lost
        self._cursor = engine.accounting.room(room).enter(number, self._now())
        self._connection: Connection | None = None
        self._joining: Progress | None = None
        self._greeted = Event()
        self._said = ""
        """The first message that was no Status, while one was waited for."""

    def __str__(self) -> str:
        """Return whose membership it is, as log lines say it."""
        return f"{self._cursor} wsid={self.identity or '-'}"

    @property
    def ready(self) -> int:
        """When the user became a member, in ns of the run."""
        return self._cursor.ready

    @property
    def lost(self) -> bool:
        """Whether the server ended it against the user's will."""
        cursor = self._cursor
        return cursor.ready != NEVER and cursor.ended < cursor.leaving

    @property
    def present(self) -> bool:
        """Whether the user is a member and has not begun to leave."""
        cursor = self._cursor
        return cursor.ready != NEVER and cursor.leaving == NEVER and cursor.ended == NEVER

    def join(self) -> int:
        """Connect and wait for the server's Status; return how long that took, in ns.

        Raises JoinError where it does not come within the configured time.
        """
        cursor, connections = self._cursor, self._measurements.connections
        connections.attempted += 1
        cursor.joining = self._now()
        _log.debug("joining", self, url=self._target.label)
        joining = self._joining = Progress(connections, self._target.label)
        try:
            self._become_member(joining)
        except JoinError as error:
            cursor.ended = self._now()
            joining.give_up(error.kind.removeprefix("no connection: "))
            connections.failed += 1
            connections.note(self._target.label, "failed")
            self._measurements.note_error(error.kind, str(error))
            if _log.enabled:
                _log.debug("join-failed", self, why=self._context.config.redact(str(error)))
            raise
        except Exception as error:
            # Whoever waits for all that are joining must not wait for this one.
            cursor.ended = self._now()
            joining.give_up(repr(error))
            connections.failed += 1
            self._measurements.note_fault(error)
            raise
        finally:
            self._joining = None
        return cursor.ready - cursor.joining

    def heard(self, key: MessageKey, sent: int) -> bool:
        """Whether that message, sent at the moment ``sent``, has come to the user."""
        cursor = self._cursor
        index = cursor.log.index_of(key)
        if index is None:
            return self._accounting.settlement.settled(key, sent)
        return cursor.has(index)

    def is_writable(self) -> bool:
        """Wait while the kernel takes no more; return whether something can be sent."""
        return self._connection is not None and self._connection.wait_until_writable()

    def note_author(self, name: str, moment: int, fresh: bool = True) -> None:
        """Take note of the name with which a message is about to be sent; ``fresh`` where nobody had it."""
        if name != self._cursor.name:
            _log.debug("named", self, name=name)
            self._accounting.userlists.named(self._cursor, name, moment, fresh)

    def send(self, payload: bytes, copies: int = 1) -> bool:
        """Send a text message so many times; return whether the kernel has taken all of it.

        To be called when ``is_writable`` has just said that something can be sent.
        """
        return self._connection is not None and self._connection.send_text(payload, copies)

    def leave(self) -> None:
        """Leave with a Close frame; does nothing for one that never joined or has gone."""
        self._begin_to_leave("leaving")
        try:
            if self._connection is not None:
                self._connection.resume_reading()
                self._connection.close(_FOLLOW_TIMEOUT)
        finally:
            self._gone()

    def drop(self) -> None:
        """Be gone at once, with a TCP reset and no Close frame."""
        self._begin_to_leave("dropping")
        if self._connection is not None:
            self._connection.abort()
        self._gone()

    def pause_reading(self) -> None:
        """Leave what the server sends in the kernel, and be slow from now on."""
        if self._connection is not None:
            self.slow = True
            self._cursor.measured = False
            self._connection.pause_reading()
            _log.debug("paused-reading", self)

    def resume_reading(self) -> None:
        """Read again."""
        if self._connection is not None:
            self._connection.resume_reading()
            _log.debug("resumed-reading", self)

    def texts(self, payloads: list[bytes], arrival: int, read: int) -> None:
        """Look for the Status; from then on the ledger takes the messages (for the connection to call)."""
        for payload in payloads:
            identity = self._identity_in(payload)
            if identity is not None:
                self.identity = identity
                self._enter(arrival, read)
                break
            self._said = self._said or _excerpt(payload)
        self._cursor.receive(payloads, arrival, read)

    def end(self, end: End) -> None:
        """Take note of the connection's end (for the connection to call)."""
        cursor = self._cursor
        expected = not self.present
        cursor.ended = self._now()
        self._greeted.set()
        if expected:
            return
        _log.debug("shed" if self.slow else "ended-by-server", self, code=end.code)
        connections = self._measurements.connections
        connections.members -= 1
        self._accounting.userlists.left(cursor, cursor.ended)
        if self.slow:
            # It may have missed what came last, as one that leaves.
            cursor.leaving = cursor.ended
            connections.shed_one(end.code)
        else:
            connections.lose(end.code)
            connections.note(self._target.label, "lost")
            self._measurements.note_error(_kind_of(end), end.reason)
            self._on_lost(end)

    def behind(self) -> None:
        """Take note that the server sends more than is read at once (for the connection to call)."""
        self._measurements.connections.behind += 1

    def fault(self, error: Exception) -> None:
        """Take note of our own fault (for the connection to call)."""
        self._measurements.note_fault(error)

    def _now(self) -> int:
        return self._context.clock.now()

    def _begin_to_leave(self, how: str) -> None:
        if self._cursor.leaving == NEVER:
            if self.present:
                _log.debug(how, self)
            self._measurements.connections.members -= self.present
            self._cursor.leaving = self._now()
            self._accounting.userlists.left(self._cursor, self._cursor.leaving)

    def _gone(self) -> None:
        self._cursor.ended = min(self._cursor.ended, self._now())

    def _enter(self, arrival: int, read: int) -> None:
        """Become a member. The books go by the time of reading, on which nobody can set the clock back."""
        assert self._connection is not None and self._joining is not None
        self._accounting.room(self._room).admit(self._cursor, read)
        connections = self._measurements.connections
        connections.opened += 1
        connections.note(self._target.label, "opened")
        connections.members += 1
        self._measurements.recorder.connected(arrival - self._cursor.joining)
        # From here on the connection calls the cursor and not this object: this is the hot path, and a call
        # more on the way costs every read some 50 ns.
        self._connection.on_texts = self._cursor.receive
        self._connection.on_bytes = self._cursor.follow
        self._joining.finish()
        self._greeted.set()
        _log.debug("joined", self, took_ms=(read - self._cursor.joining) // MILLISECOND)

    def _become_member(self, joining: Progress) -> None:
        context, network, target = self._context, self._network, self._target
        seconds = context.config.connect_timeout
        try:
            with gevent.Timeout(seconds):
                sock = network.dialer.dial(target, joining, self._cursor.number, seconds)
                read = reader(sock, context.clock, self._measurements.arrivals)
                self._connection = Connection(sock, network.uri(target, self._room), read, self)
                joining.reach(Step.ANSWER)
                self._connection.handshake(network.opening)
                joining.reach(Step.STATUS)
                self._greeted.wait()
        except gevent.Timeout:
            # The Status may have come in the same turn of the event loop.
            if self._cursor.ready == NEVER:
                self._give_up()
                raise self._failure(self._too_late(joining, seconds)) from None
        except OSError as error:
            raise self._failure(self._unreached(joining, error)) from error
        except HandshakeError as error:
            odd = error.answer is None or error.answer.status == _BAD_REQUEST
            hint = network.schemes.hint(target) if odd else ""
            raise self._failure(causes.refused(error, target, hint)) from error
        end = self._connection.end if self._connection else None
        if self._cursor.ready == NEVER and end is not None:
            raise self._failure(causes.ended(end))

    def _failure(self, cause: JoinError) -> JoinError:
        return JoinError(cause.kind, f"{self._target.label}: {cause}")

    def _too_late(self, joining: Progress, seconds: float) -> JoinError:
        step = joining.step or Step.CONNECTION
        hint = self._network.schemes.hint(self._target) if step in (Step.TLS, Step.ANSWER) else ""
        return causes.late(step, seconds, hint, self._said)

    def _unreached(self, joining: Progress, error: OSError) -> JoinError:
        """Return whose fault it is that nothing could be dialled."""
        ours = EXHAUSTED.get(error.errno or 0)
        if ours is not None and not isinstance(error, ssl.SSLError):
            self._measurements.connections.starved += 1
            return JoinError(starved(ours), f"{ours}: {error.strerror}")
        if joining.step is not Step.TLS:
            return causes.unreached(error, self._target)
        untrusted = isinstance(error, ssl.SSLCertVerificationError)
        return causes.no_tls(error, "" if untrusted else self._network.schemes.hint(self._target))

    def _give_up(self) -> None:
        if self._connection is not None:
            self._connection.close(0)

    def _identity_in(self, payload: bytes) -> str | None:
        try:
            message = self._context.dialect.recognise(payload)
        except UnreadableError:
            return None
        return message.identity if isinstance(message, Ready) else None


def _excerpt(payload: bytes) -> str:
    text = payload[:_LONGEST_SHOWN].decode("utf-8", "backslashreplace")
    return repr(text + ("…" if len(payload) > _LONGEST_SHOWN else ""))


def _kind_of(end: End) -> str:
    return "connection lost" if end.code is None else f"closed with {end.code}"
