"""The ledger of one room in one process: its log, its members, and the slow path of deliveries.

What stands in the log was decoded and judged once; what a member receives is compared with it
(``member_cursor``). Here is what becomes of everything else. What was owed and never came is worked out while
the run goes on, in ``settlement``.
"""

# Theory of operation
#
# ``receive_irregular`` gets a message that is not the next one at a member's cursor. It finds the message's
# index, by the first of these ways that succeeds:
#
# 1. by its bytes, in the log: the caller has looked already;
# 2. by its key, in the log: the log has it in other bytes, or blank, or as one of several equal ones;
# 3. as new: it is decoded, judged, and appended.
#
# A message without an index is accounted for on the spot: a bad payload, a notice, or a message that was
# settled and forgotten before it came (``_receive_settled``). One with an index moves the cursor
# (``MemberCursor.mark``) and may turn out a duplicate, history from before the membership, the late arrival
# of a missing delivery, or reordered.
#
# *Reordered* is a matter of each publisher's own messages: one that comes after a later one of its publisher.
# Members may see different publishers in a different order; that is no fault.

from collections.abc import Callable
from typing import NamedTuple

from hubbub.load.ledger.equal_messages import EqualMessages
from hubbub.load.ledger.inspection import BadPayload, Inspector
from hubbub.load.ledger.member_cursor import NOT_COUNTED, NOT_IN_LOG, MemberCursor
from hubbub.load.ledger.missing_deliveries import MissingDeliveries
from hubbub.load.ledger.room_log import RoomLog
from hubbub.load.ledger.userlists import Userlists
from hubbub.load.measure.anomalies import Anomalies, Kind
from hubbub.load.measure.delivery_log import DeliveryLog
from hubbub.load.measure.message_table import MessageTable
from hubbub.load.messages.dialect import Dialect, Notice
from hubbub.load.messages.envelope import Envelope
from hubbub.load.messages.message_key import MessageKey, following, pack, publisher_of, sequence_of
from hubbub.text.event_log import EventLog

_log = EventLog("hubbub.load.ledger")


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
        self.missing = MissingDeliveries()
        """What was settled and did not come to all who were owed it."""
        self.forgotten: dict[int, int] = {}
        """By publisher, the highest sequence number that the log has forgotten."""
        self.indeterminate = 0
        """Arrivals of messages from before a membership, that were settled before they came."""
        self._inspector = Inspector(context.dialect, context.run, index)
        self._others: dict[bytes, Envelope | BadPayload | Notice] = {}
        """What was found of payloads that may come often and that the log cannot find by their bytes."""
        self._equal = EqualMessages()

    def enter(self, number: int, joining: int) -> MemberCursor:
        """Return the cursor of user ``number``, who begins to join at the moment ``joining``."""
        member = MemberCursor(self, self.log, self.context.deliveries, number, joining)
        self.members.append(member)
        return member

    def admit(self, member: MemberCursor, ready: int) -> None:
        """Note that a user is a member from the moment ``ready`` on."""
        self.users.add(member.number)
        member.begin(ready)

    def last_equal(self, key: MessageKey) -> MessageKey:
        """Return the last of the messages that are equal to that of ``key``, which mostly is itself."""
        return self._equal.last(key)

    def receive_irregular(
        self, member: MemberCursor, payload: bytes, index: int, arrival: int, read: int
    ) -> int:
        """Account for a message that is not the next one at a member's cursor (``member_cursor.Room``)."""
        log = self.log
        if index == NOT_IN_LOG:
            end = log.end
            index = self._find(payload, member, arrival)
            # Short cut for what is new to the process, in order and owed: once for every message of a run.
            if index == end == member.next and not log.late and log.sent[-1] >= member.joining:
                member.next = index + 1
                return log.rows[-1]
            if index == NOT_IN_LOG:
                # It was accounted for when it was looked for.
                return NOT_COUNTED
        key, place = log.key(index), index - log.base
        if not member.mark(index):
            self._note(member, "duplicated", key, "came again")
            return NOT_COUNTED
        if log.sent[place] < member.joining:
            self._receive_history(index, read)
            return NOT_COUNTED
        row = log.rows[place]
        if self.missing.resolve(key, member):
            _log.debug("came-late", member, publisher=publisher_of(key), sequence=sequence_of(key))
            # It was settled without this delivery, but the log has it still. Its row may be settled and
            # forgotten any time, so the delivery gets a row of its own.
            row = self.context.messages.add_again(row)
        # As long as the log has every publisher's messages in order, only who has been further on than this
        # message can have had a later one.
        if (log.late or index + 1 < member.next) and self.received_later(member, key, index):
            self._note_reordered(member, key)
        return row

    def received_later(self, member: MemberCursor, key: MessageKey, index: int = NOT_IN_LOG) -> bool:
        """Whether a member got a later message of its publisher, and not just one that is equal to it.

        ``index`` is the message's own, if known.
        """
        log, publisher = self.log, publisher_of(key)
        key = self._equal.last(key)
        # Three places may know of a later one. First: it came when it was settled and forgotten already.
        if member.late and member.late.get(publisher, -1) > sequence_of(key):
            return True
        # Second: the log has forgotten it. The youngest first, for those a member has had most likely.
        forgotten = range(pack(publisher, self.forgotten.get(publisher, 0)), key, -1)
        if any(self._had_forgotten(member, MessageKey(each)) for each in forgotten):
            return True
        # Third: the log has it, behind the message itself unless some messages are out of order in the log.
        start = member.first if log.late else max(member.first, index + 1)
        # Keys of one publisher are neighbours, so a comparison of the packed keys is enough.
        keys, beyond = log.keys, pack(publisher + 1, 0)
        return any(
            key < keys[place - log.base] < beyond and member.has(place)
            for place in range(max(start, log.base), member.next)
        )

    def excuses(self, member: MemberCursor, key: MessageKey) -> bool:
        """Whether a message that did not come may have been under way when the member left.

        So it is where no later one of its publisher came. To be asked before the log forgets what was sent
        after it; from then on the answer stays.
        """
        if not member.left:
            # Who was cut off by the server, or is still there, was owed the message to the end.
            return False
        if member.excused is None:
            member.excused = set()
        if key not in member.excused and self.received_later(member, key):
            return False
        member.excused.add(key)
        return True

    def excuse_leaver(self, member: MemberCursor) -> int:
        """Strike out missing deliveries that may have been under way to a leaver; return how many."""
        # All are judged before any is resolved: one that is missing is evidence for the others.
        excused = [key for key in self.missing.of(member) if self.excuses(member, key)]
        for key in excused:
            self.missing.resolve(key, member)
            _log.debug("excused", member, publisher=publisher_of(key), sequence=sequence_of(key))
        return len(excused)

    def record_missing(self, key: MessageKey, members: list[MemberCursor]) -> None:
        """Note to whom a message did not come; who gets it late takes the slow path, which resolves it."""
        self.missing.record_missing(key, members)
        if _log.enabled:
            for each in members:
                _log.debug("missing", each, publisher=publisher_of(key), sequence=sequence_of(key))
        index = self.log.index_of(key)
        if members and index is not None:
            # Some may have half of its frame. What they have read of it is about to leave the stream.
            for member in self.members:
                member.keep_begun(index)
            self.log.blank(index)

    def forget(self, index: int) -> None:
        """Forget the messages before ``index``, of which nothing is to be settled any more."""
        self._others.clear()
        # Cursors first: they read the bytes that the log drops.
        for member in self.members:
            member.forget_before(index)
        for key in self.log.keys[: index - self.log.base]:
            publisher, sequence = publisher_of(key), sequence_of(key)
            self.forgotten[publisher] = max(sequence, self.forgotten.get(publisher, -1))
        self.log.trim(index)
        self._equal.forget(self.forgotten, self.missing.concerns)

    def _find(self, payload: bytes, member: MemberCursor, arrival: int) -> int:
        """Return the index of a message that the log does not know by its payload.

        Return ``NOT_IN_LOG`` where there is no message to be counted, having accounted for what came.
        """
        found = self._others.get(payload) or self._inspector.inspect(payload)
        if isinstance(found, Envelope):
            if found.copies > 1:
                # The log finds equal messages by their keys, so their payload comes this way every time.
                self._others[payload] = found
                self._equal.note(found)
            return self._find_message(payload, found, member)
        # Bad payloads and notices are no messages of the log, but every member may get the same one.
        self._others[payload] = found
        if isinstance(found, BadPayload):
            self._note(member, found.kind, found.key, found.detail)
        elif found.complaint is not None:
            self.context.complaint(found.complaint)
        elif found.names is not None:
            self.context.userlists.saw(member, found.names, arrival)
        return NOT_IN_LOG

    def _find_message(self, payload: bytes, envelope: Envelope, member: MemberCursor) -> int:
        """Return the index of a message that the log has in other bytes, or not yet, or not any more.

        Of several equal ones it is the first that the member has not had.
        """
        copy = self._next_copy(envelope, member) if envelope.copies > 1 else 0
        key = following(envelope.key, copy) if copy else envelope.key
        index = self.log.index_of(key)
        if index is not None:
            return index
        if not self.context.settled(key, envelope.sent):
            # New to this process, or it came before the sender could tell of it.
            row = self.context.messages.add(envelope, copy)
            return self.log.append(payload, key, envelope.sent, row, envelope.copies == 1)
        self._receive_settled(envelope, copy, member)
        return NOT_IN_LOG

    def _next_copy(self, envelope: Envelope, member: MemberCursor) -> int:
        """Return which of several equal messages this one is to the member; the last if it has had all."""
        last = envelope.copies - 1
        return next((copy for copy in range(last) if not self._had_copy(member, envelope, copy)), last)

    def _had_copy(self, member: MemberCursor, envelope: Envelope, copy: int) -> bool:
        key = following(envelope.key, copy)
        index = self.log.index_of(key)
        if index is not None:
            return member.has(index)
        return self.context.settled(key, envelope.sent) and not self.missing.includes(key, member)

    def _had_forgotten(self, member: MemberCursor, key: MessageKey) -> bool:
        """Whether a member had a message sent before one that the log has forgotten, or that one itself."""
        # Settled and not missing means had, but for messages that the member was excused from.
        return (
            self.context.settled(key, 0)
            and key not in (member.excused or ())
            and not self.missing.includes(key, member)
        )

    def _receive_history(self, index: int, read: int) -> None:
        """Account for a message from before the membership, whose age says nothing about delivery."""
        log, context = self.log, self.context
        place = index - log.base
        context.deliveries.note_unmeasured(log.rows[place], read)
        # An open message has it in its own count when it is settled (``windows``); a settled one has not.
        self.indeterminate += context.settled(log.key(index), log.sent[place])

    def _receive_settled(self, envelope: Envelope, copy: int, member: MemberCursor) -> None:
        """Account for a message that was settled and forgotten before it came."""
        key = following(envelope.key, copy)
        if self.missing.resolve(key, member):
            _log.debug("came-late", member, publisher=publisher_of(key), sequence=sequence_of(key))
            # The late arrival of what was owed: a delivery like others, and perhaps out of order.
            if self.received_later(member, key):
                self._note_reordered(member, key)
            # It counts with the read that is being accounted for (I6).
            self.context.deliveries.rows.append(self.context.messages.add_late(envelope, copy))
        elif member.ready < envelope.sent < member.gone:
            # It was owed and is not missing, so the member has had it.
            self._note(member, "duplicated", key, "came again, long after")
        elif envelope.sent < member.joining:
            # History. A room may send it to whoever joins.
            self.indeterminate += 1
        elif envelope.sent >= member.leaving:
            # Not owed any more, but it shows that what was sent before it was not under way any longer.
            member.late = member.late or {}
            last = member.late.get(envelope.publisher, -1)
            member.late[envelope.publisher] = max(last, envelope.sequence)
        # What is left was sent while the member was joining: counted as indeterminate when it was settled.

    def _note_reordered(self, member: MemberCursor, key: MessageKey) -> None:
        self._note(member, "reordered", key, "came after a later message of its publisher")

    def _note(self, member: MemberCursor, kind: Kind, key: MessageKey | None, detail: str) -> None:
        """Count an anomaly of the message with that key, where there is one."""
        message = None if key is None else (publisher_of(key), sequence_of(key))
        publisher, sequence = message or ("-", "-")
        _log.debug(kind, member, publisher=publisher, sequence=sequence, detail=detail)
        self.context.anomalies.note(kind, self.name, member.number, detail, message)
