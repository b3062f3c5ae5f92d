"""The messages that a process has seen and not settled: plain arrays, read by numpy many at a time."""

from array import array

import numpy as np
from numpy.typing import NDArray

from hubbub.load.measure.delivery_log import UNMEASURED, Batch, Rows, Times
from hubbub.load.measure.fanout import Fanout
from hubbub.load.messages.envelope import Envelope

_NOT_YET = 1 << 62


class MessageTable:
    """The distinct messages that this process has seen and not settled, about 60 bytes each.

    Rows are numbered on and on. A message that was settled and comes again to somebody has a second row.
    """

    def __init__(self) -> None:
        self._base = 0
        self._keys = array("q")
        self._rooms = array("q")
        self._intended = array("q")
        self._sent = array("q")
        self._columns = (self._keys, self._rooms, self._intended, self._sent)
        self._first: Times = np.zeros(0, np.int64)
        self._last: Times = np.zeros(0, np.int64)
        self._deliveries: NDArray[np.int64] = np.zeros(0, np.int64)
        self._late: list[int] = []

    def add(self, envelope: Envelope, copy: int = 0) -> int:
        """Return the row of a new message, which is the envelope's or the one so many ``copy`` after it."""
        self._keys.append(envelope.key + copy)
        self._rooms.append(envelope.room)
        self._intended.append(envelope.intended)
        self._sent.append(envelope.sent)
        return self._base + len(self._keys) - 1

    def add_late(self, envelope: Envelope, copy: int = 0) -> int:
        """Return a row for a message that was settled, and comes to somebody all the same."""
        row = self.add(envelope, copy)
        self._late.append(row)
        return row

    def add_again(self, row: int) -> int:
        """Return a row for the same, where the row that the message had is not forgotten yet."""
        place = row - self._base
        for column in self._columns:
            column.append(column[place])
        again = self.end - 1
        self._late.append(again)
        return again

    def intended(self, rows: Rows) -> Times:
        """Return when the messages of ``rows`` were to be sent."""
        times: Times = np.asarray(self._intended)[rows - self._base]
        return times

    def sent(self, rows: Rows) -> Times:
        """Return when the messages of ``rows`` were sent."""
        times: Times = np.asarray(self._sent)[rows - self._base]
        return times

    def observe(self, batch: Batch) -> None:
        """Count a batch of deliveries of these messages."""
        self._grow()
        rows = batch.rows - self._base
        self._deliveries += np.bincount(rows, minlength=len(self._deliveries))
        timed = batch.arrivals != UNMEASURED
        arrivals = batch.arrivals
        if not timed.all():
            rows, arrivals = rows[timed], arrivals[timed]
        np.minimum.at(self._first, rows, arrivals)
        np.maximum.at(self._last, rows, arrivals)

    def find(self, keys: NDArray[np.int64]) -> Rows:
        """Return the rows of the messages of these keys; -1 where there is none."""
        if not self._keys:
            return np.full(len(keys), -1)
        known = np.array(self._keys)
        order = np.argsort(known, kind="stable")
        places = np.minimum(np.searchsorted(known, keys, sorter=order), len(known) - 1)
        found = order[places]
        return np.where(known[found] == keys, found + self._base, -1)

    def deliveries(self, rows: Rows) -> NDArray[np.int64]:
        """Return how often the messages of ``rows`` were delivered, up to the last ``observe``; 0 for -1."""
        if not len(self._deliveries):
            return np.zeros(len(rows), np.int64)
        return np.where(rows < 0, 0, self._deliveries[np.maximum(rows - self._base, 0)])

    def fanout(self, rows: Rows) -> Fanout:
        """Return what was observed of the messages of ``rows``, and of late ones since the last call.

        Messages without a timed delivery are left out.
        """
        rows = np.concatenate([rows, np.array(self._late, np.int64)]) - self._base
        self._late = []
        self._grow()
        rows = rows[self._last[rows] >= 0]
        keys, rooms, intended = (
            np.asarray(column)[rows] for column in (self._keys, self._rooms, self._intended)
        )
        return Fanout(keys, rooms, intended, self._first[rows], self._last[rows], self._deliveries[rows])

    @property
    def end(self) -> int:
        """The row that the next message will have."""
        return self._base + len(self._keys)

    def forget(self, row: int) -> None:
        """Forget the rows before ``row``, once their deliveries have been observed; late ones are kept."""
        row = min([row, *self._late])
        count = row - self._base
        if count > 0:
            self._grow()
            for column in self._columns:
                del column[:count]
            self._first, self._last = self._first[count:], self._last[count:]
            self._deliveries = self._deliveries[count:]
            self._base = row

    def _grow(self) -> None:
        missing = len(self._keys) - len(self._first)
        if missing > 0:
            spare = missing + len(self._first) // 2
            self._first = np.concatenate([self._first, np.full(spare, _NOT_YET)])
            self._last = np.concatenate([self._last, np.full(spare, -_NOT_YET)])
            self._deliveries = np.concatenate([self._deliveries, np.zeros(spare, np.int64)])
