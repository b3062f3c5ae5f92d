"""Servers that misread a frame which comes in two reads (WS-20)."""

from websockets.protocol import State

from mutants.machinery.incoming_frames import (
    BINARY,
    FIN,
    RSV1,
    TEXT,
    ClientFrame,
    Translated,
    TranslatingProtocol,
    head_of,
)
from mutants.machinery.registration import Registry
from reference_server.connection import Connection

MUTANTS = Registry()

KEY = 4
_EXTENDED = {126: 2, 127: 8}


class Tearing(TranslatingProtocol):
    """The base of servers that do something wrong when a read ends inside a frame."""

    def receive_data(self, data: bytes | bytearray) -> None:
        is_open = self.state is not State.CONNECTING
        super().receive_data(data)
        if is_open and self._buffer:
            self.torn(self._buffer)

    def torn(self, rest: bytearray) -> None:
        """Change ``rest``, the frame of which more is to come."""
        raise NotImplementedError


class TearingHeads(Tearing):
    """The base of those that go wrong inside a frame's head."""

    def torn(self, rest: bytearray) -> None:
        if head_of(rest) is None:
            self.torn_head(rest, _EXTENDED.get(rest[1] & 0x7F, 0) if len(rest) > 1 else 0)

    def torn_head(self, rest: bytearray, extended: int) -> None:
        """Change ``rest``, a head of which more is to come, with so many bytes of extended length."""
        raise NotImplementedError


@MUTANTS.broken("torn-first-byte", "WS-20")
class FirstByteLost(TearingHeads):
    """The first byte of a frame is lost where it comes alone."""

    def torn_head(self, rest: bytearray, extended: int) -> None:
        del extended
        if len(rest) == 1:
            rest.clear()


@MUTANTS.broken("torn-length", "WS-20")
class LengthLost(TearingHeads):
    """Of a 16-bit length that comes in two reads, what came with the first is lost."""

    def torn_head(self, rest: bytearray, extended: int) -> None:
        if extended == 2 and len(rest) == 3:
            del rest[2:]


@MUTANTS.broken("torn-long-length", "WS-20")
class LongLengthLost(TearingHeads):
    """Of a 64-bit length that comes in two reads, what came with the first is lost."""

    def torn_head(self, rest: bytearray, extended: int) -> None:
        if extended == 8 and len(rest) < 2 + extended:
            del rest[2:]


@MUTANTS.broken("torn-key", "WS-20")
class KeyLost(TearingHeads):
    """A mask that comes in two reads is read from the second on."""

    def torn_head(self, rest: bytearray, extended: int) -> None:
        if len(rest) > 2 + extended:
            del rest[2 + extended :]


@MUTANTS.broken("torn-rsv1", "WS-20")
class Rsv1Lost(TearingHeads):
    """Of a head that comes in two reads RSV1 is forgotten, so its message is taken for plain text."""

    def torn_head(self, rest: bytearray, extended: int) -> None:
        del extended
        if len(rest) > 1:
            rest[0] &= ~RSV1


@MUTANTS.broken("torn-unchecked", "WS-20")
class Unchecked(TearingHeads):
    """A head that comes in two reads is held to nothing: not to its bits, its opcode, its mask."""

    _is_torn = False

    def torn_head(self, rest: bytearray, extended: int) -> None:
        del rest, extended
        self._is_torn = True

    def translate(self, frame: ClientFrame) -> Translated:
        is_torn, self._is_torn = self._is_torn, False
        if not is_torn or frame.is_control:
            return frame
        opcode = frame.opcode if frame.opcode in (0, TEXT, BINARY) else TEXT
        return frame.but(first=frame.first & (FIN | RSV1) | opcode, masked=True)


@MUTANTS.broken("torn-twice", "WS-20")
class TornTwice(TearingHeads):
    """A head may come in two reads, and is lost if it comes in more."""

    _reads = 0

    def receive_data(self, data: bytes | bytearray) -> None:
        self._reads += 1
        super().receive_data(data)
        if not self._buffer or head_of(self._buffer) is not None:
            self._reads = 0

    def torn_head(self, rest: bytearray, extended: int) -> None:
        del extended
        if self._reads > 2:
            rest.clear()


@MUTANTS.broken("torn-mask", "WS-20")
class MaskRestarted(Tearing):
    """Of a payload that comes in two reads the second part is unmasked as if it were the first."""

    _place = 0
    _missing = 0
    _key = b""

    def receive_data(self, data: bytes | bytearray) -> None:
        if self._missing:
            key, place = self._key, self._place
            rest = data[: self._missing]
            wrong = bytes(byte ^ key[at % KEY] ^ key[(place + at) % KEY] for at, byte in enumerate(rest))
            data = wrong + data[self._missing :]
        self._missing = 0
        super().receive_data(data)

    def torn(self, rest: bytearray) -> None:
        head = head_of(rest)
        if head is not None and head.masked and len(rest) < 1000:
            self._place = len(rest) - head.size
            self._missing = head.length - self._place
            self._key = bytes(rest[head.size - KEY : head.size])


@MUTANTS.broken("torn-buffer", "WS-20")
class BufferEnd(TearingHeads):
    """What is sent is read into a buffer of 4 KiB; a head that lies across its end is lost."""

    _SIZE = 4096

    def receive_data(self, data: bytes | bytearray) -> None:
        for start in range(0, len(data), self._SIZE):
            self._is_full = len(data) >= start + self._SIZE
            super().receive_data(data[start : start + self._SIZE])

    def torn_head(self, rest: bytearray, extended: int) -> None:
        del extended
        if self._is_full:
            rest.clear()


class _Counting(Tearing):
    """Knows how many frames the last read has completed."""

    completed = 0

    def receive_data(self, data: bytes | bytearray) -> None:
        self.completed = 0
        super().receive_data(data)

    def translate(self, frame: ClientFrame) -> Translated:
        self.completed += 1
        return frame


@MUTANTS.broken("torn-rest", "WS-20")
class RestLost(_Counting):
    """What a read has behind the end of a frame is lost, if it is no whole frame."""

    def torn(self, rest: bytearray) -> None:
        if self.completed:
            rest.clear()


@MUTANTS.broken("torn-control", "WS-20")
class ControlLost(Tearing):
    """A control frame that comes in two reads is passed over."""

    _is_torn = False

    def torn(self, rest: bytearray) -> None:
        self._is_torn |= bool(rest[0] & 0x08)

    def translate(self, frame: ClientFrame) -> Translated:
        is_lost, self._is_torn = self._is_torn and frame.is_control, False
        return None if is_lost else frame


@MUTANTS.broken("torn-behind-handshake", "WS-20")
class RestOfHandshakeLost(Connection):
    """What comes in one segment with the handshake is lost, if it is no whole frame."""

    def _read_head(self) -> None:
        super()._read_head()
        head = head_of(self._unread)
        is_whole = head is not None and len(self._unread) >= head.size + head.length
        if self._session is not None and not is_whole:
            self._unread.clear()
