"""Server frames, built once and shared by all members of a room (RFC 6455 section 5.2, RFC 7692).

A compressed frame can be shared because ``server_no_context_takeover`` is always negotiated: no frame
depends on those before it.
"""

import struct
import zlib
from collections.abc import Sequence

from hubbub.protocol.messages import Chat

UNCOMPRESSED = 0
"""The window of a member that did not agree to permessage-deflate."""

_FIN_TEXT = 0x81
_RSV1 = 0x40
_EMPTY_BLOCK_SIZE = 4


class Outgoing:
    """One message on its way to a room."""

    __slots__ = ("chat", "payload")

    def __init__(self, payload: bytes, chat: Chat | None = None) -> None:
        self.payload = payload
        self.chat = chat
        """What ``payload`` says, if it is a Chat."""


class Batch:
    """Messages that go to a member together, in one write."""

    def __init__(self, messages: Sequence[Outgoing]) -> None:
        self.messages = messages
        self._frames: dict[int, bytes] = {}

    def frames(self, window: int) -> bytes:
        """Return the frames of all messages for members of that ``window``, built on first use."""
        frames = self._frames.get(window)
        if frames is None:
            frames = b"".join(text_frame(message.payload, window) for message in self.messages)
            self._frames[window] = frames
        return frames


def text_frame(payload: bytes, window: int = UNCOMPRESSED) -> bytes:
    """Return one whole text frame; compressed if ``window`` (bits, 9 to 15) is given and it gets smaller."""
    if window:
        compressed = _deflate(payload, window)
        if len(compressed) < len(payload):
            return _header(_FIN_TEXT | _RSV1, len(compressed)) + compressed
    return _header(_FIN_TEXT, len(payload)) + payload


def _deflate(payload: bytes, window: int) -> bytes:
    compressor = zlib.compressobj(wbits=-window, memLevel=5)
    compressed = compressor.compress(payload) + compressor.flush(zlib.Z_SYNC_FLUSH)
    return compressed[:-_EMPTY_BLOCK_SIZE]


def _header(first: int, length: int) -> bytes:
    if length < 126:
        return struct.pack("!BB", first, length)
    if length < 65536:
        return struct.pack("!BBH", first, 126, length)
    return struct.pack("!BBQ", first, 127, length)
