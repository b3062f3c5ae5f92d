"""What one member of a room received: a cursor into the room's one log.

A membership has constant small memory: the index of the message that is to come next, and those skipped.
A delivery in the log's order moves the cursor by one; anything else is the room's business, which names the
anomaly (``room_ledger``).
"""

# Theory of operation
#
# A connection offers what it reads twice, in this order:
#
# 1. ``follow`` gets the raw bytes. Where they equal the room's stream at the cursor's offset, all whole
#    frames among them are deliveries, verified by that one comparison: equal bytes were decoded and judged
#    before. It returns what is left, beginning with a frame.
# 2. ``receive`` gets the text messages that the connection found in what was left. One that is the next of
#    the log moves the cursor; for any other it asks the room.
#
# Received are the messages from ``first`` up to ``next``, without those in ``skipped`` (I2). ``offset`` is
# the same place in bytes; it may lie inside the frame of ``next``, when a read ended there (I1). A frame that
# was begun that way and then leaves the stream, forgotten or blanked, is kept in ``carry`` until the rest
# comes.
#
# Each delivery is written down in the call that moves the cursor past it (I6): one row in the delivery log,
# and one entry a read for the moments, which all deliveries of the read share.

from typing import Protocol

from hubbub.load.ledger.room_log import RoomLog
from hubbub.load.measure.delivery_log import UNMEASURED, DeliveryLog
from hubbub.load.messages.message_key import MessageKey
from hubbub.load.timing.moments import NEVER

NOT_IN_LOG = -1
"""The index of a message that the log does not have, or not any more."""
NOT_COUNTED = -1
"""The row of a message that is not to be counted as delivered."""


class Room(Protocol):
    """What a cursor knows of its room, which is a ``room_ledger.RoomLedger``."""

    index: int
    name: str
    members: list["MemberCursor"]

    def receive_irregular(
        self, member: "MemberCursor", payload: bytes, index: int, arrival: int, read: int
    ) -> int:
        """Account for a message that is not the next one in the log's order.

        ``index`` is the message's, or ``NOT_IN_LOG``. It arrived at the moment ``arrival`` and was read at
        ``read``, in ns of the run. Return its row if it is to be timed with the read, else ``NOT_COUNTED``.
        """


class MemberCursor:
    """One membership, from the joining of a user to the end of its connection; moments in ns of the run."""

    # There are as many of these as users, so they have slots. ``follow`` and ``receive`` are what the
    # connection calls, as bound methods: measured, such a call takes 55 ns, one through functools.partial
    # 121 ns, one through a wrapping object 341 ns. For the same reason log and deliveries are at hand here
    # and not by way of the room.
    __slots__ = (
        "_carry",
        "_deliveries",
        "_offset",
        "ended",
        "excused",
        "first",
        "joining",
        "late",
        "leaving",
        "log",
        "measured",
        "name",
        "next",
        "number",
        "ready",
        "room",
        "skipped",
        "userlist",
    )

    def __init__(self, room: Room, log: RoomLog, deliveries: DeliveryLog, number: int, joining: int) -> None:
        self.room = room
        self.log = log
        self.number = number
        self.joining = joining
        self.ready = NEVER
        """When its Status was read."""
        self.leaving = NEVER
        """When it began to leave by its own will."""
        self.ended = NEVER
        """When the end of its connection was seen."""
        self.excused: set[MessageKey] | None = None
        """The messages that may have been under way to it when it left, once it has."""
        self.late: dict[int, int] | None = None
        """By publisher, the last of the messages that came while it was leaving, after they were settled."""
        self.measured = True
        """Whether the times of its deliveries count: not while the user itself puts off reading."""
        self.first = self.next = log.end
        """It received the messages from ``first`` up to, without it, ``next``, but for those skipped."""
        self.skipped: set[int] | None = None
        """The indices of messages that have not come though later ones of the log have."""
        self.name = ""
        """The name under which it has published; empty before any."""
        self.userlist: tuple[str, ...] | None = None
        """The names of the last userlist that it received."""
        self._deliveries = deliveries
        self._offset = log.start(self.next)
        """Up to where it has read the room's stream."""
        self._carry = b""
        """The beginning of a frame that the log has forgotten since."""

    def __str__(self) -> str:
        """Return whose membership it is, as log lines say it."""
        return f"user={self.number} room={self.room.name}"

    def begin(self, ready: int) -> None:
        """Become a member at the moment ``ready``: what comes from now on is at the end of the log."""
        self.ready = ready
        # Messages may come before the Status. Then the cursor has its place already.
        if self.first == self.next and not self.skipped:
            self.first = self.next = self.log.end
            self._offset = self.log.start(self.next)

    @property
    def gone(self) -> int:
        """When the membership ended or began to end."""
        return min(self.leaving, self.ended)

    @property
    def left(self) -> bool:
        """Whether it ended by the user's own will."""
        return self.leaving <= self.ended < NEVER

    def has(self, index: int) -> bool:
        """Whether the message of that index came."""
        return self.first <= index < self.next and not (self.skipped and index in self.skipped)

    # Hot path. On it are nearly all deliveries: a CPU second takes 1,060,000 of them where several come in
    # one read (docs/benchmarks.md). A call costs the same however many frames the read holds; the only work
    # a delivery is to copy its row.
    def follow(self, data: bytes, arrival: int, read: int) -> bytes:
        """Account for bytes that are the next of the room's stream; return those that are not.

        What is returned begins with a frame. All of ``data`` arrived at the moment ``arrival``.
        """
        log = self.log
        at = self._offset - log.origin
        if self._carry:
            # The stream has not got this frame any more: only its decoding can tell which message it is.
            data, self._carry = self._carry + data, b""
            return data
        if at == len(log.stream):
            # Nobody in this process has had more: this is new, and must be decoded.
            return data
        if log.stream.startswith(data, at):
            size = len(data)
        else:
            ahead = log.stream[at:]
            size = len(ahead)
            if not data.startswith(ahead):
                # Somewhere in it is another frame than in the log: another order, a message of the member's
                # own, a blank. Frames are compared one by one from here, beginning with the one begun.
                return self._step_back() + data
            # It goes on beyond the end of the log: what the log has is verified, the rest is returned.
        stop = log.whole(self._offset + size, self.next)
        if stop > self.next and min(log.sent[self.next - log.base : stop - log.base]) < self.joining:
            # From before the membership: these do not count as deliveries, so each must be looked at.
            return self._step_back() + data
        self._offset += size
        if stop > self.next:
            deliveries = self._deliveries
            before = len(deliveries.rows)
            deliveries.rows.extend(log.rows[self.next - log.base : stop - log.base])
            deliveries.close_read(before, arrival if self.measured else UNMEASURED, read)
            self.next = stop
        return data[size:]

    # Warm path: once for every message in the process, and for all deliveries of members who get frames of
    # their own in between. The loop's first branch is the common one; it asks nobody.
    def receive(self, payloads: list[bytes], arrival: int, read: int) -> None:
        """Account for the text messages of one read, all of which arrived at the moment ``arrival``."""
        log = self.log
        known = log.known
        deliveries = self._deliveries
        before = len(deliveries.rows)
        for payload in payloads:
            index = known.get(payload, NOT_IN_LOG)
            if index == self.next and log.sent[index - log.base] >= self.joining:
                self.next = index + 1
                row = log.rows[index - log.base]
            else:
                row = self.room.receive_irregular(self, payload, index, arrival, read)
                if row == NOT_COUNTED:
                    continue
            deliveries.rows.append(row)
        deliveries.close_read(before, arrival if self.measured else UNMEASURED, read)
        # After whole frames the cursor stands between two of them, wherever it has moved to (I1).
        self._offset = log.start(self.next)

    def mark(self, index: int) -> bool:
        """Note that the message of that index came; return whether for the first time."""
        if index >= self.next:
            # Ahead of its turn: what lies between may come yet.
            self._skip(self.next, index)
            self.next = index + 1
        elif index < self.first:
            # From before the place at which the cursor began.
            self._skip(index + 1, self.first)
            self.first = index
        elif self.skipped and index in self.skipped:
            self.skipped.remove(index)
        else:
            return False
        return True

    def forget_before(self, index: int) -> None:
        """Move past the messages before ``index``, which the log is about to forget."""
        if self.next < index:
            # A member that lags behind: what comes to it late is found by its key from now on.
            self.keep_begun(self.next)
            self.next = index
            self._offset = self.log.start(index)
        self.first = max(self.first, index)
        if self.skipped:
            self.skipped = {each for each in self.skipped if each >= index} or None

    def keep_begun(self, index: int) -> None:
        """Keep what has been read of the frame of a message that is about to leave the stream."""
        if index == self.next:
            self._carry += self._step_back()

    def _step_back(self) -> bytes:
        """Move back to the start of a frame that has not come whole; return what had been read of it."""
        log = self.log
        start = log.start(self.next)
        begun = bytes(log.stream[start - log.origin : self._offset - log.origin])
        self._offset = start
        return begun

    def _skip(self, start: int, stop: int) -> None:
        if start < stop:
            self.skipped = self.skipped or set()
            self.skipped.update(range(start, stop))
