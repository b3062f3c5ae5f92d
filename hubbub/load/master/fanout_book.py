"""How messages reached the last members of their rooms, over the whole run: the master's account of it."""

from collections.abc import Sequence

import numpy as np

from hubbub.load.measure.fanout import Column, Fanout, merge, nothing, select
from hubbub.load.measure.slices import Slices
from hubbub.results.buckets import place

_STEPS_PER_OCTAVE = 16
_FINEST = 1_000
_OCTAVES = 28
_BOUNDS = np.ceil(_FINEST * 2.0 ** (np.arange(_OCTAVES * _STEPS_PER_OCTAVE) / _STEPS_PER_OCTAVE)).astype(
    np.int64
)
"""Upper bounds of a room's buckets: 1 microsecond to 4 minutes, each 4.4 % above the one before."""


class _Counts:
    """Durations by room, in a few buckets each: rooms are many."""

    def __init__(self) -> None:
        self._counts = np.zeros((0, len(_BOUNDS)), np.int32)

    def add(self, rooms: Column, durations: Column) -> None:
        if not rooms.size:
            return
        missing = int(rooms.max()) + 1 - len(self._counts)
        if missing > 0:
            self._counts = np.concatenate([self._counts, np.zeros((missing, len(_BOUNDS)), np.int32)])
        buckets = np.minimum(np.searchsorted(_BOUNDS, durations), len(_BOUNDS) - 1)
        np.add.at(self._counts, (rooms, buckets), 1)

    def median(self, room: int) -> int:
        if room >= len(self._counts):
            return 0
        counts = self._counts[room]
        return int(_BOUNDS[place(counts, 0.5)]) if counts.any() else 0


class FanoutBook:
    """The account of the fan-out, from what processes tell round by round, in memory that does not grow.

    The run began at ``start``; what was intended before the moment ``since`` does not count in the
    distributions.
    """

    def __init__(self, since: int, start: int = 0) -> None:
        self.start = start
        self.last_member = Slices(start)
        """From a message's intended time to its arrival at the last member, in ns."""
        self.spread = Slices(start)
        """From the first member's arrival to the last's."""
        self._since = since
        self._held = nothing()
        self._last_member, self._spread = _Counts(), _Counts()
        self._deliveries: Column = np.zeros(0, np.int64)

    def ingest(self, parts: list[Fanout], holding: Column) -> None:
        """Take in what processes told; of the messages in ``holding`` more is to come."""
        whole = merge([self._held, *parts])
        held = np.isin(whole.keys, holding)
        self._held = select(whole, held)
        self._count(select(whole, ~held))

    def join(self, edges: Sequence[int]) -> None:
        """Put seconds together that are known to be of one phase: those between two neighbouring edges."""
        self.last_member.join(edges)
        self.spread.join(edges)

    def room(self, index: int) -> tuple[int, int, int]:
        """Return a room's deliveries, and the medians of its last members' times and of its spreads, in ns.

        The medians are upper bounds, at most 4.4 % above the truth.
        """
        deliveries = int(self._deliveries[index]) if index < len(self._deliveries) else 0
        return deliveries, self._last_member.median(index), self._spread.median(index)

    def _count(self, fanout: Fanout) -> None:
        counted = select(fanout, fanout.intended >= self._since)
        self.last_member.add(counted.intended, counted.last - counted.intended)
        self.spread.add(counted.intended, counted.last - counted.first)
        self._last_member.add(counted.rooms, counted.last - counted.intended)
        self._spread.add(counted.rooms, counted.last - counted.first)
        if fanout.rooms.size:
            size = max(len(self._deliveries), int(fanout.rooms.max()) + 1)
            deliveries = np.bincount(fanout.rooms, fanout.deliveries, size).astype(np.int64)
            deliveries[: len(self._deliveries)] += self._deliveries
            self._deliveries = deliveries
