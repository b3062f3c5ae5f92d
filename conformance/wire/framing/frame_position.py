"""Where a client's stream of bytes stands: between two frames, or inside one that is not sent whole yet.

A check may send a frame in pieces; what a client sends by itself, the answer to a Ping, must not come
between them.
"""

_END_OF_HEAD = b"\r\n\r\n"
_EXTENDED = {126: 2, 127: 8}
_KEY = 4


class FramePosition:
    """Follows what is sent, from the opening handshake on, frame by frame."""

    def __init__(self) -> None:
        self._head = b""
        """The head of a handshake or of a frame, as far as it was sent."""
        self._left = 0
        """Bytes of a frame's payload that are still to be sent."""
        self._is_open = False

    @property
    def is_inside(self) -> bool:
        """Whether a frame was begun and is not whole."""
        return self._is_open and bool(self._head or self._left)

    @property
    def is_between(self) -> bool:
        """Whether the next byte is the first of a frame."""
        return self._is_open and not self._head and not self._left

    def follow(self, data: bytes) -> None:
        """Take note of bytes that are sent."""
        # Steps over payloads without looking at them: only heads have to be read.
        place = 0
        if not self._is_open:
            place = self._end_of_handshake(data)
        while place < len(data):
            step = min(self._left, len(data) - place)
            self._left -= step
            place += step
            if not self._left and place < len(data):
                place = self._follow_head(data, place)

    def _end_of_handshake(self, data: bytes) -> int:
        """Return where frames begin in ``data``, its end if they do not."""
        # The empty line may be cut anywhere, so the last three bytes are kept for the next turn.
        before = len(self._head)
        whole = self._head + data
        end = whole.find(_END_OF_HEAD)
        if end < 0:
            self._head = whole[-len(_END_OF_HEAD) + 1 :]
            return len(data)
        self._head, self._is_open = b"", True
        return end + len(_END_OF_HEAD) - before

    def _follow_head(self, data: bytes, place: int) -> int:
        """Take what ``data`` has of a frame's head from ``place`` on; return where it ends."""
        head = self._head + data[place : place + 2 + max(_EXTENDED.values()) + _KEY]
        # RFC 6455 §5.2: two bytes; 0, 2 or 8 of extended length; 4 of the key where the frame is masked.
        size = 2
        if len(head) >= size:
            extended = _EXTENDED.get(head[1] & 0x7F, 0)
            size += extended + (_KEY if head[1] & 0x80 else 0)
            if len(head) >= size:
                length = head[2 : 2 + extended] if extended else bytes((head[1] & 0x7F,))
                self._left = int.from_bytes(length, "big")
                place += size - len(self._head)
                self._head = b""
                return place
        self._head = head
        return len(data)
