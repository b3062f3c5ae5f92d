"""Connections that change frames on their way out: the seam for faults in what a server writes.

Everything the reference server writes passes ``Connection.write`` as whole frames (or as the HTTP answer to
the handshake, which is let through as it is).
"""

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from reference_server.connection import Connection

_EXTENDED = {126: "!H", 127: "!Q"}


@dataclass(frozen=True)
class Frame:
    """One frame of the server, unmasked."""

    first: int
    """The first byte: FIN, RSV1 to RSV3, opcode."""
    payload: bytes

    @property
    def is_text(self) -> bool:
        """Whether it is a text frame, compressed or not."""
        return self.first & 0x0F == 0x1

    @property
    def is_close(self) -> bool:
        """Whether it is a Close frame."""
        return self.first & 0x0F == 0x8

    def but(self, **changes: Any) -> "Frame":
        """Return the frame with these fields changed."""
        return replace(self, **changes)

    def serialize(self) -> bytes:
        """Return the bytes, with the shortest length."""
        size = len(self.payload)
        short = size if size < 126 else 126 if size < 65536 else 127
        extended = struct.pack(_EXTENDED[short], size) if short in _EXTENDED else b""
        return bytes((self.first, short)) + extended + self.payload


class RewritingConnection(Connection):
    """Hands each outgoing frame to ``rewrite``.

    >>> class Masked(RewritingConnection):
    ...     '''A text says that it is masked, and is not.'''
    ...
    ...     def rewrite(self, frame):
    ...         data = frame.serialize()
    ...         return bytes((data[0], data[1] | 0x80)) + data[2:] if frame.is_text else frame
    """

    def write(self, frames: bytes) -> None:
        """Send what ``rewrite`` makes of ``frames``."""
        if frames.startswith(b"HTTP/"):
            super().write(frames)
            return
        for frame in split(frames):
            super().write(b"".join(_bytes_of(part) for part in _each(self.rewrite(frame))))

    def rewrite(self, frame: Frame) -> "Frame | bytes | Iterable[Frame | bytes]":
        """Return what goes out for ``frame``: a frame, bytes as they are, or several of these."""
        raise NotImplementedError


def split(frames: bytes) -> Iterator[Frame]:
    """Yield the whole unmasked frames in ``frames``."""
    at = 0
    while at < len(frames):
        first, short = frames[at : at + 2]
        at += 2
        size = short
        if short in _EXTENDED:
            (size,) = struct.unpack_from(_EXTENDED[short], frames, at)
            at += struct.calcsize(_EXTENDED[short])
        yield Frame(first, frames[at : at + size])
        at += size


def _each(parts: Frame | bytes | Iterable[Frame | bytes]) -> Iterable[Frame | bytes]:
    return (parts,) if isinstance(parts, Frame | bytes) else parts


def _bytes_of(part: Frame | bytes) -> bytes:
    return part if isinstance(part, bytes) else part.serialize()
