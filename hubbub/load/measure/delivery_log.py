"""What the fast path writes down: plain arrays, a few bytes a delivery, read by numpy many at a time."""

from array import array
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.int64]
Times = NDArray[np.int64]
"""Moments in ns on the run's clock."""

UNMEASURED = -1
"""The arrival of what is counted but not timed."""


class Batch(NamedTuple):
    """Deliveries, in the order in which they were read; three columns of one length."""

    rows: Rows
    """The rows of their messages in the message table."""
    arrivals: Times
    """``UNMEASURED`` where the time does not count."""
    reads: Times
    """When this process read them."""


class DeliveryLog:
    """The deliveries since the last ``drain``."""

    def __init__(self) -> None:
        self._reset()

    def _reset(self) -> None:
        self.rows = array("I")
        self._sizes = array("I")
        self._arrivals = array("q")
        self._reads = array("q")
        self._aside = array("I")
        self._aside_reads = array("q")

    def close_read(self, before: int, arrival: int, read: int) -> None:
        """Note when the rows from ``before`` on arrived, and when they were read."""
        size = len(self.rows) - before
        if size:
            self._sizes.append(size)
            self._arrivals.append(arrival)
            self._reads.append(read)

    def note_unmeasured(self, row: int, read: int) -> None:
        """Note a delivery whose time does not count."""
        self._aside.append(row)
        self._aside_reads.append(read)

    def drain(self) -> Batch:
        """Return the deliveries so far, and begin anew."""
        rows, sizes, aside = np.asarray(self.rows), np.asarray(self._sizes), np.asarray(self._aside)
        arrivals = np.repeat(np.asarray(self._arrivals), sizes)
        reads = np.repeat(np.asarray(self._reads), sizes)
        if aside.size:
            rows = np.concatenate([rows, aside])
            arrivals = np.concatenate([arrivals, np.full(aside.size, UNMEASURED)])
            reads = np.concatenate([reads, np.asarray(self._aside_reads)])
        self._reset()
        return Batch(rows.astype(np.int64), arrivals, reads)
