"""Messages too large, or of too many frames, to be written at once and to be kept in a transcript."""

from collections.abc import Iterable, Iterator

from ..wire.client import Client
from ..wire.framing import frames
from ..wire.framing.frames import Frame
from ..wire.wire import Wire
from .common import has_ended

_PIECE = 64 * 1024
_AHEAD = 4 * _PIECE
"""Bytes that may wait to be sent: a server that ends the connection is not sent much more."""


def pour(wire: Wire, client: Client, several: Iterable[Frame]) -> bool:
    """Send frames for as long as the server reads them; return whether it has read them all, about.

    What it has in common with a client that writes a large message: it stops when the server ends the
    connection. The transcript keeps the beginning only.
    """
    is_first = True
    for piece in _pieces(several):
        if is_first:
            client.send_bytes(piece[:64])
            piece, is_first = piece[64:], False
        client.send_unrecorded(piece)
        wire.pump()
        if not wire.wait(lambda: client.link.unsent < _AHEAD or has_ended(client), wire.deadlines.wait):
            return False
        if has_ended(client):
            return False
    return True


def _pieces(several: Iterable[Frame]) -> Iterator[bytes]:
    """Yield the bytes of frames in pieces, small frames together, large ones cut."""
    waiting = bytearray()
    for frame in several:
        waiting += frames.write_frame(frame)
        if len(waiting) >= _PIECE:
            yield from (bytes(waiting[at : at + _PIECE]) for at in range(0, len(waiting), _PIECE))
            waiting.clear()
    if waiting:
        yield bytes(waiting)


def cut(payload: bytes, size: int, opcode: int, *, finished: bool = True) -> Iterator[Frame]:
    """Yield a message in fragments of ``size`` bytes each, the last one too if it is not ``finished``."""
    for at in range(0, len(payload), size):
        is_last = at + size >= len(payload)
        kind = frames.Opcode.CONTINUATION if at else opcode
        yield Frame(kind, payload[at : at + size], fin=is_last and finished)
