"""Servers that take frames which should fail, or fail those which they should take (WS-7 to WS-13, WS-16)."""

import codecs

from websockets.frames import CloseCode
from websockets.frames import Frame as ReadFrame

from mutants.machinery.incoming_frames import (
    CONTINUATION,
    FIN,
    PING,
    PONG,
    RSV1,
    RSV2,
    RSV3,
    TEXT,
    ClientFrame,
    Translated,
    TranslatingProtocol,
)
from mutants.machinery.registration import Registry
from reference_server.connection import Connection, Shared
from reference_server.session import Session
from reference_server.wire.assembler import Assembler

MUTANTS = Registry()

KNOWN = (0x0, 0x1, 0x2, 0x8, 0x9, 0xA)


def failing(frame: ClientFrame) -> ClientFrame:
    """Return a frame that fails the connection: its opcode is reserved."""
    return frame.but(first=FIN | 0x3)


# WS-7 to WS-9: a frame's head.


@MUTANTS.broken("unmasked-taken", "WS-7")
class UnmaskedTaken(TranslatingProtocol):
    """Frames that are not masked are taken."""

    def translate(self, frame: ClientFrame) -> Translated:
        return frame.but(masked=True)


@MUTANTS.broken("rsv1-taken", "WS-8")
class Rsv1Taken(TranslatingProtocol):
    """RSV1 is ignored where compression is not agreed."""

    def translate(self, frame: ClientFrame) -> Translated:
        return frame if self.extensions else frame.but(first=frame.first & ~RSV1)


@MUTANTS.broken("rsv-taken", "WS-8")
class Rsv2And3Taken(TranslatingProtocol):
    """RSV2 and RSV3 are ignored."""

    def translate(self, frame: ClientFrame) -> Translated:
        return frame.but(first=frame.first & ~(RSV2 | RSV3))


@MUTANTS.broken("rsv-unread", "WS-8", "WS-18")
class RsvUnread(TranslatingProtocol):
    """No reserved bit is looked at but RSV1 where a compressed message can begin."""

    def translate(self, frame: ClientFrame) -> Translated:
        meant = RSV1 if frame.is_data and self.extensions else 0
        return frame.but(first=frame.first & ~((RSV1 | RSV2 | RSV3) & ~meant))


@MUTANTS.broken("opcodes-skipped", "WS-8")
class OpcodesSkipped(TranslatingProtocol):
    """Frames with a reserved opcode are skipped."""

    def translate(self, frame: ClientFrame) -> Translated:
        return frame if frame.opcode in KNOWN else None


@MUTANTS.broken("length-125", "WS-9")
class Length125(TranslatingProtocol):
    """A payload of exactly 125 bytes, the last that needs no longer length, is misread."""

    def translate(self, frame: ClientFrame) -> Translated:
        return failing(frame) if len(frame.payload) == 125 and frame.is_data else frame


@MUTANTS.broken("length-byte-order", "WS-9")
class LengthByteOrder(TranslatingProtocol):
    """Longer lengths are read in the machine's byte order, so that far too much is waited for."""

    byte_order = "little"

    def overlong(self, data: bytes) -> bytes:
        del data
        return b""


@MUTANTS.broken("length-126", "WS-9")
class Length126(TranslatingProtocol):
    """A payload of exactly 126 bytes, the first that needs a longer length, is misread."""

    def translate(self, frame: ClientFrame) -> Translated:
        return failing(frame) if len(frame.payload) == 126 else frame


@MUTANTS.broken("length-signed", "WS-9")
class LengthSigned(TranslatingProtocol):
    """A 16-bit length is read as a signed number, so payloads from 32,768 bytes fail."""

    def translate(self, frame: ClientFrame) -> Translated:
        return failing(frame) if 32768 <= len(frame.payload) < 65536 else frame


@MUTANTS.broken("length-64-bit", "WS-9")
class Length64Bit(TranslatingProtocol):
    """The 64-bit form of the length is not understood."""

    def translate(self, frame: ClientFrame) -> Translated:
        return failing(frame) if len(frame.payload) >= 65536 else frame


@MUTANTS.broken("length-top-bit", "WS-9")
class LengthTopBit(TranslatingProtocol):
    """A length with the top bit set is taken for a very large one, and waited for."""

    def overlong(self, data: bytes) -> bytes:
        del data
        return b""


# WS-10, WS-11: fragments.


class FragmentAware(TranslatingProtocol):
    """The base of servers that treat frames otherwise inside and outside of a fragmented message."""

    fragments = 0
    """How many fragments of an unfinished message have come."""

    def translate(self, frame: ClientFrame) -> Translated:
        if frame.is_control:
            return self.control(frame)
        translated = self.data(frame)
        self.fragments = 0 if frame.fin else self.fragments + 1
        return translated

    def control(self, frame: ClientFrame) -> Translated:
        """Return what is read instead of a control frame."""
        return frame

    def data(self, frame: ClientFrame) -> Translated:
        """Return what is read instead of a data frame."""
        return frame


@MUTANTS.broken("fragments-carry-once", "WS-10")
class CarryOnce(Connection):
    """What is left of a character at a fragment's end is put before the next fragment, and no further."""

    _rest = b""

    def _take_data(self, session: Session, frame: ReadFrame) -> None:
        decoder = codecs.getincrementaldecoder("utf-8")("ignore")
        decoder.decode(self._rest + bytes(frame.data))
        rest = decoder.getstate()[0]
        if rest and self._rest:
            self._fail(CloseCode.INVALID_DATA, "a character is cut off")
        else:
            self._rest = b"" if frame.fin else rest
            super()._take_data(session, frame)


@MUTANTS.broken("fragments-shared", "WS-10")
class FragmentsShared(Connection):
    """All connections have one place for what has come of a message."""

    _place = Assembler()

    def __init__(self, shared: Shared) -> None:
        super().__init__(shared)
        self._assembler = self._place


@MUTANTS.broken("fragments-apart", "WS-10")
class FragmentsApart(FragmentAware):
    """Each fragment is taken for a message of its own."""

    def data(self, frame: ClientFrame) -> Translated:
        return frame.but(first=FIN | TEXT) if self.fragments or not frame.fin else frame


@MUTANTS.broken("fragments-few", "WS-10")
class FragmentsFew(FragmentAware):
    """A message may have a hundred fragments."""

    def data(self, frame: ClientFrame) -> Translated:
        return failing(frame) if self.fragments >= 100 else frame


@MUTANTS.broken("fragments-filled", "WS-10")
class FragmentsFilled(FragmentAware):
    """A fragment without payload fails the connection."""

    def data(self, frame: ClientFrame) -> Translated:
        return failing(frame) if not frame.payload and (self.fragments or not frame.fin) else frame


@MUTANTS.broken("fragments-without-ping", "WS-10")
class FragmentsWithoutPing(FragmentAware):
    """A Ping between fragments fails the connection."""

    def control(self, frame: ClientFrame) -> Translated:
        return failing(frame) if self.fragments and frame.opcode == PING else frame


@MUTANTS.broken("fragments-of-characters", "WS-10")
class FragmentsOfCharacters(FragmentAware):
    """Each fragment has to be UTF-8 of its own, so a cut inside a character fails the connection."""

    def data(self, frame: ClientFrame) -> Translated:
        try:
            frame.payload.decode()
        except UnicodeDecodeError:
            return failing(frame)
        return frame


@MUTANTS.broken("continuation-alone", "WS-11")
class ContinuationAlone(FragmentAware):
    """A continuation of nothing is taken for a message."""

    def data(self, frame: ClientFrame) -> Translated:
        is_orphan = frame.opcode == CONTINUATION and not self.fragments
        return frame.but(first=frame.first | TEXT) if is_orphan else frame


@MUTANTS.broken("data-in-between", "WS-11")
class DataInBetween(FragmentAware):
    """A new message inside a fragmented one is taken for its continuation."""

    def data(self, frame: ClientFrame) -> Translated:
        return frame.but(first=frame.first & ~0x0F) if frame.is_data and self.fragments else frame


# WS-12, WS-13: control frames.


@MUTANTS.broken("ping-unanswered", "WS-12")
class PingUnanswered(TranslatingProtocol):
    """Pings are not answered."""

    def translate(self, frame: ClientFrame) -> Translated:
        return None if frame.opcode == PING else frame


@MUTANTS.broken("pong-empty", "WS-12")
class PongEmpty(TranslatingProtocol):
    """A Ping is answered by a Pong without its payload."""

    def translate(self, frame: ClientFrame) -> Translated:
        return frame.but(payload=b"") if frame.opcode == PING else frame


@MUTANTS.broken("ping-empty-unanswered", "WS-12")
class EmptyPingUnanswered(TranslatingProtocol):
    """A Ping without payload is not answered."""

    def translate(self, frame: ClientFrame) -> Translated:
        return None if frame.opcode == PING and not frame.payload else frame


@MUTANTS.broken("pong-refused", "WS-12")
class PongRefused(TranslatingProtocol):
    """A Pong that nobody asked for fails the connection."""

    def translate(self, frame: ClientFrame) -> Translated:
        return failing(frame) if frame.opcode == PONG else frame


@MUTANTS.broken("control-long", "WS-13")
class ControlLong(TranslatingProtocol):
    """A control frame may be of any length."""

    def translate(self, frame: ClientFrame) -> Translated:
        return frame.but(payload=frame.payload[:125]) if frame.is_control else frame


@MUTANTS.broken("control-fragmented", "WS-13")
class ControlFragmented(TranslatingProtocol):
    """A control frame may be fragmented."""

    def translate(self, frame: ClientFrame) -> Translated:
        return frame.but(first=frame.first | FIN) if frame.is_control else frame


# WS-16: UTF-8.


class LaxText(Session):
    """The base of servers that read text which is not UTF-8."""

    def receive(self, payload: bytes, *, is_text: bool) -> None:
        super().receive(self.text(payload).encode(errors="replace"), is_text=is_text)

    def text(self, payload: bytes) -> str:
        """Return ``payload`` as text, whatever it is."""
        raise NotImplementedError


@MUTANTS.broken("text-replaced", "WS-16")
class TextReplaced(LaxText):
    """Text that is not UTF-8 is read with replacement characters."""

    def text(self, payload: bytes) -> str:
        return payload.decode(errors="replace")


@MUTANTS.broken("text-surrogates", "WS-16")
class TextSurrogates(LaxText):
    """Surrogates in UTF-8 are taken."""

    def text(self, payload: bytes) -> str:
        return payload.decode(errors="surrogatepass")


@MUTANTS.broken("text-cut-off", "WS-16")
class TextCutOff(LaxText):
    """Text that ends inside a character is taken without it."""

    def text(self, payload: bytes) -> str:
        return codecs.getincrementaldecoder("utf-8")().decode(payload)


@MUTANTS.broken("text-latin-1", "WS-16")
class TextLatin1(LaxText):
    """Text that is not UTF-8 is read as Latin-1."""

    def text(self, payload: bytes) -> str:
        try:
            return payload.decode()
        except UnicodeDecodeError:
            return payload.decode("latin-1")
