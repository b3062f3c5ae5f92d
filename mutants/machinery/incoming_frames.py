"""Reading frames wrongly: a translator in front of websockets' strict reader.

To accept what should fail, a server is given each client frame changed into one that is right; to mistake
what is right, changed into one that is wrong. So each fault is one method, and the reader stays as it is.
"""

import struct
from collections.abc import Generator, Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal

from websockets.protocol import State
from websockets.server import ServerProtocol
from websockets.utils import apply_mask

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA
FIN, RSV1, RSV2, RSV3 = 0x80, 0x40, 0x20, 0x10

_WHOLE = 32 << 20
"""A frame that announces more is not waited for: its bytes pass as they come."""
_KEY = b"\x00\x00\x00\x00"


@dataclass(frozen=True)
class ClientFrame:
    """One frame of a client, its payload unmasked."""

    first: int
    """The first byte: FIN, RSV1 to RSV3, opcode."""
    payload: bytes
    masked: bool = True

    @property
    def opcode(self) -> int:
        """The opcode, known or not."""
        return self.first & 0x0F

    @property
    def is_control(self) -> bool:
        """Whether it is a control frame."""
        return bool(self.first & 0x08)

    @property
    def is_data(self) -> bool:
        """Whether it begins a message."""
        return self.opcode in (TEXT, BINARY)

    @property
    def fin(self) -> bool:
        """Whether it ends its message."""
        return bool(self.first & FIN)

    def but(self, **changes: Any) -> "ClientFrame":
        """Return the frame with these fields changed."""
        return replace(self, **changes)

    def serialize(self) -> bytes:
        """Return the bytes, masked with zeros if it is ``masked``."""
        size = len(self.payload)
        short = size if size < 126 else 126 if size < 65536 else 127
        extended = struct.pack({126: "!H", 127: "!Q"}[short], size) if short > 125 else b""
        head = bytes((self.first, short | 0x80 * self.masked)) + extended
        return head + (_KEY if self.masked else b"") + self.payload


Translated = ClientFrame | Iterable[ClientFrame] | None


class TranslatingProtocol(ServerProtocol):
    """Hands each client frame to ``translate`` before it is read.

    A subclass overrides ``translate`` (or ``on_length``, ``overlong``):

    >>> class CloseUnanswered(TranslatingProtocol):
    ...     '''A Close is not answered, and the connection stays open.'''
    ...
    ...     def translate(self, frame):
    ...         return None if frame.opcode == CLOSE else frame
    """

    byte_order: Literal["big", "little"] = "big"

    def __init__(self, **settings: Any) -> None:
        self._buffer = bytearray()
        self._is_told = False
        """Whether ``on_length`` has been told of the frame that has begun."""
        super().__init__(**settings)

    def receive_data(self, data: bytes | bytearray) -> None:
        """Read ``data``, after the handshake frame by translated frame."""
        if self.state is State.CONNECTING:
            super().receive_data(data)
            return
        self._buffer += data
        for part in self._parts():
            super().receive_data(part)

    @property
    def rest(self) -> bytes:
        """What has come of a frame that is not whole yet."""
        return bytes(self._buffer)

    def translate(self, frame: ClientFrame) -> Translated:
        """Return what is read instead of ``frame``: another one, several, or none."""
        return frame

    def on_length(self, length: int) -> None:
        """Take note that a frame of ``length`` bytes begins."""

    def overlong(self, data: bytes) -> bytes:
        """Return what is read instead of ``data``, which begins with a frame too long to be waited for."""
        return data

    def _parts(self) -> Generator[bytes]:
        while (head := head_of(self._buffer, self.byte_order)) is not None:
            if not self._is_told:
                self._is_told = True
                self.on_length(head.length)
            if head.length > _WHOLE:
                yield self.overlong(self._take(len(self._buffer)))
            elif len(self._buffer) < head.size + head.length:
                return
            else:
                frame = head.frame(self._take(head.size + head.length))
                yield from (part.serialize() for part in _each(self.translate(frame)))

    def _take(self, size: int) -> bytes:
        self._is_told = False
        taken = bytes(self._buffer[:size])
        del self._buffer[:size]
        return taken


@dataclass(frozen=True)
class Head:
    """The head of one frame."""

    size: int
    length: int
    masked: bool

    def frame(self, data: bytes) -> ClientFrame:
        """Return the frame that ``data`` holds, or what has come of it."""
        payload = data[self.size :]
        if self.masked:
            payload = apply_mask(payload, data[self.size - len(_KEY) : self.size])
        return ClientFrame(data[0], payload, self.masked)


def head_of(data: bytes | bytearray, byte_order: Literal["big", "little"] = "big") -> Head | None:
    """Return the head that ``data`` begins with; None where it is not whole."""
    if len(data) < 2:
        return None
    masked, length = bool(data[1] & 0x80), data[1] & 0x7F
    extended = {126: 2, 127: 8}.get(length, 0)
    size = 2 + extended + len(_KEY) * masked
    if len(data) < size:
        return None
    if extended:
        length = int.from_bytes(data[2 : 2 + extended], byte_order)
    return Head(size, length, masked)


def frames_in(data: bytes) -> list[ClientFrame]:
    """Return the whole frames that ``data`` begins with."""
    rest, found = bytearray(data), list[ClientFrame]()
    while (head := head_of(rest)) is not None and len(rest) >= head.size + head.length:
        found.append(head.frame(bytes(rest[: head.size + head.length])))
        del rest[: head.size + head.length]
    return found


def _each(translated: Translated) -> Iterable[ClientFrame]:
    if translated is None:
        return ()
    return (translated,) if isinstance(translated, ClientFrame) else translated
