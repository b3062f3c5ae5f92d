"""Compressed messages written block by block, as RFC 7692 §7.2.1 lets a client write them.

zlib makes one stream of blocks; a message may be several of them, one behind the other, each begun at the
edge of a byte: blocks of another type, or what follows a block that says it is the last (BFINAL).
"""

import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

TAIL = b"\x00\x00\xff\xff"
"""The end of an empty stored block, left out on the wire (§7.2.1)."""
EMPTY_BLOCK = b"\x00"
"""What then stands for such a block behind one that says it is the last (§7.2.3.4)."""
NARROWEST_OF_ZLIB = 9

Flush = Literal["sync", "full", "partial", "last"]
"""How a piece of a message ends; ``last`` sets BFINAL."""
Kind = Literal["stored", "fixed", "any"]
"""The type of the blocks: ``any`` leaves it to zlib, which makes dynamic ones of long and varied text."""

_FLUSHES = {
    "sync": zlib.Z_SYNC_FLUSH,
    "full": zlib.Z_FULL_FLUSH,
    "partial": zlib.Z_PARTIAL_FLUSH,
    "last": zlib.Z_FINISH,
}
_LEVELS = {"stored": 0}
_STRATEGIES = {"fixed": zlib.Z_FIXED}


@dataclass(frozen=True)
class Run:
    """Blocks of one type, the last of them flushed to the edge of a byte."""

    text: bytes
    flush: Flush = "sync"
    kind: Kind = "any"
    refers: bool = True
    """Whether it may refer to what stands before it, in the message and in those before."""
    before: tuple[tuple[bytes, Flush], ...] = ()
    """Pieces before ``text``, each flushed in its way."""


Recipe = Callable[[bytes], Sequence[Run]]
"""What makes runs of a message."""


def ordinary(text: bytes) -> Sequence[Run]:
    """Return what nearly every client makes of a message."""
    return (Run(text),)


def write_runs(runs: Iterable[Run], window: bytes, bits: int) -> bytes:
    """Return a compressed message, as it stands in its frames; ``window`` is what it may refer to."""
    data = b""
    for run in runs:
        # RFC 7692 §7.1.2: never refer further back than the window that was agreed on.
        past = window[-(1 << bits) :] if run.refers else b""
        # zlib has no window of 8 bits, but stored blocks refer to nothing, so they fit any.
        level = _LEVELS.get(run.kind, 9) if bits >= NARROWEST_OF_ZLIB else 0
        compressor = zlib.compressobj(
            level,
            wbits=-max(bits, NARROWEST_OF_ZLIB),
            strategy=_STRATEGIES.get(run.kind, zlib.Z_DEFAULT_STRATEGY),
            zdict=past,
        )
        for text, flush in (*run.before, (run.text, run.flush)):
            data += compressor.compress(text) + compressor.flush(_FLUSHES[flush])
            window += text
        ends_in_last = run.flush == "last"
    # RFC 7692 §7.2.1: the tail of a sync flush is left out; behind a last block (BFINAL), which has none,
    # §7.2.3.4 puts an empty block, of which the same tail is left out.
    return data + EMPTY_BLOCK if ends_in_last else data.removesuffix(TAIL)
