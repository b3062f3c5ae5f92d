"""What was owed and never came: the ledger's other half, worked out when publishing has stopped.

The expected set of a message is the members whose Status had arrived before it was sent and who had not
begun to leave when it was sent. What was sent inside a member's join or leave window is indeterminate for it.
Both follow from the times of sending, publisher by publisher, for all members of a room at once.
"""

from collections.abc import Iterator
from typing import Literal, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from swarm.ledger import NEVER, UNSEEN, RoomLedger

Matrix = NDArray[np.int64]
"""Sequence numbers or counts; members down, publishers across."""


class Sends(msgspec.Struct, frozen=True, array_like=True):
    """All that one publisher sent whole."""

    room: int
    publisher: int
    times: bytes
    """When each message was sent, by sequence: int64, in ns on the run's clock, ascending."""
    error: int = 0
    """The bound of that clock's error in the publisher's process, in ns."""

    def moments(self) -> NDArray[np.int64]:
        """Return the times of sending."""
        return np.frombuffer(self.times, np.int64)


class Missed(NamedTuple):
    """A delivery that was owed and did not come."""

    member: int
    publisher: int
    sequence: int


class _Owed(NamedTuple):
    """[low, high) is owed; [early, low) and [high, late) are indeterminate."""

    early: Matrix
    low: Matrix
    high: Matrix
    late: Matrix


class _Came(NamedTuple):
    """[first, following) came, but for what the members' ``missing`` says; both are 0 where nothing came."""

    first: Matrix
    following: Matrix


class RoomSettlement:
    """What the members that this process has of one room were owed, and what became of it.

    ``error`` is the bound of this process's clock error, in ns: by it, and by the publisher's, the windows of
    joining and leaving are widened, so that no message is owed whose order with them is not certain.
    """

    def __init__(self, room: RoomLedger, sends: list[Sends], error: int = 0) -> None:
        self.room = room
        self.sends = sends
        self._error = error
        self._members = [member for member in room.members if member.ready != NEVER]
        self._columns = {send.publisher: column for column, send in enumerate(sends)}
        self._came = self._arrivals()
        self._owed = self._debts()
        self._lost = self._shortfall()

    @property
    def members(self) -> int:
        """How many users ever were members."""
        return len(self._members)

    @property
    def expected(self) -> int:
        """Pairs of message and member for which the server owed a delivery."""
        return int((self._owed.high - self._owed.low).sum())

    @property
    def lost(self) -> int:
        """Expected pairs that have not arrived."""
        return int(self._lost.sum())

    @property
    def awaited(self) -> int:
        """Expected pairs that have not arrived at members that are still connected, and so still may."""
        return int(self._lost[[member.ended == NEVER for member in self._members]].sum())

    @property
    def indeterminate(self) -> int:
        """Pairs inside a join or leave window, or from before it and delivered nonetheless."""
        seen = self._came.following > 0
        early = np.where(seen, np.minimum(self._came.first, self._owed.early), self._owed.early)
        return int((self._owed.low - early + self._owed.late - self._owed.high).sum())

    def expected_of(self, send: Sends) -> NDArray[np.int64]:
        """Return how many members were owed each of a publisher's messages."""
        column = self._columns[send.publisher]
        changes = np.zeros(len(send.moments()) + 1, np.int64)
        np.add.at(changes, self._owed.low[:, column], 1)
        np.subtract.at(changes, self._owed.high[:, column], 1)
        return np.cumsum(changes)[:-1]

    def missed(self) -> Iterator[Missed]:
        """Yield each lost pair."""
        for row, column in zip(*np.nonzero(self._lost), strict=True):
            member, publisher = self._members[row], self.sends[column].publisher
            for sequence in range(self._owed.low[row, column], self._owed.high[row, column]):
                if not member.has(publisher, sequence):
                    yield Missed(member.number, publisher, sequence)

    def _arrivals(self) -> _Came:
        shape = (len(self._members), len(self.sends))
        came = _Came(np.zeros(shape, np.int64), np.zeros(shape, np.int64))
        known = self.room.publishers
        slots = [slot for slot, publisher in enumerate(known) if publisher in self._columns]
        if slots and self._members:
            columns = [self._columns[known[slot]] for slot in slots]
            cursors = np.array([member.cursors for member in self._members])[:, slots]
            first = np.array([member.first for member in self._members])[:, slots]
            came.following[:, columns] = np.where(cursors == UNSEEN, 0, cursors)
            came.first[:, columns] = first
        return came

    def _debts(self) -> _Owed:
        """Return the bounds by the members' windows; what a leaver misses last may have been under way."""
        ended = self._bounds([member.ended for member in self._members], "right")
        gone = [min(member.leaving, member.ended) for member in self._members]
        low = np.minimum(self._bounds([member.ready for member in self._members], "right"), ended)
        high = np.clip(self._bounds(gone, "left"), low, ended)
        leavers = np.array([[member.leaving != NEVER] for member in self._members], bool).reshape(-1, 1)
        high = np.where(leavers, np.minimum(high, np.maximum(self._came.following, low)), high)
        early = np.minimum(self._bounds([member.joining for member in self._members], "left"), low)
        return _Owed(early, low, high, ended)

    def _bounds(self, moments: list[int], side: Literal["left", "right"]) -> Matrix:
        """Return how many messages of each publisher were sent before each of the members' ``moments``.

        Where clocks differ: at most how many (``right``), or at least (``left``).
        """
        bounds = np.zeros((len(self._members), len(self.sends)), np.int64)
        for column, send in enumerate(self.sends):
            error = self._error + send.error
            edges = np.array(moments, np.int64) + (error if side == "right" else -error)
            bounds[:, column] = np.searchsorted(send.moments(), edges, side)
        return bounds

    def _shortfall(self) -> Matrix:
        low, high, (first, following) = self._owed.low, self._owed.high, self._came
        head = np.maximum(np.minimum(first, high) - low, 0)
        tail = np.maximum(high - np.maximum(following, low), 0)
        lost = head + tail
        for row, member in enumerate(self._members):
            for slot, bits in member.missing.items():
                column = self._columns.get(self.room.publishers[slot])
                if column is not None:
                    start = int(max(low[row, column], first[row, column]))
                    stop = int(min(high[row, column], following[row, column]))
                    lost[row, column] += _count(bits, start, stop)
        return lost


def _count(bits: int, start: int, stop: int) -> int:
    """Return how many of the bits [start, stop) are set."""
    return (bits >> start & (1 << stop - start) - 1).bit_count() if stop > start else 0
