"""Servers that mistake what came last: what was never finished (BCAST-18), or said before a Close."""

import contextlib

from websockets.frames import Frame, Opcode
from websockets.protocol import State

from hubbub.protocol.codec import BadMessageError, decode_publish
from mutants.broken.members.leaving import Lagging, left_by_close
from mutants.machinery.incoming_frames import TranslatingProtocol, head_of
from mutants.machinery.registration import Registry
from reference_server.connection import Connection, Shared
from reference_server.handshake import Handshake
from reference_server.parts import Parts
from reference_server.session import Session

MUTANTS = Registry()


# BCAST-18: what was never finished.


class Finishing(Connection):
    """The base of servers that take what has come of a message for the whole of it."""

    def __init__(self, shared: Shared) -> None:
        super().__init__(shared)
        self._begun = b""

    def _take_data(self, session: Session, frame: Frame) -> None:
        super()._take_data(session, frame)
        begun = self._begun if frame.opcode is Opcode.CONT else b""
        self._begun = b"" if frame.fin else begun + bytes(frame.data)

    def finish_message(self) -> None:
        """Take what has come for the whole message."""
        begun, self._begun = self._begun, b""
        if begun and self._session is not None and self._session.is_member:
            with contextlib.suppress(UnicodeDecodeError):
                self._session.receive(begun, is_text=True)


@MUTANTS.broken("unfinished-at-close", "BCAST-18")
class UnfinishedAtClose(Finishing):
    """A message that was not finished is delivered when its sender closes."""

    def _send(self) -> None:
        if self._protocol.close_rcvd is not None:
            self.finish_message()
        super()._send()


@MUTANTS.broken("unfinished-at-failing", "BCAST-18")
class UnfinishedAtFailing(Finishing):
    """A message that was not finished is delivered when the server fails its sender's connection."""

    def _send(self) -> None:
        if self._protocol.state is not State.OPEN and self._protocol.close_rcvd is None:
            self.finish_message()
        super()._send()


@MUTANTS.broken("unfinished-at-end", "BCAST-18")
class UnfinishedAtEnd(Finishing):
    """A message that was not finished is delivered when its sender ends TCP, as if at a file's end."""

    def eof_received(self) -> bool:
        self.finish_message()
        return super().eof_received()


@MUTANTS.broken("unfinished-at-reset", "BCAST-18")
class UnfinishedAtReset(Finishing):
    """A message that was not finished is delivered when its sender resets TCP."""

    def connection_lost(self, exc: Exception | None) -> None:
        if exc is not None:
            self.finish_message()
        super().connection_lost(exc)


class Buffering(Handshake):
    """Has frames kept whole until they are read."""

    protocol = TranslatingProtocol


@MUTANTS.broken("unfinished-frame", "BCAST-18", parts=Parts(handshake=Buffering))
class UnfinishedFrame(Finishing):
    """What has come of a frame is delivered when its sender ends TCP, by FIN or reset."""

    def connection_lost(self, exc: Exception | None) -> None:
        self._take_partial(self._session)
        super().connection_lost(exc)

    def eof_received(self) -> bool:
        self._take_partial(self._session)
        return super().eof_received()

    def _take_partial(self, session: Session | None) -> None:
        assert isinstance(self._protocol, TranslatingProtocol)
        head = head_of(self._protocol.rest)
        if session is not None and session.is_member and head is not None:
            with contextlib.suppress(UnicodeDecodeError):
                session.receive(head.frame(self._protocol.rest).payload, is_text=True)


@MUTANTS.broken("unfinished-but-good", "BCAST-18")
class UnfinishedButGood(Finishing):
    """A message is delivered as soon as what has come of it is good JSON."""

    def _take_data(self, session: Session, frame: Frame) -> None:
        super()._take_data(session, frame)
        with contextlib.suppress(BadMessageError, UnicodeDecodeError):
            decode_publish(self._begun.decode())
            self.finish_message()


# BCAST-12: what was said before a Close.


class LosingLast(Lagging):
    """The base of servers that lose what they have not worked on where ``loses`` says so."""

    def worked_on_at_end(self, waiting: list[bytes], why: str) -> list[bytes]:
        return [] if left_by_close(why) and self.loses(waiting, why) else waiting

    def loses(self, waiting: list[bytes], why: str) -> bool:
        """Tell whether what is ``waiting`` is lost."""
        raise NotImplementedError


@MUTANTS.broken("last-words-lost-by-code", "BCAST-12")
class LostByCode(LosingLast):
    """What is not worked on when a Close comes is lost, unless the Close's code is 1000."""

    def loses(self, waiting: list[bytes], why: str) -> bool:
        del waiting
        return "received=1000" not in why


@MUTANTS.broken("last-words-lost-if-long", "BCAST-12")
class LostIfLong(LosingLast):
    """Messages over 16 KiB that are not worked on when a Close comes are lost."""

    def loses(self, waiting: list[bytes], why: str) -> bool:
        del why
        return any(len(payload) > 16 * 1024 for payload in waiting)


@MUTANTS.broken("last-words-lost-at-end", "BCAST-12")
class LostAtEnd(Connection):
    """What came before a Close is lost if TCP ended right behind it."""

    def data_received(self, data: bytes) -> None:
        if self._session is None or data[:1] != b"\x81":
            super().data_received(data)
        else:
            self._loop.call_later(0.02, self._unless_ended, data)

    def _unless_ended(self, data: bytes) -> None:
        if not self._transport.is_closing():
            super().data_received(data)
