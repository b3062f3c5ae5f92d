"""What one member of a room received: a cursor into the room's one log.

A membership has constant small memory: the index of the message that is to come next, and those passed over.
A delivery in the log's order moves the cursor by one; anything else takes the slow path, which names the
anomaly.
"""

from typing import TYPE_CHECKING

from hubbub.load.measure.anomalies import Kind
from hubbub.load.measure.deliveries import UNMEASURED
from hubbub.load.messages.message_key import MessageKey, pack, publisher_of, sequence_of
from hubbub.load.timing.moments import NEVER

if TYPE_CHECKING:
    from hubbub.load.ledger.room_ledger import RoomLedger

UNKNOWN = -1
"""The index of what stands in no log, and the row of what is not to be counted."""


class MemberCursor:
    """One membership, from the joining of a user to the end of its connection; moments in ns of the run."""

    __slots__ = (
        "_carry",
        "_offset",
        "ended",
        "excused",
        "first",
        "skipped",
        "joining",
        "late",
        "leaving",
        "measured",
        "name",
        "next",
        "number",
        "ready",
        "room",
        "userlist",
    )

    def __init__(self, room: "RoomLedger", number: int, joining: int) -> None:
        self.room = room
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
        self.first = self.next = room.log.end
        """What it received are the messages from ``first`` up to, without it, ``next``, but for the skipped."""
        self.skipped: set[int] | None = None
        """The indices that were passed over and have not come since."""
        self.name = ""
        """The name under which it has published; empty before any."""
        self.userlist: tuple[str, ...] | None = None
        """The names of the last userlist that it received."""
        self._offset = room.log.start(self.next)
        """Up to where it has read the room's stream."""
        self._carry = b""
        """The beginning of a frame that the log has forgotten since."""

    def admit(self, ready: int) -> None:
        """Note that the user is a member: what comes from now on is at the end of the log."""
        self.ready = ready
        self.room.users.add(self.number)
        if self.first == self.next and not self.skipped:
            self.first = self.next = self.room.log.end
            self._offset = self.room.log.start(self.next)

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

    def received_later(self, key: MessageKey, index: int = UNKNOWN) -> bool:
        """Whether a later message of its publisher has come, and not just one that is equal to it.

        ``index`` is the message's own, if known.
        """
        log, publisher = self.room.log, publisher_of(key)
        key = self.room.last_equal(key)
        if self.late and self.late.get(publisher, -1) > sequence_of(key):
            return True
        forgotten = range(pack(publisher, self.room.forgotten.get(publisher, 0)), key, -1)
        if any(map(self._had, map(MessageKey, forgotten))):
            return True
        keys, beyond = log.keys, pack(publisher + 1, 0)
        start = self.first if log.late else max(self.first, index + 1)
        return any(
            key < keys[place - log.base] < beyond and self.has(place)
            for place in range(max(start, log.base), self.next)
        )

    def _had(self, key: MessageKey) -> bool:
        """Whether a message came that was sent before one which the log has forgotten, or is that one."""
        room = self.room
        return (
            room.context.settled(key, 0)
            and key not in (self.excused or ())
            and not room.missing.includes(key, self)
        )

    def excuses(self, key: MessageKey) -> bool:
        """Whether a message that did not come may have been under way when the member left.

        So it is where no later one of its publisher came. To be asked before the log forgets what was sent
        after it; from then on the answer stays.
        """
        if not self.left:
            return False
        if self.excused is None:
            self.excused = set()
        if key not in self.excused and self.received_later(key):
            return False
        self.excused.add(key)
        return True

    def follow(self, data: bytes, arrival: int, read: int) -> bytes:
        """Account for bytes that are the next of the room's stream; return those that are not.

        What is returned begins with a frame. All of ``data`` arrived at the moment ``arrival``.
        """
        log = self.room.log
        at = self._offset - log.origin
        if self._carry:
            data, self._carry = self._carry + data, b""
            return data
        if at == len(log.stream):
            return data
        if log.stream.startswith(data, at):
            size = len(data)
        else:
            ahead = log.stream[at:]
            size = len(ahead)
            if not size or not data.startswith(ahead):
                return self._put_back() + data
        stop = log.whole(self._offset + size, self.next)
        if stop > self.next and min(log.sent[self.next - log.base : stop - log.base]) < self.joining:
            # From before the membership: to be looked at one by one.
            return self._put_back() + data
        self._offset += size
        if stop > self.next:
            deliveries = self.room.context.deliveries
            before = len(deliveries.rows)
            deliveries.rows.extend(log.rows[self.next - log.base : stop - log.base])
            deliveries.close_read(before, arrival if self.measured else UNMEASURED, read)
            self.next = stop
        return data[size:]

    def receive(self, payloads: list[bytes], arrival: int, read: int) -> None:
        """Account for the text messages of one read, all of which arrived at the moment ``arrival``."""
        room = self.room
        log = room.log
        known = log.known
        deliveries = room.context.deliveries
        before = len(deliveries.rows)
        for payload in payloads:
            index = known.get(payload, UNKNOWN)
            if index == self.next and log.sent[index - log.base] >= self.joining:
                self.next = index + 1
                row = log.rows[index - log.base]
            else:
                row = self._take_aside(payload, index, arrival, read)
                if row == UNKNOWN:
                    continue
            deliveries.rows.append(row)
        deliveries.close_read(before, arrival if self.measured else UNMEASURED, read)
        self._offset = log.start(self.next)

    def forget_before(self, index: int) -> None:
        """Take leave of the messages before ``index``, which the log is about to forget."""
        if self.next < index:
            self.part_with(self.next)
            self.next = index
            self._offset = self.room.log.start(index)
        self.first = max(self.first, index)
        if self.skipped:
            self.skipped = {gap for gap in self.skipped if gap >= index} or None

    def part_with(self, index: int) -> None:
        """Keep what has been read of the frame of a message whose bytes the log is about to forget."""
        if index == self.next:
            self._carry += self._put_back()

    def _put_back(self) -> bytes:
        """Return what has been read of a frame that has not come whole."""
        log = self.room.log
        start = log.start(self.next)
        begun = bytes(log.stream[start - log.origin : self._offset - log.origin])
        self._offset = start
        return begun

    def _take_aside(self, payload: bytes, index: int, arrival: int, read: int) -> int:
        """Account for a payload that is new to the log or out of its order.

        Return the message's row if its time is to count, else ``UNKNOWN``.
        """
        log = self.room.log
        if index == UNKNOWN:
            end = log.end
            index = self.room.learn(payload, self, arrival)
            if index == end == self.next and not log.late and log.sent[-1] >= self.joining:
                # Nobody here has had it before, and nothing is the matter with it.
                self.next = index + 1
                return log.rows[-1]
        if index == UNKNOWN or not self._out_of_turn(index):
            return UNKNOWN
        if log.sent[index - log.base] < self.joining:
            self._take_history(index, read)
            return UNKNOWN
        key, row = log.key(index), log.rows[index - log.base]
        if self.room.missing.resolve(key, self):
            row = self.room.context.messages.add_again(row)
        if (log.late or index + 1 < self.next) and self.received_later(key, index):
            self.note_reordered(key)
        return row

    def _take_history(self, index: int, read: int) -> None:
        """Account for a message from before the membership, whose age says nothing about delivery."""
        room, place = self.room, index - self.room.log.base
        room.context.deliveries.note_unmeasured(room.log.rows[place], read)
        room.indeterminate += room.context.settled(room.log.key(index), room.log.sent[place])

    def _out_of_turn(self, index: int) -> bool:
        """Note that a message came; return whether for the first time."""
        if index >= self.next:
            self._pass_over(self.next, index)
            self.next = index + 1
        elif index < self.first:
            self._pass_over(index + 1, self.first)
            self.first = index
        elif self.skipped and index in self.skipped:
            self.skipped.remove(index)
        else:
            log = self.room.log
            self.note("duplicated", log.key(index), "came again")
            return False
        return True

    def _pass_over(self, start: int, stop: int) -> None:
        if start < stop:
            self.skipped = self.skipped or set()
            self.skipped.update(range(start, stop))

    def note_reordered(self, key: MessageKey) -> None:
        """Count a message that came out of its publisher's order."""
        self.note("reordered", key, "came after a later message of its publisher")

    def note(self, kind: Kind, key: MessageKey | None, detail: str) -> None:
        """Count an anomaly of the message with that key, where there is one."""
        message = None if key is None else (publisher_of(key), sequence_of(key))
        self.room.context.anomalies.note(kind, self.room.name, self.number, detail, message)
