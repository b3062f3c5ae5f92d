"""Servers that mix frames up when a member reads slowly (WS-21), and one that is slow to answer Pings."""

from collections.abc import Sequence

from mutants.broken.delivery.slow_readers import MUCH
from mutants.machinery.incoming_frames import PONG
from mutants.machinery.outgoing_frames import Frame, RewritingConnection
from mutants.machinery.registration import Registry
from reference_server.connection import Connection, Shared

MUTANTS = Registry()

CHUNK = 10_000
"""Bytes handed to the operating system at a time."""
_POLL = 0.001


class WritingInParts(RewritingConnection):
    """The base of servers with a queue of bytes for each member, which they write part by part, and err."""

    def __init__(self, shared: Shared) -> None:
        super().__init__(shared)
        self._queue = bytearray()
        self._is_ending = False
        self._is_waiting = False

    def rewrite(self, frame: Frame) -> Sequence[Frame]:
        if self._queue and self.is_impatient(frame):
            return (frame,)
        self._queue += frame.serialize()
        self._write_on()
        return ()

    def is_impatient(self, frame: Frame) -> bool:
        """Tell whether ``frame`` does not wait until what was half written is whole."""
        del frame
        return False

    def rest(self, chunk: bytes) -> bytes:
        """Return what is written once more, when the operating system did not take ``chunk`` at once."""
        del chunk
        return b""

    def _write_on(self) -> None:
        while self._queue and not self.backlog:
            chunk = bytes(self._queue[:CHUNK])
            Connection.write(self, chunk)
            self._queue[:CHUNK] = self.rest(chunk) if self.backlog else b""
        if self._queue and not self._transport.is_closing():
            if not self._is_waiting:
                self._is_waiting = True
                self._loop.call_later(_POLL, self._go_on)
        elif self._is_ending:
            super()._half_close()

    def _go_on(self) -> None:
        self._is_waiting = False
        self._write_on()

    def _half_close(self) -> None:
        self._is_ending = True
        self._write_on()


@MUTANTS.broken("pressure-pong", "WS-21")
class PongInside(WritingInParts):
    """A Pong does not wait until a half-written frame is whole."""

    def is_impatient(self, frame: Frame) -> bool:
        return frame.first & 0x0F == PONG


@MUTANTS.broken("pressure-error", "WS-21")
class ErrorInside(WritingInParts):
    """An Error does not wait until a half-written frame is whole."""

    def is_impatient(self, frame: Frame) -> bool:
        return b'"Error"' in frame.payload[:40]


@MUTANTS.broken("pressure-userlist", "WS-21")
class UserlistInside(WritingInParts):
    """A userlist does not wait until a half-written frame is whole."""

    def is_impatient(self, frame: Frame) -> bool:
        return b'"userlist"' in frame.payload[:40]


@MUTANTS.broken("pressure-echo", "WS-21")
class EchoInside(WritingInParts):
    """A member's own Chat does not wait until a half-written frame is whole."""

    def is_impatient(self, frame: Frame) -> bool:
        own = self._session.wsid if self._session is not None else ""
        return f'"WSID":"{own}"'.encode() in frame.payload and b'"Chat"' in frame.payload[:40]


@MUTANTS.broken("pressure-close", "WS-21")
class CloseInside(WritingInParts):
    """A Close does not wait until a half-written frame is whole."""

    def is_impatient(self, frame: Frame) -> bool:
        return frame.is_close


@MUTANTS.broken("pressure-short-write", "WS-21")
class ShortWrite(WritingInParts):
    """What the operating system does not take at once is written again, though it was kept."""

    def rest(self, chunk: bytes) -> bytes:
        return chunk[-100:]


@MUTANTS.broken("pressure-byte-lost", "WS-21")
class ByteLost(WritingInParts):
    """One byte is lost where the operating system does not take all at once."""

    def _write_on(self) -> None:
        was_free = not self.backlog
        super()._write_on()
        if was_free and self.backlog and len(self._queue) > MUCH:
            del self._queue[0]


@MUTANTS.broken("pressure-pong-mixed-up", "WS-21")
class PongMixedUp(RewritingConnection):
    """While much is unsent a Pong has the payload of the Ping before, out of a buffer that is used again."""

    _before = b""

    def rewrite(self, frame: Frame) -> Frame:
        if frame.first & 0x0F != PONG:
            return frame
        before, self._before = self._before, frame.payload
        wrong = before[: len(frame.payload)] + frame.payload[len(before) :]
        return frame.but(payload=wrong) if self.backlog > MUCH else frame


@MUTANTS.legal("legal-last-pong")
class LastPong(RewritingConnection):
    """Of the Pings that come within 10 ms the last is answered, no other."""

    def __init__(self, shared: Shared) -> None:
        super().__init__(shared)
        self._due: Frame | None = None

    def rewrite(self, frame: Frame) -> Sequence[Frame]:
        if frame.first & 0x0F == PONG:
            if self._due is None:
                self._loop.call_later(0.01, self._answer_last)
            self._due = frame
            return ()
        due, self._due = (self._due, None) if frame.is_close else (None, self._due)
        return (due, frame) if due else (frame,)

    def _answer_last(self) -> None:
        due, self._due = self._due, None
        if due is not None:
            Connection.write(self, due.serialize())
