"""Forgetting what is settled, so that a run of any length needs the memory of a few seconds.

What can be forgotten are messages at the beginning of a room's log, rows of the process's message table, and
memberships that are over.
"""

# Theory of operation
#
# Nothing is forgotten while it is open (I4), and settled messages are kept a little longer for one purpose:
# to tell whether what a leaver did not get had been under way to it. That is so unless a later message of the
# same publisher came to it. So messages sent after somebody began to leave stay until the settlement has
# decided what the leaver is excused from (``MemberCursor.excused``), whereupon the leaver itself goes.
#
# To forget holds up the users of this process, as it moves the arrays of every room's log. So one settling's
# rooms are tidied in parts, one part a call. Correctness does not depend on when a part is tidied: each looks
# anew at what is open at that moment.

import numpy as np

from hubbub.load.ledger.member_cursor import MemberCursor
from hubbub.load.ledger.open_messages import OpenMessages
from hubbub.load.ledger.room_ledger import RoomLedger
from hubbub.load.measure.message_table import MessageTable
from hubbub.load.measure.timeline import Column as Counted
from hubbub.load.measure.timeline import Timeline
from hubbub.load.timing.moments import NEVER

_PARTS = 5
"""In how many calls of ``tidy`` all rooms have had their turn."""


class Eviction:
    """Forgets, part by part, what nothing depends on any more."""

    def __init__(
        self, rooms: dict[int, RoomLedger], opened: OpenMessages, messages: MessageTable, timeline: Timeline
    ) -> None:
        self._rooms = rooms
        self._open = opened
        self._messages = messages
        self._timeline = timeline
        self._untidy: list[int] = []
        self._part = 0
        """How many rooms are tidied in one call."""

    def schedule(self) -> None:
        """Let all rooms be tidied in the next calls of ``tidy``: something was settled."""
        # Those that have waited longest come first, for the next settling may come before all are tidy.
        self._untidy = [*dict.fromkeys(self._untidy + list(self._rooms))]
        self._part = -(-len(self._untidy) // _PARTS)

    def tidy(self) -> None:
        """Forget what nothing depends on any more: a part of it in each call, so that no call takes long.

        All deliveries so far must have been observed.
        """
        if not self._untidy:
            return
        now, self._untidy = self._untidy[: self._part], self._untidy[self._part :]
        for number in now:
            self._tidy_room(self._rooms[number], self._open.oldest.get(number, NEVER))
        # Rows are shared by all rooms, and numbered as messages were first seen: those before the oldest that
        # a log still has are nobody's.
        kept = [room.log.rows[0] for room in self._rooms.values() if room.log.base < room.log.end]
        self._messages.forget(min(kept, default=self._messages.end))

    def count_users(self, members: list[MemberCursor]) -> None:
        """Put memberships into the timeline: one more when each began, one less when it ended."""
        were = [member for member in members if member.ready != NEVER]
        self._timeline.add(Counted.USERS, np.array([member.ready for member in were], np.int64))
        ended = np.array([member.ended for member in were if member.ended != NEVER], np.int64)
        self._timeline.add(Counted.USERS, ended, np.full(len(ended), -1))

    def _tidy_room(self, room: RoomLedger, oldest: int) -> None:
        if room.log.base < room.log.end:
            room.forget(self._first_needed(room))
        self._evict_members(room, oldest)

    def _first_needed(self, room: RoomLedger) -> int:
        """Return the first message that is open, or that may show what was not under way to a leaver."""
        log = room.log
        until = min((member.leaving for member in room.members), default=NEVER)
        # What was sent after the horizon may not have been heard of yet, though it came: it is not settled.
        until = min(until, self._open.horizon)
        for place, (key, sent) in enumerate(zip(log.keys, log.sent, strict=True)):
            if sent >= until or key in self._open:
                return log.base + place
        return log.end

    def _evict_members(self, room: RoomLedger, oldest: int) -> None:
        """Forget memberships that are over, once all is settled that was sent before they ended."""
        # By as much as the clocks may differ, a message may have been sent earlier than it says.
        until = min(oldest, self._open.horizon) - self._open.error
        over = [member for member in room.members if member.ended < until and _is_excused(member)]
        if over:
            gone = {id(member) for member in over}
            room.members = [member for member in room.members if id(member) not in gone]
            # Until now they were counted by nobody; who stays to the end is counted in the report.
            self.count_users(over)


def _is_excused(member: MemberCursor) -> bool:
    """Whether it has been decided what may have been under way to a member when it left, if it has."""
    return not member.left or member.excused is not None
