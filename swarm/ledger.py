"""The ledger's fast path: every arrival of every message at every member, checked as it comes.

A room's members mostly receive the same bytes, so each distinct payload of a room is decoded once per process
and remembered. A member keeps one cursor for each publisher of its room: the sequence number that is to come
next. A delivery in order moves one cursor by one; anything else takes the slow path, which names the anomaly.

What was owed and never came is worked out at the end, in ``swarm.settlement``.
"""

from collections.abc import Callable
from typing import NamedTuple

from swarm.anomalies import Anomalies, Kind
from swarm.deliveries import DeliveryLog, MessageTable
from swarm.dialect import Delivery, Dialect, Notice, UnreadableError
from swarm.envelope import BadEnvelopeError, Envelope, unseal

UNSEEN = -1
"""The cursor of a publisher from whom nothing has come yet."""

NEVER = 1 << 62
"""A moment after every run."""


class Known(NamedTuple):
    """A decoded message, as the fast path wants it."""

    slot: int
    """Where members of the room keep their cursor for its publisher."""
    sequence: int
    following: int
    """The sequence number after it, one object shared by all cursors."""
    row: int
    """Its row in the process's message table."""


class Wrong(NamedTuple):
    """A payload that should not have come to this room."""

    kind: Kind
    detail: str
    message: tuple[int, int] | None
    """Publisher and sequence, where they can be read."""


class Context(NamedTuple):
    """What all rooms of one process share."""

    run: int
    dialect: Dialect
    messages: MessageTable
    deliveries: DeliveryLog
    anomalies: Anomalies
    complaint: Callable[[str], None]
    """Called with each complaint of the server, once for every member that it reached."""


class RoomLedger:
    """What this process knows of one room."""

    def __init__(self, index: int, name: str, context: Context) -> None:
        self.index = index
        self.name = name
        self.context = context
        self.members: list[Receipts] = []
        """All that ever joined from this process."""
        self.publishers: list[int] = []
        """By slot, the publishers from whom something has come."""
        self.known: dict[bytes, Known] = {}
        self._slots: dict[int, int] = {}
        self._older: dict[bytes, Known] = {}
        self._others: dict[bytes, Wrong | Notice] = {}

    def enter(self, number: int, joining: int) -> "Receipts":
        """Open the receipts of user ``number``, who begins to join at the moment ``joining``."""
        receipts = Receipts(self, number, joining)
        self.members.append(receipts)
        return receipts

    def forget_old(self) -> None:
        """Drop the payloads not seen since the last but one call; one that comes again is decoded again."""
        self._older = self.known
        self.known = {}
        self._others = {}

    def slot_of(self, publisher: int) -> int | None:
        """Return where members keep their cursor for ``publisher``; None where nothing of it has come."""
        return self._slots.get(publisher)

    def learn(self, payload: bytes) -> Known | Wrong | Notice:
        """Return what a payload is that stands not in ``known``."""
        found = self._others.get(payload) or self._older.get(payload) or self._decode(payload)
        if isinstance(found, Known):
            self.known[payload] = found
        else:
            self._others[payload] = found
        return found

    def _decode(self, payload: bytes) -> Known | Wrong | Notice:
        try:
            message = self.context.dialect.recognise(payload)
            if isinstance(message, Delivery):
                return self._judge(message, unseal(message.text))
        except (UnreadableError, BadEnvelopeError) as error:
            return Wrong("corrupt", str(error), None)
        return message if isinstance(message, Notice) else Notice(None)

    def _judge(self, delivery: Delivery, envelope: Envelope) -> Known | Wrong:
        message = (envelope.publisher, envelope.sequence)
        if envelope.run != self.context.run:
            return Wrong("corrupt", "a message of another run", message)
        if envelope.room != self.index:
            return Wrong("misdelivered", f"published to room {envelope.room}", message)
        if envelope.origin != delivery.origin:
            return Wrong("corrupt", "its room or sender is not the publisher's", message)
        row = self.context.messages.add(envelope)
        return Known(self._slot(envelope.publisher), envelope.sequence, envelope.sequence + 1, row)

    def _slot(self, publisher: int) -> int:
        if publisher not in self._slots:
            self._slots[publisher] = len(self.publishers)
            self.publishers.append(publisher)
            for member in self.members:
                member.open_cursor()
        return self._slots[publisher]


class Receipts:
    """What one member received, and when it was one; all moments in ns of the run."""

    def __init__(self, room: RoomLedger, number: int, joining: int) -> None:
        self.room = room
        self.number = number
        self.joining = joining
        self.ready = NEVER
        """When its Status was read."""
        self.leaving = NEVER
        """When it began to leave by its own will."""
        self.ended = NEVER
        """When the end of its connection was seen."""
        self.cursors = [UNSEEN] * len(room.publishers)
        """By slot, the sequence number that is to come next."""
        self.first = [0] * len(room.publishers)
        """By slot, the lowest sequence number that came."""
        self.missing: dict[int, int] = {}
        """By slot, the sequence numbers passed over and not come since, as the bits of an integer."""

    def open_cursor(self) -> None:
        """Make room for one more publisher."""
        self.cursors.append(UNSEEN)
        self.first.append(0)

    def has(self, publisher: int, sequence: int) -> bool:
        """Whether that message has come."""
        slot = self.room.slot_of(publisher)
        if slot is None or not self.first[slot] <= sequence < self.cursors[slot]:
            return False
        return not self.missing.get(slot, 0) >> sequence & 1

    def receive(self, payloads: list[bytes], arrival: int, read: int) -> None:
        """Account for the text messages of one read, all of which arrived at the moment ``arrival``."""
        room = self.room
        known = room.known
        cursors = self.cursors
        deliveries = room.context.deliveries
        append = deliveries.rows.append
        before = len(deliveries.rows)
        for payload in payloads:
            try:
                slot, sequence, following, row = known[payload]
            except KeyError:
                message = self._learn(payload)
                if message is None:
                    continue
                slot, sequence, following, row = message
            if cursors[slot] == sequence:
                cursors[slot] = following
            elif not self._out_of_turn(slot, sequence):
                continue
            append(row)
        deliveries.close_read(before, arrival, read)

    def _learn(self, payload: bytes) -> Known | None:
        """Return the message that a payload holds; None where it is none, and then account for that."""
        found = self.room.learn(payload)
        if isinstance(found, Known):
            return found
        if isinstance(found, Wrong):
            self._note(found.kind, found.detail, found.message)
        elif found.complaint is not None:
            self.room.context.complaint(found.complaint)
        return None

    def _out_of_turn(self, slot: int, sequence: int) -> bool:
        """Account for a message out of its publisher's turn; return whether it is its first arrival."""
        following = self.cursors[slot]
        if following == UNSEEN:
            self.first[slot] = sequence
            self.cursors[slot] = sequence + 1
        elif sequence > following:
            self._pass_over(slot, following, sequence)
            self.cursors[slot] = sequence + 1
        elif sequence < self.first[slot]:
            self._pass_over(slot, sequence + 1, self.first[slot])
            self.first[slot] = sequence
            self._note_late("reordered", slot, sequence)
        elif self.missing.get(slot, 0) >> sequence & 1:
            self.missing[slot] &= ~(1 << sequence)
            self._note_late("reordered", slot, sequence)
        else:
            self._note_late("duplicated", slot, sequence)
            return False
        return True

    def _pass_over(self, slot: int, start: int, stop: int) -> None:
        self.missing[slot] = self.missing.get(slot, 0) | ((1 << stop) - (1 << start))

    def _note_late(self, kind: Kind, slot: int, sequence: int) -> None:
        detail = f"came when {self.cursors[slot]} was to come next"
        self._note(kind, detail, (self.room.publishers[slot], sequence))

    def _note(self, kind: Kind, detail: str, message: tuple[int, int] | None) -> None:
        self.room.context.anomalies.note(kind, self.room.name, self.number, detail, message)
