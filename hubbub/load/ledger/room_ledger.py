"""The ledger's fast path: every arrival of every message at every member, checked as it comes.

A room has one log of its messages, and each member a cursor into it (``ledger.member_cursor``). What
stands in the log was decoded and judged once; what a member receives is compared with it. What was owed and
never came is worked out while the run goes on, in ``ledger.settlement``.
"""

from collections.abc import Callable
from typing import NamedTuple

from hubbub.load.ledger.member_cursor import UNKNOWN, MemberCursor
from hubbub.load.ledger.missing_deliveries import MissingDeliveries
from hubbub.load.ledger.room_log import RoomLog
from hubbub.load.ledger.userlists import Userlists
from hubbub.load.measure.anomalies import Anomalies, Kind
from hubbub.load.measure.deliveries import DeliveryLog, MessageTable
from hubbub.load.messages.dialect import Delivery, Dialect, Notice, UnreadableError
from hubbub.load.messages.envelope import BadEnvelopeError, Envelope, unseal
from hubbub.load.messages.message_key import MessageKey, following, publisher_of, sequence_of


class Wrong(NamedTuple):
    """A payload that should not have come to this room."""

    kind: Kind
    detail: str
    key: MessageKey | None
    """The message's, where it can be read."""


class Context(NamedTuple):
    """What all rooms of one process share."""

    run: int
    dialect: Dialect
    messages: MessageTable
    deliveries: DeliveryLog
    anomalies: Anomalies
    complaint: Callable[[str], None]
    """Called with each complaint of the server, once for every member that it reached."""
    settled: Callable[[MessageKey, int], bool]
    """Whether a message, of that key and sent at that moment, has been settled."""
    userlists: Userlists


class RoomLedger:
    """What this process knows of one room."""

    def __init__(self, index: int, name: str, context: Context) -> None:
        self.index = index
        self.name = name
        self.context = context
        self.log = RoomLog()
        self.members: list[MemberCursor] = []
        """The memberships, present and past, of which something may still be unsettled."""
        self.users: set[int] = set()
        """The numbers of all users that ever were members."""
        self.missing = MissingDeliveries(self)
        """What was settled and did not come to all who were owed it."""
        self.forgotten: dict[int, int] = {}
        """By publisher, the highest sequence number that the log has forgotten."""
        self.indeterminate = 0
        """Arrivals of messages from before a membership, that were settled before they came."""
        self._others: dict[bytes, Envelope | Wrong | Notice] = {}
        """What payloads are that may come often and that the log does not know by their bytes."""
        self._runs: dict[MessageKey, MessageKey] = {}
        """By the key of each of several equal messages, the key of the last of them."""

    def enter(self, number: int, joining: int) -> MemberCursor:
        """Open the cursor of user ``number``, who begins to join at the moment ``joining``."""
        cursor = MemberCursor(self, number, joining)
        self.members.append(cursor)
        return cursor

    def learn(self, payload: bytes, cursor: MemberCursor, arrival: int) -> int:
        """Return the index of a message whose payload, arrived at that moment, stands not in the log.

        Return UNKNOWN where it holds none that is to be counted, having accounted for it.
        """
        found = self._others.get(payload) or self._decode(payload)
        if isinstance(found, Envelope):
            if found.copies > 1:
                self._note_run(payload, found)
            return self._index(payload, found, cursor)
        self._others[payload] = found
        if isinstance(found, Wrong):
            cursor.note(found.kind, found.key, found.detail)
        elif found.complaint is not None:
            self.context.complaint(found.complaint)
        elif found.names is not None:
            self.context.userlists.saw(cursor, found.names, arrival)
        return UNKNOWN

    def last_equal(self, key: MessageKey) -> MessageKey:
        """Return the last of the messages that are equal to that of ``key``, which mostly is itself.

        A member cannot tell which of them it got: it has had the first so many of them.
        """
        return self._runs.get(key, key)

    def record_missing(self, key: MessageKey, missing: list[MemberCursor]) -> None:
        """Note to whom a message did not come: who gets it after all must not get it like the others."""
        self.missing.record_missing(key, missing)
        index = self.log.index_of(key)
        if missing and index is not None:
            for member in self.members:
                member.part_with(index)
            self.log.blank(index)

    def forget(self, index: int) -> None:
        """Forget the messages before ``index``, of which nothing is to be settled any more."""
        self._others.clear()
        for member in self.members:
            member.forget_before(index)
        for key in self.log.keys[: index - self.log.base]:
            publisher, sequence = publisher_of(key), sequence_of(key)
            self.forgotten[publisher] = max(sequence, self.forgotten.get(publisher, -1))
        self.log.trim(index)
        if self._runs:
            self._forget_runs()

    def _index(self, payload: bytes, envelope: Envelope, cursor: MemberCursor) -> int:
        """Return the index of a message that the log has in other words, or not yet, or no more.

        Of several equal ones it is the first that the member has not had.
        """
        copy = self._next_copy(envelope, cursor) if envelope.copies > 1 else 0
        key = following(envelope.key, copy)
        index = self.log.index_of(key)
        if index is not None:
            return index
        if not self.context.settled(key, envelope.sent):
            row = self.context.messages.add(envelope, copy)
            return self.log.append(payload, key, envelope.sent, row, envelope.copies == 1)
        self._take_late(envelope, copy, cursor)
        return UNKNOWN

    def _next_copy(self, envelope: Envelope, cursor: MemberCursor) -> int:
        first = envelope.key
        last = envelope.copies - 1
        return next((copy for copy in range(last) if not self._had(following(first, copy), envelope, cursor)), last)

    def _had(self, key: MessageKey, envelope: Envelope, cursor: MemberCursor) -> bool:
        index = self.log.index_of(key)
        if index is not None:
            return cursor.has(index)
        return self.context.settled(key, envelope.sent) and not self.missing.includes(key, cursor)

    def _note_run(self, payload: bytes, envelope: Envelope) -> None:
        self._others[payload] = envelope
        first = envelope.key
        for copy in range(envelope.copies):
            self._runs[following(first, copy)] = following(first, envelope.copies - 1)

    def _forget_runs(self) -> None:
        """Keep those of which something may yet come or be missed, be it in the log or not."""
        forgotten = self.forgotten
        self._runs = {
            key: last
            for key, last in self._runs.items()
            if sequence_of(last) > forgotten.get(publisher_of(last), -1) or self.missing.concerns(key)
        }

    def _take_late(self, envelope: Envelope, copy: int, cursor: MemberCursor) -> None:
        """Account for the arrival of a message that was settled long ago."""
        key = following(envelope.key, copy)
        if self.missing.resolve(key, cursor):
            if cursor.received_later(key):
                cursor.note_reordered(key)
            # It counts with the read that is being accounted for.
            self.context.deliveries.rows.append(self.context.messages.add_late(envelope, copy))
        elif cursor.ready < envelope.sent < cursor.gone:
            cursor.note("duplicated", key, "came again, long after")
        elif envelope.sent < cursor.joining:
            self.indeterminate += 1
        elif envelope.sent >= cursor.leaving:
            cursor.late = cursor.late or {}
            last = cursor.late.get(envelope.publisher, -1)
            cursor.late[envelope.publisher] = max(last, envelope.sequence)

    def _decode(self, payload: bytes) -> Envelope | Wrong | Notice:
        try:
            message = self.context.dialect.recognise(payload)
            if isinstance(message, Delivery):
                return self._judge(message, unseal(message.text))
        except (UnreadableError, BadEnvelopeError) as error:
            return Wrong("corrupt", str(error), None)
        return message if isinstance(message, Notice) else Notice(None)

    def _judge(self, delivery: Delivery, envelope: Envelope) -> Envelope | Wrong:
        key = envelope.key
        if envelope.run != self.context.run:
            return Wrong("corrupt", "a message of another run", key)
        if envelope.room != self.index:
            return Wrong("misdelivered", f"published to room {envelope.room}", key)
        if envelope.origin != delivery.origin:
            return Wrong("corrupt", "its room or sender is not the publisher's", key)
        return envelope
