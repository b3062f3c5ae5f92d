"""Servers whose limit for a message counts something else, or not always (SEC-1, SEC-2, SEC-9)."""

from websockets.frames import CloseCode, Opcode
from websockets.frames import Frame as ReadFrame
from websockets.server import ServerProtocol

from mutants.broken.messages.limits import DECLARED, LIMIT
from mutants.machinery.incoming_frames import PING, ClientFrame, Translated, TranslatingProtocol
from mutants.machinery.registration import Registry
from reference_server.connection import Connection
from reference_server.handshake import Handshake
from reference_server.parts import Parts
from reference_server.session import Session

MUTANTS = Registry()


class ForgottenByPings(TranslatingProtocol):
    """Counts a message's bytes, and begins anew with each Ping."""

    size = 0

    def translate(self, frame: ClientFrame) -> Translated:
        """Refuse what is over the limit."""
        if not frame.is_control:
            self.size = len(frame.payload) + (0 if frame.is_data else self.size)
        elif frame.opcode == PING:
            self.size = 0
        return frame if self.size <= LIMIT else frame.but(payload=bytes(LIMIT + 1))


class Unlimited(Handshake):
    """What reads frames has no limit."""

    def new_protocol(self) -> ServerProtocol:
        """Return one without, but for what no length may be."""
        protocol = super().new_protocol()
        protocol.max_message_size = 1 << 62
        return protocol


@MUTANTS.broken("limit-forgotten-by-pings", "SEC-2")
class LimitForgottenByPings(Unlimited):
    """A Ping in the middle of a message begins the count of its bytes anew."""

    protocol = ForgottenByPings

    def new_protocol(self) -> ServerProtocol:
        protocol = super().new_protocol()
        protocol.max_fragment_size = LIMIT
        return protocol


UNLIMITED = Parts(handshake=Unlimited)


class OwnLimit(Connection):
    """The base of servers that count by themselves what is over the limit."""

    size = 0
    """Bytes of the message so far."""

    def _take_data(self, session: Session, frame: ReadFrame) -> None:
        if frame.opcode is not Opcode.CONT:
            self.size = 0
        self.size += len(frame.data)
        if self.counted(frame) > LIMIT:
            self._fail(CloseCode.MESSAGE_TOO_BIG, "")
        else:
            super()._take_data(session, frame)

    def counted(self, frame: ReadFrame) -> int:
        """Return what is held against the limit when a frame comes."""
        raise NotImplementedError


@MUTANTS.broken("limit-at-the-end", "SEC-2", parts=UNLIMITED)
class LimitAtTheEnd(OwnLimit):
    """How large a message is, is looked at when its last fragment has come, and not before."""

    def counted(self, frame: ReadFrame) -> int:
        return self.size if frame.fin else 0


@MUTANTS.broken("limit-of-the-last-fragment", "SEC-2", parts=UNLIMITED)
class LimitOfTheLast(OwnLimit):
    """The limit is held against the last fragment alone."""

    def counted(self, frame: ReadFrame) -> int:
        return len(frame.data) if frame.fin else 0


@MUTANTS.broken("limit-of-the-first-frame", "SEC-2", parts=UNLIMITED)
class LimitOfTheFirst(OwnLimit):
    """The limit is held against the frame that begins a message, not against those that go on with it."""

    def counted(self, frame: ReadFrame) -> int:
        return 0 if frame.opcode is Opcode.CONT else len(frame.data)


@MUTANTS.broken("limit-of-continuations", "SEC-2", parts=UNLIMITED, profile=DECLARED)
class LimitOfContinuations(OwnLimit):
    """A message's first frame is held against the limit by itself, and does not count for what follows."""

    first = 0

    def counted(self, frame: ReadFrame) -> int:
        if frame.opcode is not Opcode.CONT:
            self.first = len(frame.data)
            return self.first
        return self.size - self.first


@MUTANTS.broken("limit-in-characters", "SEC-2", parts=UNLIMITED, profile=DECLARED)
class LimitInCharacters(OwnLimit):
    """The limit is one of characters, of which a byte is but a quarter at times."""

    characters = 0

    def counted(self, frame: ReadFrame) -> int:
        if frame.opcode is not Opcode.CONT:
            self.characters = 0
        self.characters += sum(byte & 0xC0 != 0x80 for byte in frame.data)
        return self.characters


@MUTANTS.broken("limit-in-utf-16", "SEC-2", parts=UNLIMITED, profile=DECLARED)
class LimitInUnits(OwnLimit):
    """The limit is one of UTF-16 units, which are half as many as the bytes of an emoji."""

    def counted(self, frame: ReadFrame) -> int:
        return len(bytes(frame.data).decode("utf-8", "ignore").encode("utf-16-le")) // 2


@MUTANTS.broken("limit-of-text", "SEC-2", parts=UNLIMITED)
class LimitOfText(OwnLimit):
    """Text has a limit, and binary messages have none: each is answered with an Error."""

    is_text = True

    def counted(self, frame: ReadFrame) -> int:
        if frame.opcode is not Opcode.CONT:
            self.is_text = frame.opcode is Opcode.TEXT
        return self.size if self.is_text else 0


@MUTANTS.broken("limit-of-binary", "SEC-2", parts=UNLIMITED)
class LimitOfBinary(LimitOfText):
    """Binary messages have a limit, and text has none."""

    def counted(self, frame: ReadFrame) -> int:
        super().counted(frame)
        return 0 if self.is_text else self.size


@MUTANTS.broken("limit-behind-the-message", "SEC-2", parts=UNLIMITED, profile=DECLARED)
class LimitBehind(OwnLimit):
    """A message over the limit goes out, and then the connection is closed for it."""

    def _take_data(self, session: Session, frame: ReadFrame) -> None:
        super()._take_data(session, frame)
        if session.is_member and self.size > LIMIT:
            self._fail(CloseCode.MESSAGE_TOO_BIG, "")

    def counted(self, frame: ReadFrame) -> int:
        return 0 if frame.fin else self.size


@MUTANTS.broken("limit-of-the-first-message", "SEC-2", parts=UNLIMITED)
class LimitOfTheFirstMessage(OwnLimit):
    """The limit is forgotten when a message has come whole."""

    finished = 0

    def counted(self, frame: ReadFrame) -> int:
        self.finished += frame.fin
        return self.size if self.finished <= frame.fin else 0


@MUTANTS.broken("limit-of-a-life", "SEC-2", parts=UNLIMITED)
class LimitOfALife(OwnLimit):
    """All messages of a connection together are held against the limit."""

    total = 0

    def counted(self, frame: ReadFrame) -> int:
        self.total += len(frame.data)
        return self.total


@MUTANTS.broken("limit-of-all-fragments", "SEC-2", parts=UNLIMITED)
class LimitOfAllFragments(OwnLimit):
    """The size of a fragmented message is added to that of the fragmented messages before it."""

    total = 0

    def counted(self, frame: ReadFrame) -> int:
        if frame.opcode is Opcode.CONT:
            self.total += len(frame.data)
        return self.total


@MUTANTS.broken("limit-of-escapes", "SEC-1", parts=UNLIMITED)
class LimitOfEscapes(OwnLimit):
    """The room for a message is reckoned with each of its escapes as long as the longest."""

    def counted(self, frame: ReadFrame) -> int:
        return self.size + 30 * bytes(frame.data).count(b"\\u")


# Odd but legal.


MUTANTS.configured(
    "legal-limit-16-mib", "The limit is the largest that is allowed: 16 MiB.", max_message=16 << 20
)
MUTANTS.configured(
    "legal-limit-32-kib", "The limit is the smallest that is allowed: 32 KiB.", max_message=32 << 10
)


@MUTANTS.legal("legal-limit-by-tcp-end")
class LimitByTcpEnd(Connection):
    """A message over the limit ends the TCP connection at once, without a Close."""

    def write(self, frames: bytes) -> None:
        sent = self._protocol.close_sent
        if sent and sent.code == CloseCode.MESSAGE_TOO_BIG and not self._protocol.close_rcvd:
            self.drop("too big")
        else:
            super().write(frames)


@MUTANTS.legal("legal-length-awaited", parts=UNLIMITED)
class LengthAwaited(OwnLimit):
    """A frame may announce any length: it is refused when that much has come, over the limit of 1 MiB."""

    def _feed(self, session: Session, data: bytearray) -> None:
        super()._feed(session, data)
        if len(self._protocol.reader.buffer) > 1 << 20:
            self._fail(CloseCode.MESSAGE_TOO_BIG, "")

    def counted(self, frame: ReadFrame) -> int:
        del frame
        return self.size // 16
