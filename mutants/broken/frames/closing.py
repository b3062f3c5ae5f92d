"""Servers that get the closing handshake wrong (WS-14, WS-15)."""

from mutants.broken.frames.misread import failing
from mutants.machinery.incoming_frames import CLOSE, ClientFrame, Translated, TranslatingProtocol
from mutants.machinery.outgoing_frames import Frame, RewritingConnection
from mutants.machinery.registration import Registry

MUTANTS = Registry()

GOOD = (1000).to_bytes(2, "big")


@MUTANTS.broken("close-unanswered", "WS-14")
class CloseUnanswered(TranslatingProtocol):
    """A Close is not answered, and the connection stays open."""

    def translate(self, frame: ClientFrame) -> Translated:
        return None if frame.opcode == CLOSE else frame


@MUTANTS.broken("close-amid-a-message-lost", "WS-14")
class CloseAmidAMessageLost(TranslatingProtocol):
    """A Close that comes between the fragments of a message is passed over."""

    _is_amid = False

    def translate(self, frame: ClientFrame) -> Translated:
        if frame.opcode == CLOSE and self._is_amid:
            return None
        if not frame.is_control:
            self._is_amid = not frame.fin
        return frame


@MUTANTS.broken("close-cut-off", "WS-14")
class CloseCutOff(RewritingConnection):
    """A Close is answered by the end of the TCP connection alone."""

    def rewrite(self, frame: Frame) -> tuple[Frame, ...]:
        return () if frame.is_close else (frame,)


@MUTANTS.broken("data-after-close", "WS-14")
class DataAfterClose(RewritingConnection):
    """A userlist follows the answer to a Close."""

    def rewrite(self, frame: Frame) -> tuple[Frame, ...]:
        return (frame, Frame(0x81, b'{"Type":"userlist","Users":[]}')) if frame.is_close else (frame,)


class ClosePayload(TranslatingProtocol):
    """The base of servers that take other Close payloads than they should."""

    def translate(self, frame: ClientFrame) -> Translated:
        return self.close(frame) if frame.opcode == CLOSE else frame

    def close(self, frame: ClientFrame) -> ClientFrame:
        """Return what is read instead of a Close."""
        raise NotImplementedError


@MUTANTS.broken("close-one-byte", "WS-15")
class CloseOneByte(ClosePayload):
    """A Close with a payload of one byte is taken for one without."""

    def close(self, frame: ClientFrame) -> ClientFrame:
        return frame.but(payload=b"") if len(frame.payload) == 1 else frame


@MUTANTS.broken("close-reason-unread", "WS-15")
class CloseReasonUnread(ClosePayload):
    """The reason in a Close is not looked at, so it may be no UTF-8."""

    def close(self, frame: ClientFrame) -> ClientFrame:
        return frame.but(payload=frame.payload[:2]) if len(frame.payload) > 2 else frame


class CloseCode(ClosePayload):
    """The base of servers that take other close codes than they should."""

    def close(self, frame: ClientFrame) -> ClientFrame:
        code = int.from_bytes(frame.payload[:2], "big")
        return self.with_code(frame, code) if len(frame.payload) >= 2 else frame

    def with_code(self, frame: ClientFrame, code: int) -> ClientFrame:
        """Return what is read instead of a Close with ``code``."""
        raise NotImplementedError


@MUTANTS.broken("close-reserved-codes", "WS-15")
class CloseReservedCodes(CloseCode):
    """The codes 1004 to 1006 and 1015, which are never sent, are taken."""

    def with_code(self, frame: ClientFrame, code: int) -> ClientFrame:
        return frame.but(payload=GOOD) if code in (1004, 1005, 1006, 1015) else frame


@MUTANTS.broken("close-any-code", "WS-15")
class CloseAnyCode(CloseCode):
    """Close codes below 1000, from 1016 to 2999 and from 5000 on are taken."""

    def with_code(self, frame: ClientFrame, code: int) -> ClientFrame:
        return frame.but(payload=GOOD) if code < 1000 or 1015 < code < 3000 or code > 4999 else frame


@MUTANTS.broken("close-few-codes", "WS-15")
class CloseFewCodes(CloseCode):
    """Only the close codes that the RFC itself defines are taken, not 1012 to 1014 nor 3000 to 4999."""

    def with_code(self, frame: ClientFrame, code: int) -> ClientFrame:
        return failing(frame) if code > 1011 else frame


@MUTANTS.broken("close-code-feared", "WS-15")
class CloseCodeFeared(CloseCode):
    """Any code in a Close fails the connection."""

    def with_code(self, frame: ClientFrame, code: int) -> ClientFrame:
        # By a code of its own: of two equal ones it could not be told which is the answer.
        return frame.but(payload=frame.payload[:2] + b"\xff") if code == 1002 else failing(frame)
