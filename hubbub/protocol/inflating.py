"""Compressed messages of one side, inflated in their order, whatever blocks they are made of (RFC 7692).

zlib's stream ends at a block that says it is the last (BFINAL). The messages of a connection do not: what
follows such a block, in the same message or in the next, is inflated by a new stream that is given the
window of the old one (sections 7.2.2 and 7.2.3.4).
"""

import zlib

_TAIL = b"\x00\x00\xff\xff"
"""The end of an empty stored block, left out on the wire (section 7.2.1)."""
_PIECE = 1024
"""Bytes handed to zlib at a time: at a last block it copies what it was given and has not read."""


class TooLongError(Exception):
    """A message, or a part of one, that inflates to more than its limit."""


class MessageInflater:
    """Inflates the messages of one side with a window of ``bits``, which they share if ``takes_over``."""

    def __init__(self, bits: int, takes_over: bool) -> None:
        self._bits = bits
        self._takes_over = takes_over
        self._window = bytearray()
        self._stream = self._new_stream()
        self._is_fed = False
        """Whether the stream has read any of this message: if not, there is no tail to add."""

    def begin(self) -> None:
        """Begin with a message: with an empty window, if it is not taken over."""
        self._is_fed = False
        if not self._takes_over:
            self._window.clear()
            self._stream = self._new_stream()

    def inflate(self, data: bytes, fin: bool, limit: int | None = None) -> bytes:
        """Return what a frame's payload holds; ``fin`` ends the message.

        Raises TooLongError for more than ``limit`` bytes, and zlib.error for what cannot be inflated.
        """
        text = bytearray()
        for start in range(0, len(data), _PIECE):
            text += self._read(data[start : start + _PIECE], limit, len(text))
        if fin and self._is_fed:
            text += self._read(_TAIL, limit, len(text))
        return bytes(text)

    def _read(self, piece: bytes, limit: int | None, size: int) -> bytes:
        """Return what one piece holds; ``size`` bytes of the message have been inflated before."""
        text = bytearray()
        while piece:
            most = 0 if limit is None else limit - size - len(text) + 1
            part = self._stream.decompress(piece, most)
            self._remember(part)
            text += part
            if limit is not None and size + len(text) > limit:
                raise TooLongError
            self._is_fed, piece = not self._stream.eof, self._stream.unused_data
            if self._stream.eof:
                self._stream = self._new_stream()
        return bytes(text)

    def _remember(self, part: bytes) -> None:
        """Keep at least the window, and at most twice of it and this part."""
        self._window += part
        if len(self._window) > 2 << self._bits:
            del self._window[: -(1 << self._bits)]

    def _new_stream(self) -> "zlib._Decompress":
        return zlib.decompressobj(wbits=-self._bits, zdict=bytes(self._window[-(1 << self._bits) :]))
