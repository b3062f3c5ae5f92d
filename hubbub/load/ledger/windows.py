"""Who is owed what, where memberships begin or end.

The expected set of a message is the members whose Status had arrived before it was sent and who had not begun
to leave when it was sent. What was sent inside a member's join or leave window is indeterminate for it. Where
clocks are certain only up to an ``error``, the windows are widened by it, so that no message is owed whose
order with them is not certain.
"""

# Theory of operation
#
#     joining          ready                     leaving         ended           the member's moments
#        |--- window ---|-------- owed -----------|--- window ----|
#       early          low                       high            late           places in the sorted messages
#
# With the messages sorted by the moment of sending, each member divides them by four places, and what holds
# of a message for *all* members is a sum over ranges: one added where each begins, one subtracted where it
# ends, and a running sum (``_cover``). That costs one pass over the members and one over the messages, not
# their product. Only members who came or went among these messages need a look at what they got
# (``_correct``).
#
# Widening by the clocks' error moves early and high down, low and late up.

from typing import Literal, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from hubbub.load.ledger.member_cursor import NOT_IN_LOG, MemberCursor
from hubbub.load.ledger.room_log import RoomLog
from hubbub.load.messages.message_key import MessageKey
from hubbub.load.timing.moments import NEVER

Column = NDArray[np.int64]


class Room(Protocol):
    """What is asked of a room, which is a ``room_ledger.RoomLedger``."""

    log: RoomLog
    members: list[MemberCursor]

    def excuses(self, member: MemberCursor, key: MessageKey) -> bool:
        """Whether a message that did not come may have been under way when the member left."""


class Counts(NamedTuple):
    """How some messages of a room stand; columns of one length."""

    expected: Column
    """How many members were owed each."""
    unowed_arrivals: Column
    """How often each came to somebody who was not owed it."""
    indeterminate: Column
    """For how many members each fell into the join or leave window, or came from before it."""
    owed_to_disconnected: Column
    """To how many members that are not connected any more each was owed, and did not come."""
    pending_join: NDArray[np.bool_]
    """Whether somebody was joining when it was sent and is joining still."""


def nothing(size: int) -> Counts:
    """Return the counts of so many messages of which nothing is known."""
    expected, unowed, indeterminate, owed = np.zeros((4, size), np.int64)
    return Counts(expected, unowed, indeterminate, owed, np.zeros(size, np.bool_))


class _Bounds(NamedTuple):
    """[low, high) is owed to a member; [early, low) and [high, late) are its windows."""

    early: Column
    low: Column
    high: Column
    late: Column


def count(room: Room, keys: Column, times: Column, error: int) -> Counts:
    """Return how the messages of ``keys`` stand, sent at ``times``, ascending, in ns of the run."""
    # Who never became a member and has gone was owed nothing and could get nothing.
    members = [member for member in room.members if member.ready != NEVER or member.ended == NEVER]
    bounds = _bounds(members, times, error)
    indices = np.array([_index(room, MessageKey(key)) for key in keys.tolist()], np.int64)
    size = len(keys)
    counts = nothing(size)
    counts.expected[:] = _cover(bounds.low, bounds.high, size)
    counts.indeterminate[:] = _cover(bounds.early, bounds.low, size) + _cover(bounds.high, bounds.late, size)
    for member, *limits in zip(members, *(column.tolist() for column in bounds), strict=True):
        # Who was a member all the while and is one still needs no correction. Most are.
        if member.ended != NEVER or limits != [0, 0, size, size]:
            _correct(room, counts, member, indices, keys, limits)
    return counts


def missing(room: Room, key: MessageKey, time: int, error: int) -> list[MemberCursor]:
    """Return the members who are owed a message and have not got it."""
    index = _index(room, key)
    return [
        member
        for member in room.members
        if member.ready + error < time < member.gone - error
        and not member.has(index)
        and not room.excuses(member, key)
    ]


def _index(room: Room, key: MessageKey) -> int:
    index = room.log.index_of(key)
    return NOT_IN_LOG if index is None else index


def _bounds(members: list[MemberCursor], times: Column, error: int) -> _Bounds:
    def bounds(moments: list[int], side: Literal["left", "right"]) -> Column:
        edges = np.array(moments, np.int64) + (error if side == "right" else -error)
        return np.searchsorted(times, edges, side)

    low = bounds([member.ready for member in members], "right")
    # A membership may be shorter than the clocks' error. Its ranges are empty then, but never negative.
    high = np.maximum(bounds([member.gone for member in members], "left"), low)
    late = np.maximum(bounds([member.ended for member in members], "right"), high)
    early = np.minimum(bounds([member.joining for member in members], "left"), low)
    # ``ready`` is NEVER for one that is still joining; nothing beyond its end belongs to it.
    return _Bounds(early, np.minimum(low, late), np.minimum(high, late), late)


def _cover(starts: Column, stops: Column, size: int) -> Column:
    """Return how many of the ranges [start, stop) each of ``size`` places lies in."""
    changes = np.zeros(size + 1, np.int64)
    np.add.at(changes, starts, 1)
    np.subtract.at(changes, stops, 1)
    return np.cumsum(changes)[:-1]


def _correct(
    room: Room, counts: Counts, member: MemberCursor, indices: Column, keys: Column, limits: list[int]
) -> None:
    """Take account of what a member got and did not get, whose membership began or ended in between."""
    early, low, high, late = limits
    has = _has(member, indices)
    if member.ready == NEVER:
        # It may never become a member, who then is owed nothing.
        counts.pending_join[early:] = True
        counts.indeterminate[early:] -= 1
    # What came though it was not owed must not stand in for what was owed and did not come.
    counts.unowed_arrivals[:low] += has[:low]
    counts.unowed_arrivals[high:late] += has[high:late]
    # The windows are counted already, whether their messages came or not; history counts where it came.
    counts.indeterminate[:early] += has[:early]
    if member.ended == NEVER:
        return
    for place in (np.flatnonzero(~has[low:high]) + low).tolist():
        if room.excuses(member, MessageKey(int(keys[place]))):
            # The last messages before it left may have been on their way: nobody's fault.
            counts.expected[place] -= 1
            counts.indeterminate[place] += 1
        else:
            # Nothing comes to it any more, so the message need not wait for it to be settled.
            counts.owed_to_disconnected[place] += 1


def _has(member: MemberCursor, indices: Column) -> NDArray[np.bool_]:
    has = (indices >= member.first) & (indices < member.next)
    if member.skipped:
        has &= ~np.isin(indices, list(member.skipped))
    return has
