"""What the fast path writes down: plain arrays, a few bytes a delivery, read by numpy once a second."""

from array import array
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from swarm.envelope import Envelope

Rows = NDArray[np.uint32]
Times = NDArray[np.int64]
"""Moments in ns on the run's clock."""

_NOT_YET = 1 << 62


class Batch(NamedTuple):
    """Deliveries, in the order in which they were read; three columns of one length."""

    rows: Rows
    """The rows of their messages in the message table."""
    arrivals: Times
    reads: Times
    """When this process read them."""


class DeliveryLog:
    """The deliveries since the last ``take``."""

    def __init__(self) -> None:
        self._reset()

    def _reset(self) -> None:
        self.rows = array("I")
        self._sizes = array("I")
        self._arrivals = array("q")
        self._reads = array("q")

    def close_read(self, before: int, arrival: int, read: int) -> None:
        """Note when the rows from ``before`` on arrived, and when they were read."""
        size = len(self.rows) - before
        if size:
            self._sizes.append(size)
            self._arrivals.append(arrival)
            self._reads.append(read)

    def take(self) -> Batch:
        """Return the deliveries so far, and begin anew."""
        rows, sizes = np.asarray(self.rows), np.asarray(self._sizes)
        arrivals, reads = np.asarray(self._arrivals), np.asarray(self._reads)
        self._reset()
        return Batch(rows, np.repeat(arrivals, sizes), np.repeat(reads, sizes))


class Fanout(NamedTuple):
    """How messages reached the members of one or several processes; columns of one length."""

    keys: NDArray[np.int64]
    """Publisher (upper 32 bits) and sequence."""
    rooms: NDArray[np.int64]
    intended: Times
    first: Times
    """When it arrived at the first member."""
    last: Times
    deliveries: NDArray[np.int64]


class MessageTable:
    """The distinct messages that this process has seen, about 60 bytes each.

    A message that was forgotten and came again has two rows; ``merge`` makes them one.
    """

    def __init__(self) -> None:
        self._keys = array("q")
        self._rooms = array("q")
        self._intended = array("q")
        self._sent = array("q")
        self._first: Times = np.zeros(0, np.int64)
        self._last: Times = np.zeros(0, np.int64)
        self._deliveries: NDArray[np.int64] = np.zeros(0, np.int64)

    def add(self, envelope: Envelope) -> int:
        """Return the row of a new message."""
        self._keys.append(envelope.publisher << 32 | envelope.sequence)
        self._rooms.append(envelope.room)
        self._intended.append(envelope.intended)
        self._sent.append(envelope.sent)
        return len(self._keys) - 1

    def intended(self, rows: Rows) -> Times:
        """Return when the messages of ``rows`` were to be sent."""
        times: Times = np.asarray(self._intended)[rows]
        return times

    def sent(self, rows: Rows) -> Times:
        """Return when the messages of ``rows`` were sent."""
        times: Times = np.asarray(self._sent)[rows]
        return times

    def observe(self, batch: Batch) -> None:
        """Count a batch of deliveries of these messages."""
        self._grow()
        np.minimum.at(self._first, batch.rows, batch.arrivals)
        np.maximum.at(self._last, batch.rows, batch.arrivals)
        np.add.at(self._deliveries, batch.rows, 1)

    def fanout(self) -> Fanout:
        """Return what was observed of all messages that were delivered."""
        self._grow()
        size = len(self._keys)
        delivered = self._deliveries[:size] > 0
        columns = (np.array(column) for column in (self._keys, self._rooms, self._intended))
        observed = (column[:size] for column in (self._first, self._last, self._deliveries))
        return Fanout(*(column[delivered] for column in (*columns, *observed)))

    def _grow(self) -> None:
        missing = len(self._keys) - len(self._first)
        if missing > 0:
            spare = missing + len(self._first) // 2
            self._first = np.concatenate([self._first, np.full(spare, _NOT_YET)])
            self._last = np.concatenate([self._last, np.full(spare, -_NOT_YET)])
            self._deliveries = np.concatenate([self._deliveries, np.zeros(spare, np.int64)])


def merge(parts: list[Fanout]) -> Fanout:
    """Return the fan-out of each message over all ``parts``."""
    nothing = Fanout(*[np.zeros(0, np.int64)] * len(Fanout._fields))
    whole = Fanout(*(np.concatenate(columns) for columns in zip(nothing, *parts, strict=True)))
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
