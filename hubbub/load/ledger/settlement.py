"""What was owed and whether it came: worked out message by message while the run goes on.

Again and again the processes of a run tell one another what they sent. A message is settled once it has come
to all who were owed it, and then forgotten; so memory depends on what is under way, not on the run's length.
It is settled, too, once everybody has had later messages of the room: to whom it did not come, it has left a
hole. Only at the end of the drain is what is in no other way to be explained lost.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hubbub.load.ledger import windows
from hubbub.load.ledger.member_cursor import MemberCursor
from hubbub.load.ledger.room_ledger import RoomLedger
from hubbub.load.ledger.sends import Sends
from hubbub.load.ledger.windows import Column, Counts
from hubbub.load.measure.deliveries import MessageTable
from hubbub.load.measure.fanout import Fanout, merge
from hubbub.load.measure.timeline import Column as Counted
from hubbub.load.measure.timeline import Timeline
from hubbub.load.messages.message_key import MessageKey
from hubbub.load.timing.moments import NEVER

_PATIENCE = 60_000_000_000
"""After so many ns a message is settled even if some have not had anything later."""

_AT_ONCE = 1000
"""So many messages are settled at once, about, and more where there are many members:"""
_MEMBERS_A_MESSAGE = 4
"""to look at so many members costs as much as to settle a message."""

_LIKELY = 100
"""So many of a room's missing, the youngest, are looked upon as likely to be filled."""

_PARTS = 5
"""In so many parts what was settled at once is forgotten."""

_NOTHING = np.zeros(0, np.int64)


def batch_target(members: int) -> int:
    """Return how many messages had best been sent since the last settling, with so many members in the run.

    To settle many at once holds up the users; to settle few wastes the look at each member.
    """
    return _AT_ONCE + members // _MEMBERS_A_MESSAGE


class _Open(NamedTuple):
    """Messages that are not settled; columns of one length."""

    keys: Column
    rooms: Column
    times: Column


class _State(NamedTuple):
    """How a room's members are."""

    present: int
    """How many there are now."""
    changed: int
    """When somebody last came or went; NEVER where somebody is on the way."""
    passed: int
    """Up to this index all of them have had everything, or what came after it."""


class Settlement:
    """The books of one process."""

    def __init__(self, rooms: dict[int, RoomLedger], messages: MessageTable, timeline: Timeline) -> None:
        self._rooms = rooms
        self._messages = messages
        self._timeline = timeline
        self._open = _Open(_NOTHING, _NOTHING, _NOTHING)
        self._open_keys: set[int] = set()
        self._horizon = -1
        self._early: dict[MessageKey, int] = {}
        """When those were sent that are settled, with missing, though older ones may yet be heard of."""
        self._error = 0
        self._expected = 0
        self._indeterminate = 0
        self._fanout: list[Fanout] = []
        self._oldest: dict[int, int] = {}
        self._untidy: list[int] = []
        self._at_once = 0

    @property
    def expected(self) -> int:
        """Pairs of message and member, settled, for which the server owed a delivery."""
        return self._expected

    @property
    def lost(self) -> int:
        """Expected pairs, settled, that have not arrived."""
        return sum(room.missing.count for room in self._rooms.values())

    @property
    def indeterminate(self) -> int:
        """Pairs inside a join or leave window, or from before it and delivered nonetheless."""
        return self._indeterminate + sum(room.indeterminate for room in self._rooms.values())

    def settled(self, key: MessageKey, sent: int) -> bool:
        """Whether a message, sent at that moment, is none of those that are yet to be settled."""
        return (sent < self._horizon or key in self._early) and key not in self._open_keys

    def take(self, sends: Sends) -> None:
        """Take in what all processes sent since the last time."""
        self._open = _Open(*(np.concatenate(pair) for pair in zip(self._open, sends.columns(), strict=True)))
        self._open_keys = set(self._open.keys.tolist())
        # Before anything is forgotten: somebody that has gone may be owed what is only now heard of.
        self._oldest = self._oldest_open()
        self._horizon = max(self._horizon, sends.horizon)
        self._error = max(self._error, sends.error)
        self._early = {key: time for key, time in self._early.items() if time >= self._horizon}

    def settle(self, now: int, patience: int = _PATIENCE) -> None:
        """Settle what can be settled; all deliveries so far must have been observed.

        What is settled is forgotten by ``tidy``.
        """
        states = {index: self._look_at(room) for index, room in self._rooms.items()}
        counts, received = self._count(states)
        complete = ~counts.undecided & (received >= counts.expected)
        done = complete | (self._open.times <= now - patience)
        done |= ~counts.undecided & (received + counts.dead >= counts.expected)
        rest = np.flatnonzero(~done & ~counts.undecided)
        done[rest] = [self._is_passed(place, states) for place in rest.tolist()]
        self._dig(np.flatnonzero(done & ~complete))
        self._close(done, counts)
        self._oldest = self._oldest_open()
        # Those that have waited longest come first, for the next settling may come before all are tidy.
        self._untidy = [*dict.fromkeys(self._untidy + list(self._rooms))]
        self._at_once = -(-len(self._untidy) // _PARTS)

    def finish(self) -> None:
        """Settle everything: what has not come is lost."""
        self.settle(NEVER, 0)

    @property
    def awaited(self) -> bool:
        """Whether anything is yet to come, as of the last ``settle``."""
        return bool(self._open.keys.size) or any(room.missing.awaited for room in self._rooms.values())

    @property
    def outstanding(self) -> int:
        """How much is yet to come, as of the last ``settle``: messages, and deliveries of settled ones."""
        return int(self._open.keys.size) + self.lost

    def drain_fanout(self) -> Fanout:
        """Return the fan-out of what was settled since the last call."""
        fanout, self._fanout = merge(self._fanout), []
        return fanout

    def holding(self) -> Column:
        """Return the messages of whose fan-out more may come; of missing, those likely to be filled."""
        missing = [key for room in self._rooms.values() for key in room.missing.keys[-_LIKELY:]]
        return np.concatenate([self._open.keys, np.array(missing, np.int64)])

    def _look_at(self, room: RoomLedger) -> _State:
        present, changed, passed = 0, -1, room.log.end
        for member in room.members:
            if member.ended != NEVER:
                changed = max(changed, member.ended)
                self._excuse(room, member)
                continue
            if member.ready == NEVER or member.leaving != NEVER:
                changed = NEVER
            else:
                present += 1
                changed = max(changed, member.ready)
            passed = min(passed, member.next)
        return _State(present, changed, passed)

    def _excuse(self, room: RoomLedger, member: MemberCursor) -> None:
        if member.left and member.excused is None:
            member.excused = set()
            excused = room.missing.excuse(member)
            self._expected -= excused
            self._indeterminate += excused

    def _count(self, states: dict[int, _State]) -> tuple[Counts, Column]:
        """Return how the open messages stand, and how often each came to those who were owed it."""
        keys, rooms, times = self._open
        received = self._messages.deliveries(self._messages.find(keys))
        counts = windows.nothing(len(keys))
        numbers, places = np.unique(rooms, return_inverse=True)
        known = [states.get(number, _State(0, -1, 0)) for number in numbers.tolist()]
        counts.expected[:] = np.array([state.present for state in known], np.int64)[places]
        changed = np.array([state.changed for state in known], np.int64)[places]
        for number in np.unique(rooms[times <= changed + self._error]).tolist():
            self._count_room(counts, number)
        return counts, received - counts.foreign

    def _count_room(self, counts: Counts, number: int) -> None:
        """Count the messages of a room in which somebody came or went not long ago."""
        keys, rooms, times = self._open
        here = np.flatnonzero(rooms == number)
        here = here[np.argsort(times[here], kind="stable")]
        exact = windows.count(self._rooms[number], keys[here], times[here], self._error)
        for column, found in zip(counts, exact, strict=True):
            column[here] = found

    def _is_passed(self, place: int, states: dict[int, _State]) -> bool:
        number = int(self._open.rooms[place])
        index = self._rooms[number].log.index_of(MessageKey(int(self._open.keys[place])))
        return index is not None and index < states[number].passed

    def _dig(self, places: Column) -> None:
        """Note to whom messages did not come."""
        for place in places.tolist():
            room = self._rooms[int(self._open.rooms[place])]
            key, time = MessageKey(int(self._open.keys[place])), int(self._open.times[place])
            room.record_missing(key, windows.missing(room, key, time, self._error))
            if time >= self._horizon:
                self._early[key] = time

    def _close(self, done: NDArray[np.bool_], counts: Counts) -> None:
        """Put the messages that are done into the sums."""
        closed = _Open(*(column[done] for column in self._open))
        expected = counts.expected[done]
        self._expected += int(expected.sum())
        self._indeterminate += int(counts.indeterminate[done].sum())
        self._timeline.add(Counted.EXPECTED, closed.times, expected)
        rows = self._messages.find(closed.keys)
        self._fanout.append(self._messages.fanout(rows[rows >= 0]))
        self._open = _Open(*(column[~done] for column in self._open))
        self._open_keys.difference_update(closed.keys.tolist())

    def tidy(self) -> None:
        """Forget what nothing depends on any more: a part of it in each call, so that no call takes long.

        All deliveries so far must have been observed.
        """
        if self._untidy:
            now, self._untidy = self._untidy[: self._at_once], self._untidy[self._at_once :]
            for number in now:
                self._forget(number)
            kept = [room.log.rows[0] for room in self._rooms.values() if room.log.base < room.log.end]
            self._messages.forget(min(kept, default=self._messages.end))

    def _forget(self, number: int) -> None:
        room = self._rooms[number]
        if room.log.base < room.log.end:
            room.forget(self._first_needed(room))
        self._let_go(room, self._oldest.get(number, NEVER))

    def _oldest_open(self) -> dict[int, int]:
        """Return when, by room, the oldest message was sent that is not settled."""
        oldest: dict[int, int] = {}
        for number, time in zip(self._open.rooms.tolist(), self._open.times.tolist(), strict=True):
            oldest[number] = min(time, oldest.get(number, NEVER))
        return oldest

    def _first_needed(self, room: RoomLedger) -> int:
        """Return the first message that is open, or that may show what was not under way to a leaver."""
        log = room.log
        until = min((member.leaving for member in room.members), default=NEVER)
        until = min(until, self._horizon)
        for place, (key, sent) in enumerate(zip(log.keys, log.sent, strict=True)):
            if sent >= until or key in self._open_keys:
                return log.base + place
        return log.end

    def _let_go(self, room: RoomLedger, oldest: int) -> None:
        """Let go of memberships that are over, once all is settled that was sent before they ended."""
        until = min(oldest, self._horizon) - self._error
        over = [member for member in room.members if member.ended < until and _is_excused(member)]
        if over:
            gone = {id(member) for member in over}
            room.members = [member for member in room.members if id(member) not in gone]
            self.count_users(over)

    def count_users(self, members: list[MemberCursor]) -> None:
        """Put memberships into the timeline: one more when each began, one less when it ended."""
        were = [member for member in members if member.ready != NEVER]
        self._timeline.add(Counted.USERS, np.array([member.ready for member in were], np.int64))
        ended = np.array([member.ended for member in were if member.ended != NEVER], np.int64)
        self._timeline.add(Counted.USERS, ended, np.full(len(ended), -1))


def _is_excused(member: MemberCursor) -> bool:
    """Whether it has been decided what may have been under way to a member when it left, if it has."""
    return not member.left or member.excused is not None
