"""Compressed text frames, each distinct one inflated once for all users of a process (RFC 7692).

Where a server begins each message with an empty window (``server_no_context_takeover``), equal frames are
equal messages, and members of a room mostly receive the same. Otherwise each connection inflates by itself.
"""

import zlib

from websockets.client import ClientProtocol
from websockets.extensions.permessage_deflate import PerMessageDeflate

from hubbub.load.websocket.frame_head import COMPRESSED_TEXT, LENGTH_16, LENGTH_64, MASKED
from hubbub.load.websocket.frame_scanner import frame_end, scan_text
from hubbub.protocol.inflating import MessageInflater, TooLongError

_LENGTH_SIZES = {LENGTH_16: 2, LENGTH_64: 8}
_TAIL = b"\x00\x00\xff\xff"
"""The end of an empty stored block, which the sender leaves out (RFC 7692 section 7.2.1)."""
_REMEMBERED = 4096
"""How many frames are remembered at least."""


def is_shareable(protocol: ClientProtocol) -> bool:
    """Whether all compressed frames of this connection can be inflated by themselves."""
    return bool(protocol.extensions) and all(
        isinstance(each, PerMessageDeflate) and each.remote_no_context_takeover
        for each in protocol.extensions
    )


class Inflater:
    """Finds whole text frames, plain and compressed; messages longer than ``limit`` bytes are left alone."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._known: dict[bytes, bytes] = {}
        self._older: dict[bytes, bytes] = {}

    def scan(self, data: bytes, position: int = 0) -> tuple[list[bytes], int]:
        """Return the texts of the frames that stand whole at ``position``, and where they end.

        What stands there is an incomplete frame, a frame of another kind or a broken one, or nothing.
        """
        texts, position = scan_text(data, position)
        while len(data) > position and data[position] == COMPRESSED_TEXT:
            end = frame_end(data, position)
            text = self._text(data[position:end]) if end is not None and end <= len(data) else None
            # None: not whole yet, or broken. An empty text is a message (section 7.2.3.6).
            if text is None or end is None:
                break
            texts.append(text)
            plain, position = scan_text(data, end)
            texts += plain
        return texts, position

    def _text(self, frame: bytes) -> bytes | None:
        text = self._known.get(frame)
        if text is None:
            text = self._older.get(frame) or self._inflate(frame)
            if text is None:
                return None
            self._remember(frame, text)
        return text

    def _remember(self, frame: bytes, text: bytes) -> None:
        # Two generations: what was asked for lately is in one of them, and neither is ever searched through.
        if len(self._known) >= _REMEMBERED:
            self._older, self._known = self._known, {}
        self._known[frame] = text

    def _inflate(self, frame: bytes) -> bytes | None:
        """Return the message in a frame; None where a full parser is to say what is wrong with it."""
        if frame[1] & MASKED:
            # A server must not mask (RFC 6455 section 5.1).
            return None
        start = 2 + _LENGTH_SIZES.get(frame[1], 0)
        # The largest window inflates what was deflated with a smaller one, too.
        inflating = zlib.decompressobj(wbits=-zlib.MAX_WBITS)
        try:
            text = inflating.decompress(frame[start:] + _TAIL, self._limit)
            if inflating.eof:
                # A block with BFINAL set ends zlib's stream but not the message: others may follow, in it or
                # in the next one (RFC 7692 section 7.2.3.4).
                return MessageInflater(zlib.MAX_WBITS, False).inflate(frame[start:], True, self._limit)
        except (zlib.error, TooLongError):
            return None
        # Over the limit: the full parser closes the connection for it.
        return None if inflating.unconsumed_tail else text
