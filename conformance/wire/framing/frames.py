"""RFC 6455 frames, read and written as they are: legal or not.

Nothing is refused here. A check writes any frame it likes, and what a server sent is shown as it came;
judging it is the oracle's work.
"""

import secrets
import struct
from enum import IntEnum
from itertools import pairwise
from typing import Literal

import msgspec


class Opcode(IntEnum):
    """The opcodes of RFC 6455 §5.2; all others are reserved."""

    CONTINUATION = 0x0
    TEXT = 0x1
    BINARY = 0x2
    CLOSE = 0x8
    PING = 0x9
    PONG = 0xA


RSV1, RSV2, RSV3 = 4, 2, 1
"""The reserved bits of a frame's first byte, as they stand in ``Frame.rsv``."""

ExtendedLength = Literal[0, 2, 8]
"""How many bytes follow the 7-bit length."""

_CONTROL = 0x8


class Frame(msgspec.Struct, frozen=True, omit_defaults=True):
    """One frame, as it is on the wire."""

    opcode: int
    payload: bytes = b""
    fin: bool = True
    rsv: int = 0
    masked: bool = True
    extended_length: ExtendedLength | None = None
    """None writes the minimal form; a frame that was read has the form it came in."""
    announced: int | None = None
    """Written instead of the payload's true length."""

    @property
    def is_control(self) -> bool:
        """Whether it may stand between the fragments of a message (§5.4)."""
        return bool(self.opcode & _CONTROL)

    @property
    def is_minimal(self) -> bool:
        """Whether the length has the shortest form there is (§5.2)."""
        return self.extended_length in (None, minimal_form(len(self.payload)))


def text(payload: str | bytes) -> Frame:
    """Return a text frame that holds a whole message."""
    return Frame(Opcode.TEXT, payload.encode() if isinstance(payload, str) else payload)


def close(code: int | None = 1000, reason: bytes = b"") -> Frame:
    """Return a Close frame; ``code`` None leaves the payload empty (§5.5.1)."""
    return Frame(Opcode.CLOSE, b"" if code is None else struct.pack("!H", code) + reason)


def close_code(payload: bytes) -> int | None:
    """Return the code in a Close frame's payload, or None where there is none (1005, §7.1.5)."""
    return int.from_bytes(payload[:2], "big") if len(payload) >= 2 else None


def fragments(payload: bytes, cuts: list[int], opcode: int = Opcode.TEXT) -> list[Frame]:
    """Return ``payload`` as one message in several frames, cut at the byte offsets ``cuts`` (§5.4)."""
    # §5.4: the first fragment has the opcode, the others are continuations, the last has FIN.
    edges = [0, *cuts, len(payload)]
    pieces = [payload[start:end] for start, end in pairwise(edges)]
    return [
        Frame(opcode if i == 0 else Opcode.CONTINUATION, piece, fin=i == len(pieces) - 1)
        for i, piece in enumerate(pieces)
    ]


def minimal_form(length: int) -> ExtendedLength:
    """Return how many bytes of extended length a payload of ``length`` bytes needs (§5.2)."""
    if length < 126:
        return 0
    return 2 if length < 1 << 16 else 8


def write_frame(frame: Frame) -> bytes:
    """Return the frame's bytes, masked with a fresh key where it is to be masked (§5.3)."""
    length = len(frame.payload) if frame.announced is None else frame.announced
    form = minimal_form(length) if frame.extended_length is None else frame.extended_length
    # §5.2: FIN, RSV1 to RSV3 and the opcode; then MASK and a 7-bit length, 126 and 127 announcing a longer
    # one.
    first = frame.fin << 7 | frame.rsv << 4 | frame.opcode
    short = {0: length, 2: 126, 8: 127}[form]
    head = bytes((first, frame.masked << 7 | short)) + (length.to_bytes(form, "big") if form else b"")
    if not frame.masked:
        return head + frame.payload
    # §5.3: a client's key is fresh for each frame, and cannot be predicted.
    key = secrets.token_bytes(4)
    return head + key + mask(frame.payload, key)


def mask(payload: bytes, key: bytes) -> bytes:
    """Return ``payload`` masked, or unmasked, with the 4-byte ``key`` (§5.3)."""
    # As one large number: hundreds of times faster than byte by byte.
    size = len(payload)
    stream = (key * (size // 4 + 1))[:size]
    return (int.from_bytes(payload, "big") ^ int.from_bytes(stream, "big")).to_bytes(size, "big")
