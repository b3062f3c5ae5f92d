"""permessage-deflate (RFC 7692) on zlib alone: compressed messages, good and bad, and how to read them.

Reading is strict: with a context that must not be taken over, or a window that was agreed to be small,
what refers to bytes outside of it is an error, not a message.
"""

import zlib
from dataclasses import dataclass
from typing import Self

from ..framing.bounds import LONGEST_MESSAGE, longer_than_taken
from ..framing.frames import RSV1, Frame, Opcode
from .blocks import TAIL, Recipe, ordinary, write_runs
from .extensions import (
    CLIENT_MAX_WINDOW_BITS,
    CLIENT_NO_CONTEXT_TAKEOVER,
    SERVER_MAX_WINDOW_BITS,
    SERVER_NO_CONTEXT_TAKEOVER,
    WIDEST,
    deflate_of,
)

INVALID_BLOCK = b"\x07"
"""A last block of type 3, which RFC 1951 §3.2.3 reserves: no compressed message begins with it."""

_LAST_EMPTY_BLOCK = b"\x03\x00"
_STEP = 128
"""Bytes inflated at a time: zlib looks no further back than the window only for what came before a step."""
_SLICE = 4096
"""Compressed bytes handed to zlib at a time: what a step leaves of them is copied each time."""
_MOST_LAST_BLOCKS = 1000
"""How many blocks of one message may say that they are the last; each costs a decoder of its own."""


class DeflateError(Exception):
    """A compressed message that cannot be inflated by what was agreed."""


@dataclass(frozen=True)
class Side:
    """What was agreed for the messages of one side."""

    takes_over: bool = True
    """Whether a message may refer to those before it (§7.1.1)."""
    bits: int = WIDEST
    """The window, in bits (§7.1.2)."""


@dataclass(frozen=True)
class Agreement:
    """What client and server agreed on."""

    client: Side
    server: Side

    @classmethod
    def of(cls, header: str | None) -> Self | None:
        """Return the agreement that an answer's ``Sec-WebSocket-Extensions`` makes; None where it is none."""
        chosen = deflate_of(header)
        if chosen is None:
            return None
        return cls(
            client=Side(CLIENT_NO_CONTEXT_TAKEOVER not in chosen.values, chosen.bits(CLIENT_MAX_WINDOW_BITS)),
            server=Side(SERVER_NO_CONTEXT_TAKEOVER not in chosen.values, chosen.bits(SERVER_MAX_WINDOW_BITS)),
        )


class Deflater:
    """Compresses the messages of one side, in their order."""

    def __init__(self, side: Side) -> None:
        self._side = side
        self._window = b""

    def deflate(self, payload: bytes, recipe: Recipe = ordinary) -> bytes:
        """Return ``payload`` compressed, as it stands in the frames of a message."""
        # §7.1.1: without context takeover each message begins with an empty window.
        if not self._side.takes_over:
            self.forget()
        compressed = write_runs(recipe(payload), self._window, self._side.bits)
        self._window = (self._window + payload)[-(1 << self._side.bits) :]
        return compressed

    def forget(self) -> None:
        """Refer to nothing of the past in the next message, which no client has to (§7.1.1)."""
        self._window = b""


class Inflater:
    """Reads the compressed messages of one side, in their order."""

    def __init__(self, side: Side) -> None:
        self._side = side
        self._window = b""

    def inflate(self, payload: bytes) -> bytes:
        """Return the message that ``payload``, all its frames joined, holds.

        Raises DeflateError where it cannot be read, BoundError where it grows longer than is taken.
        """
        # §7.2.2: append the four bytes that the sender left out, then inflate.
        data = memoryview(payload + TAIL)
        parts: list[bytes] = []
        past, size = self._window, 0
        while data:
            # Each turn reads one run of blocks, up to a last one; what follows may refer back to it
            # (§7.2.3.4).
            part, data = self._read(data, past, LONGEST_MESSAGE - size)
            past = (past + part)[-(1 << self._side.bits) :]
            size += len(part)
            parts.append(part)
            if len(parts) > _MOST_LAST_BLOCKS:
                raise DeflateError(f"a compressed message with over {_MOST_LAST_BLOCKS} last blocks")
        # Kept only where it was agreed: else what refers to it is an error, as it is for any other client.
        if self._side.takes_over:
            self._window = past
        return b"".join(parts)

    def _read(self, data: memoryview, past: bytes, most: int) -> tuple[bytes, memoryview]:
        """Read up to the end, or to a block that says it is the last (§7.2.3.4); return what follows it."""
        # A decoder of its own for each run, with just the bytes that may be referred to: zlib itself would
        # allow 32 KiB whatever was agreed on.
        decoder = zlib.decompressobj(wbits=-self._side.bits, zdict=past)
        parts: list[bytes] = []
        size = start = 0
        piece: bytes | memoryview = b""
        try:
            while not decoder.eof:
                if not piece:
                    piece = data[start : start + _SLICE]
                    start += len(piece)
                parts.append(decoder.decompress(piece, _STEP))
                piece = decoder.unconsumed_tail
                size += len(parts[-1])
                if size > most:
                    raise longer_than_taken("a compressed message")
                # All is read and no last block came: it must be the end of a block, as a flush leaves it.
                if not parts[-1] and not piece and start == len(data):
                    _expect_end_of_block(decoder)
                    break
        except zlib.error as error:
            raise DeflateError(f"a compressed message that cannot be inflated ({error})") from error
        return b"".join(parts), data[start - len(decoder.unused_data) :]


def _expect_end_of_block(decoder: "zlib._Decompress") -> None:
    """Fail where a message, with its tail, ends inside a block (§7.2.1): the next would be misread."""
    # Only between two blocks can another block follow: an empty last one shows whether that is so.
    after = decoder.copy()
    after.decompress(_LAST_EMPTY_BLOCK)
    if not after.eof:
        raise DeflateError("a compressed message that does not end at the end of a block")


def bomb(size: int) -> bytes:
    """Return a message of ``size`` bytes, good but for its size, compressed to about a thousandth."""
    compressor = zlib.compressobj(9, wbits=-WIDEST)
    chunk = b"A" * (1 << 16)
    head, tail = b'{"Message":"', b'"}'
    whole, rest = divmod(size - len(head) - len(tail), len(chunk))
    parts = [compressor.compress(head), *(compressor.compress(chunk) for _ in range(whole))]
    parts += [compressor.compress(chunk[:rest] + tail), compressor.flush(zlib.Z_SYNC_FLUSH)]
    return b"".join(parts).removesuffix(TAIL)


def legal_bits(frame: Frame, compression: Agreement | None) -> int:
    """Return the reserved bits that a frame may have: RSV1 starts a compressed message (RFC 7692 §6)."""
    return RSV1 if compression is not None and frame.opcode in (Opcode.TEXT, Opcode.BINARY) else 0
