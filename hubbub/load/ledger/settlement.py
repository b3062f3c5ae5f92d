"""What was owed and whether it came: worked out message by message while the run goes on.

Again and again the processes of a run tell one another what they sent. A message is settled once it has come
to all who were owed it, and then forgotten (``eviction``); so memory depends on what is under way, not on the
run's length. It is settled, too, once everybody has had later messages of the room: the deliveries that did
not come are then recorded as missing. Only at the end of the drain is what is still missing lost.
"""

# Theory of operation
#
# Life of a message, as one process sees it:
#
#     unheard of ──ingest──> open ──settle──> settled ──────────────────────────────> forgotten
#                                       └───> settled with missing deliveries ──> resolved, or lost at the end
#
# It may be received before it is heard of: the sender tells in the next round. All that was sent before the
# *horizon* has been heard of. So a message that is older than the horizon and not open is settled, and that
# is the only trace that is kept of most settled messages (``settled``, I3).
#
# ``settle`` decides in the order of what a decision costs:
#
# 1. Numbers only. In a room where nobody came or went since a message was sent, it is owed to as many members
#    as there are, and is settled when it has been counted so often.
# 2. Where somebody came or went, ``windows`` works out who was owed it, for all messages of the room
#    together.
# 3. What is then incomplete is settled all the same if nothing more can come of it: those who lack it are not
#    connected any more, or everybody in the room has read past it, or it has been waited for long enough.
#    Only for these is every member looked at, to record whom it did not come to.
#
# A message that was sent while somebody was joining who is joining still waits: whether it is owed to that
# user is not known yet. The longest wait for anything is ``_PATIENCE``.

from collections import Counter
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hubbub.load.ledger import windows
from hubbub.load.ledger.member_cursor import MemberCursor
from hubbub.load.ledger.open_messages import OpenMessages
from hubbub.load.ledger.room_ledger import RoomLedger
from hubbub.load.ledger.sends import Sends
from hubbub.load.ledger.windows import Column, Counts
from hubbub.load.measure.fanout import Fanout, merge
from hubbub.load.measure.message_table import MessageTable
from hubbub.load.measure.timeline import Column as Counted
from hubbub.load.measure.timeline import Timeline
from hubbub.load.messages.message_key import MessageKey
from hubbub.load.timing.moments import NEVER
from hubbub.text.event_log import EventLog

_log = EventLog("hubbub.load.ledger")

_PATIENCE = 60_000_000_000
"""After so many ns a message is settled even if some have not had anything later."""

_BATCH_TARGET = 1000
"""Target number of messages for one settling."""
_MEMBERS_PER_MESSAGE = 4
"""Looking at so many members costs about as much as settling one message; used to scale the target."""

_LIKELY = 100
"""So many of a room's messages with missing deliveries, the youngest, are likely to be delivered yet."""


def batch_target(members: int) -> int:
    """Return how many messages had best been sent since the last settling, with so many members in the run.

    Settling many at once holds up the users; settling few wastes the look at each member.
    """
    return _BATCH_TARGET + members // _MEMBERS_PER_MESSAGE


class _RoomState(NamedTuple):
    """How a room's members are."""

    present: int
    """How many there are now."""
    changed: int
    """When somebody last came or went; NEVER where somebody is on the way."""
    read_by_all: int
    """Up to this index all of them have had everything, or what came after it."""


_NOBODY = _RoomState(0, -1, 0)
"""The state of a room that this process knows only by what others sent there."""


class Settlement:
    """The books of one process."""

    def __init__(self, rooms: dict[int, RoomLedger], messages: MessageTable, timeline: Timeline) -> None:
        self._rooms = rooms
        self._messages = messages
        self._timeline = timeline
        self.open = OpenMessages()
        """What is to be settled."""
        self._settled_early: dict[MessageKey, int] = {}
        """When those were sent that are settled, with missing deliveries, though they are not older than the
        horizon: a send before them is still under way somewhere."""
        self._expected = 0
        self._indeterminate = 0
        self._fanout: list[Fanout] = []

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
        """Whether a message, sent at that moment, has been settled."""
        return (sent < self.open.horizon or key in self._settled_early) and key not in self.open

    def ingest(self, sends: Sends) -> None:
        """Take in what all processes sent since the last time."""
        self.open.ingest(sends)
        # Behind the horizon their age says that they are settled.
        horizon = self.open.horizon
        self._settled_early = {key: time for key, time in self._settled_early.items() if time >= horizon}

    def settle(self, now: int, patience: int = _PATIENCE) -> None:
        """Settle what can be settled; all deliveries so far must have been observed.

        What is settled may be forgotten then (``eviction``).
        """
        states = {index: self._state(room) for index, room in self._rooms.items()}
        counts, received = self._count(states)
        # Everybody who was owed it has it; not known while somebody may yet turn out to be owed it.
        complete = ~counts.pending_join & (received >= counts.expected)
        settled = complete | (self.open.messages.times <= now - patience)
        # What only those lack who are not connected any more cannot be completed.
        settled |= ~counts.pending_join & (received + counts.owed_to_disconnected >= counts.expected)
        rest = np.flatnonzero(~settled & ~counts.pending_join)
        settled[rest] = [self._is_read_by_all(place, states) for place in rest.tolist()]
        self._record_missing(np.flatnonzero(settled & ~complete))
        self._close(settled, counts)

    def finish(self) -> None:
        """Settle everything: what has not come is lost."""
        self.settle(NEVER, 0)

    @property
    def awaited(self) -> bool:
        """Whether anything is yet to come, as of the last ``settle``."""
        return bool(len(self.open)) or any(room.missing.awaited for room in self._rooms.values())

    @property
    def outstanding(self) -> int:
        """How much is yet to come, as of the last ``settle``: messages, and deliveries of settled ones."""
        return len(self.open) + self.lost

    def drain_fanout(self) -> Fanout:
        """Return the fan-out of what was settled since the last call."""
        fanout, self._fanout = merge(self._fanout), []
        return fanout

    def holding(self) -> Column:
        """Return the messages of whose fan-out more may come; of settled ones those likely to come."""
        # Not all that miss a delivery: a server that loses much would let this grow with the run.
        late = [key for room in self._rooms.values() for key in room.missing.keys[-_LIKELY:]]
        return np.concatenate([self.open.messages.keys, np.array(late, np.int64)])

    def _state(self, room: RoomLedger) -> _RoomState:
        present, changed, read_by_all = 0, -1, room.log.end
        for member in room.members:
            if member.ended != NEVER:
                changed = max(changed, member.ended)
                self._excuse(room, member)
                continue
            if member.ready == NEVER or member.leaving != NEVER:
                # On the way in or out: whatever is sent meanwhile must be counted by its windows.
                changed = NEVER
            else:
                present += 1
                changed = max(changed, member.ready)
            read_by_all = min(read_by_all, member.next)
        return _RoomState(present, changed, read_by_all)

    def _excuse(self, room: RoomLedger, member: MemberCursor) -> None:
        """Decide, once, what was settled as missing at a leaver and may have been under way to it."""
        if member.left and member.excused is None:
            member.excused = set()
            excused = room.excuse_leaver(member)
            self._expected -= excused
            self._indeterminate += excused

    def _count(self, states: dict[int, _RoomState]) -> tuple[Counts, Column]:
        """Return how the open messages stand, and how often each came to those who were owed it."""
        keys, rooms, times = self.open.messages
        received = self._messages.deliveries(self._messages.find(keys))
        counts = windows.nothing(len(keys))
        numbers, places = np.unique(rooms, return_inverse=True)
        known = [states.get(number, _NOBODY) for number in numbers.tolist()]
        # As if nobody had come or gone: right for nearly all messages of a steady run.
        counts.expected[:] = np.array([state.present for state in known], np.int64)[places]
        changed = np.array([state.changed for state in known], np.int64)[places]
        # Right only for what was certainly sent after the last change; other rooms are counted exactly.
        for number in np.unique(rooms[times <= changed + self.open.error]).tolist():
            self._count_room(counts, number)
        return counts, received - counts.unowed_arrivals

    def _count_room(self, counts: Counts, number: int) -> None:
        """Count the messages of a room in which somebody came or went not long ago."""
        keys, rooms, times = self.open.messages
        here = np.flatnonzero(rooms == number)
        here = here[np.argsort(times[here], kind="stable")]
        exact = windows.count(self._rooms[number], keys[here], times[here], self.open.error)
        for column, found in zip(counts, exact, strict=True):
            column[here] = found

    def _is_read_by_all(self, place: int, states: dict[int, _RoomState]) -> bool:
        number, key = int(self.open.messages.rooms[place]), MessageKey(int(self.open.messages.keys[place]))
        # What is not in the log came to nobody here: it may be on its way to all.
        index = self._rooms[number].log.index_of(key)
        return index is not None and index < states[number].read_by_all

    def _record_missing(self, places: Column) -> None:
        """Note to whom messages did not come."""
        messages = self.open.messages
        for place in places.tolist():
            room = self._rooms[int(messages.rooms[place])]
            key, time = MessageKey(int(messages.keys[place])), int(messages.times[place])
            room.record_missing(key, windows.missing(room, key, time, self.open.error))
            if time >= self.open.horizon:
                # Its age does not show that it is settled, and its late arrival must not make it new again.
                self._settled_early[key] = time

    def _close(self, settled: NDArray[np.bool_], counts: Counts) -> None:
        """Put the messages that are settled into the sums."""
        closed = self.open.close(settled)
        if _log.enabled:
            for room, messages in Counter(closed.rooms.tolist()).items():
                _log.debug("settled", f"room={self._rooms[room].name}", messages=messages)
        expected = counts.expected[settled]
        self._expected += int(expected.sum())
        self._indeterminate += int(counts.indeterminate[settled].sum())
        self._timeline.add(Counted.EXPECTED, closed.times, expected)
        rows = self._messages.find(closed.keys)
        self._fanout.append(self._messages.fanout(rows[rows >= 0]))
