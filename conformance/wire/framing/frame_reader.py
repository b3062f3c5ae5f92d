"""Frames out of a stream of bytes, however TCP cuts it (RFC 6455 §5.2).

Invariant: the buffer begins with the first byte of a frame, and holds no whole frame once ``frames`` is used
up. No frame is refused for what it is; only one that nobody could take in is.
"""

from collections.abc import Iterator

from .bounds import LONGEST_MESSAGE, longer_than_taken
from .frames import ExtendedLength, Frame, mask

_LARGEST = 1 << 63


class FrameError(Exception):
    """Bytes of a server that no reader can make a frame of (a length with the top bit set)."""


class FrameReader:
    """Makes frames of a byte stream, however it is cut."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    @property
    def rest(self) -> int:
        """How many bytes of an unfinished frame have come."""
        return len(self._buffer)

    def feed(self, data: bytes) -> None:
        """Take more bytes; ``frames`` has what they complete."""
        self._buffer += data

    def frames(self, most: int | None = None) -> Iterator[Frame]:
        """Yield the frames that are whole, at most so many.

        Raises FrameError for a length with the top bit set, BoundError for one that is longer than is taken,
        as soon as the length has come, and after the frames before it.
        """
        while most is None or (most := most - 1) >= 0:
            end = self._end_of_frame()
            if end is None:
                return
            frame = self._read(end)
            del self._buffer[:end]
            yield frame

    def _end_of_frame(self) -> int | None:
        # RFC 6455 §5.2: each part of the head says how long the next one is.
        buffer = self._buffer
        if len(buffer) < 2:
            return None
        body = 2 + _form(buffer[1])
        if len(buffer) < body:
            return None
        length = int.from_bytes(buffer[2:body], "big") if body > 2 else buffer[1] & 0x7F
        # §5.2: the most significant bit of a 64-bit length MUST be 0. No end can be computed from it.
        if length >= _LARGEST:
            raise FrameError(f"a frame announces {length} bytes: its length has the top bit set")
        if length > LONGEST_MESSAGE:
            raise longer_than_taken("the head of a frame", length)
        # A server must not mask (§5.1), but one that does is read, so that the finding shows what it sent.
        end = body + (4 if buffer[1] & 0x80 else 0) + length
        return end if len(buffer) >= end else None

    def _read(self, end: int) -> Frame:
        first, second = self._buffer[:2]
        form = _form(second)
        body = 2 + form
        masked = bool(second & 0x80)
        payload = bytes(self._buffer[body + 4 * masked : end])
        if masked:
            payload = mask(payload, bytes(self._buffer[body : body + 4]))
        fin, rsv, opcode = bool(first & 0x80), first >> 4 & 0x7, first & 0xF
        return Frame(opcode, payload, fin, rsv, masked, form)


def _form(second: int) -> ExtendedLength:
    short = second & 0x7F
    if short < 126:
        return 0
    return 2 if short == 126 else 8
