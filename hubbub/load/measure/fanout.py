"""How messages reached the members of their rooms: the first and the last of them, over all processes."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hubbub.load.measure.slices import Slices

Column = NDArray[np.int64]


class Fanout(NamedTuple):
    """How messages reached the members of one or several processes; columns of one length."""

    keys: Column
    """The messages' keys."""
    rooms: Column
    intended: Column
    first: Column
    """When it arrived at the first member, in ns of the run."""
    last: Column
    deliveries: Column


def nothing() -> Fanout:
    """Return the fan-out of no messages."""
    return Fanout(*[np.zeros(0, np.int64)] * len(Fanout._fields))


def select(fanout: Fanout, mask: NDArray[np.bool_]) -> Fanout:
    """Return the messages that ``mask`` marks."""
    return Fanout(*(column[mask] for column in fanout))


def merge(parts: list[Fanout]) -> Fanout:
    """Return the fan-out of each message over all ``parts``."""
    whole = Fanout(*(np.concatenate(columns) for columns in zip(nothing(), *parts, strict=True)))
    order = np.argsort(whole.keys, kind="stable")
    whole = Fanout(*(column[order] for column in whole))
    _, starts = np.unique(whole.keys, return_index=True)
    if not starts.size:
        return whole
    return Fanout(
        whole.keys[starts],
        whole.rooms[starts],
        whole.intended[starts],
        np.minimum.reduceat(whole.first, starts),
        np.maximum.reduceat(whole.last, starts),
        np.add.reduceat(whole.deliveries, starts),
    )


def pack(fanout: Fanout) -> bytes:
    """Return ``fanout`` as bytes, for another process."""
    return np.stack(fanout).tobytes()


def unpack(packed: bytes) -> Fanout:
    """Return the fan-out that ``pack`` packed."""
    return Fanout(*np.frombuffer(packed, np.int64).reshape(len(Fanout._fields), -1))


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
        so_far = np.cumsum(self._counts[room])
        return int(_BOUNDS[np.searchsorted(so_far, (so_far[-1] + 1) // 2)]) if so_far[-1] else 0


class FanoutBook:
    """The master's account of it, from what processes tell round by round, in memory that does not grow.

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

    def take(self, parts: list[Fanout], holding: Column) -> None:
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
