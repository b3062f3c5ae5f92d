"""The messages of one room in the order in which this process first saw them, and the bytes they came in.

Members of a room are mostly sent the same bytes. So the log keeps, beside what each message is, the frames as
one stream: a member's place in the log is one number, and what it reads is verified by comparing it with what
stands at its place, whole reads at a time and without looking for frames. Only what is new is decoded.

Indices count from the room's first message and stay what they are when the oldest are forgotten. So do the
offsets in the stream: both are converted to places in the arrays by subtracting ``base`` or ``origin``.
"""

# Theory of operation
#
#     index     base                             end - 1    end
#     rows      [ r0      | r1      | r2  | ... | rn     ]         parallel arrays, one entry a message
#     stream    [ frame 0 | frame 1 | blank     | frame n ]
#     offset    origin    ends[0]   ends[1]               ends[n]
#
# A member at index i has verified all bytes before start(i). It verifies the next read by one comparison with
# the stream, so whoever must not get a message that way is kept from it by its bytes: the frame is replaced
# by a *blank*, bytes with which no frame of a server can begin (I5). Comparison then fails at that place, the
# read goes to the slow path, and the slow path finds the message by its key.
#
# Messages are blank for two reasons: they came after a later message of their publisher (each member that
# gets them must be asked whether it got them out of order, too), or they were settled as missing at somebody
# (whose late arrival must be resolved).

from array import array
from bisect import bisect_right

from hubbub.load.messages.message_key import MessageKey, publisher_of
from hubbub.load.websocket.frame_head import text_head

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
        self._latest: dict[int, MessageKey] = {}
        """By publisher, the latest of its messages."""
        self._payloads: list[bytes] = []
        self._indices: dict[int, int] = {}
        """By key."""

    @property
    def end(self) -> int:
        """The index that the next message will have."""
        return self.base + len(self.rows)

    def append(self, payload: bytes, key: MessageKey, sent: int, row: int, alone: bool = True) -> int:
        """Append a message; return its index.

        One that comes after a later message of its publisher is found by its key only, so that every member
        that gets it takes the slow path. One that is not ``alone``, but one of several with equal payloads,
        is found by its key and its place in the stream: which of them a member gets depends on what it had.
        """
        index = self.end
        publisher = publisher_of(key)
        late = key < self._latest.get(publisher, -1)
        if late:
            # The order of this log is then no measure of the publisher's order: see received_later.
            self.late += 1
        else:
            self._latest[publisher] = key
        self.rows.append(row)
        self.keys.append(key)
        self.sent.append(sent)
        # A late message gets a blank and not an empty frame: a member must stop here, not read past it.
        self.stream += _NO_FRAME if late else text_head(len(payload)) + payload
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
        """Let every member that gets a message from now on take the slow path, as with one that came late."""
        place = index - self.base
        # The payload may stand for a younger message with equal bytes, which stays findable.
        if self.known.get(self._payloads[place]) == index:
            del self.known[self._payloads[place]]
        # As long as the frame was, so that all offsets behind it stay right (I1).
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
