"""The messages of one room in the order in which this process first saw them, and the bytes they came in.

Members of a room are mostly sent the same bytes. So the log keeps, beside what each message is, the frames as
one stream: a member's place in the log is one number, and what it reads is verified by comparing it with what
stands at its place, whole reads at a time and without looking for frames. Only what is new is decoded.

Indices count from the room's first message and stay what they are when the oldest are forgotten.
"""

from array import array
from bisect import bisect_right

from hubbub.load.messages.message_key import MessageKey, publisher_of

_TEXT = 0x81
_LENGTH_16 = 126
_LENGTH_64 = 127
_BLANK = b"\xff"
"""What no server's frame begins with: all bits reserved, an opcode that is none."""
_NO_FRAME = _BLANK * 16


class RoomLog:
    """What is still remembered of a room's messages: from index ``base`` up to, without it, ``end``."""

    def __init__(self) -> None:
        self.base = 0
        self.rows = array("I")
        """The messages' rows in the process's message table."""
        self.keys = array("q")
        """Their keys (``message_key``)."""
        self.sent = array("q")
        """When they were sent, as they say themselves, in ns of the run."""
        self.ends = array("q")
        """Where their frames end in the stream, counted from its first byte ever."""
        self.stream = bytearray()
        """The frames of the messages, one after the other."""
        self.origin = 0
        """Where ``stream`` begins, counted from its first byte ever."""
        self.known: dict[bytes, int] = {}
        """The index of each payload."""
        self.late = 0
        """How many messages ever came after a later one of their publisher."""
        self._latest: dict[int, int] = {}
        self._payloads: list[bytes] = []
        self._indices: dict[int, int] = {}

    @property
    def end(self) -> int:
        """The index that the next message will have."""
        return self.base + len(self.rows)

    def append(self, payload: bytes, key: MessageKey, sent: int, row: int, alone: bool = True) -> int:
        """Append a message; return its index.

        One that comes after a later message of its publisher is known by its key only, so that nobody gets it
        without a closer look. One that is not ``alone``, but one of several with equal payloads, is known by
        its key and its place in the stream: which of them somebody gets depends on what it has had.
        """
        index = self.end
        latest = self._latest.get(publisher_of(key), -1)
        late = key < latest
        if late:
            self.late += 1
        else:
            self._latest[publisher_of(key)] = key
        self.rows.append(row)
        self.keys.append(key)
        self.sent.append(sent)
        self.stream += _NO_FRAME if late else _head(len(payload)) + payload
        self.ends.append(self.origin + len(self.stream))
        if alone and not late:
            self.known[payload] = index
        self._indices[key] = index
        self._payloads.append(payload)
        return index

    def key(self, index: int) -> MessageKey:
        """Return the key of the message with that index."""
        return MessageKey(self.keys[index - self.base])

    def index_of(self, key: MessageKey) -> int | None:
        """Return the index of a message; None where it is not remembered."""
        return self._indices.get(key)

    def start(self, index: int) -> int:
        """Return where the frame of a message, or of the next one, begins in the stream."""
        return self.ends[index - self.base - 1] if index > self.base else self.origin

    def whole(self, offset: int, index: int) -> int:
        """Return the index of the first message, from ``index`` on, that does not end up to ``offset``."""
        return self.base + bisect_right(self.ends, offset, index - self.base)

    def blank(self, index: int) -> None:
        """Let nobody get a message without a closer look from now on, as one that came late."""
        place = index - self.base
        if self.known.get(self._payloads[place]) == index:
            del self.known[self._payloads[place]]
        start, stop = self.start(index) - self.origin, self.ends[place] - self.origin
        self.stream[start:stop] = _BLANK * (stop - start)

    def trim(self, index: int) -> None:
        """Forget the messages before ``index``."""
        count = index - self.base
        if count <= 0:
            return
        start = self.start(index)
        for payload, key in zip(self._payloads[:count], self.keys[:count], strict=True):
            # A payload stands for its last appearance, and that may be a younger one.
            if self.known.get(payload, index) < index:
                del self.known[payload]
            if self._indices.get(key, index) < index:
                del self._indices[key]
        del self.rows[:count], self.keys[:count], self.sent[:count], self.ends[:count]
        del self._payloads[:count], self.stream[: start - self.origin]
        self.base, self.origin = index, start


def _head(length: int) -> bytes:
    """Return the header of a server's whole text frame (RFC 6455 section 5.2)."""
    if length < _LENGTH_16:
        return bytes((_TEXT, length))
    if length < 1 << 16:
        return bytes((_TEXT, _LENGTH_16)) + length.to_bytes(2, "big")
    return bytes((_TEXT, _LENGTH_64)) + length.to_bytes(8, "big")
