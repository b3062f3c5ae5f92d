"""What happened in each second of a run, as one matrix: a row a second, columns of counts."""

from enum import IntEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hubbub.load.timing.moments import SECOND

Counts = NDArray[np.int64]
Times = NDArray[np.int64]
"""Moments in ns on the run's clock."""

_FINEST = 10_000
_STEPS_PER_OCTAVE = 4
_STEPS = 94

BOUNDS: Counts = np.ceil(_FINEST * 2.0 ** (np.arange(_STEPS + 1) / _STEPS_PER_OCTAVE)).astype(np.int64)
"""Upper bounds of the latency buckets: 10 microseconds to 119 s, each 2**(1/4) times the one before."""


class Column(IntEnum):
    """What is counted each second; the columns after these are latency buckets."""

    USERS = 0
    """Counted as changes: how many came, less how many went."""
    SCHEDULED = 1
    SENT = 2
    EXPECTED = 3
    DELIVERED = 4
    ERRORS = 5


_COLUMNS = len(Column)
_WIDTH = _COLUMNS + len(BOUNDS)
_MANY = 86_400
"""Rows beyond one day are put into the last one: no run is longer, and a wild time must not cost memory."""


class Row(NamedTuple):
    """One second's counts."""

    counts: list[int]
    """By ``Column``."""
    latency: tuple[tuple[int, int], ...]
    """Upper bound in ns and count of each occupied bucket, ascending."""


class Timeline:
    """Counts by second; the first second begins at ``start``, in ns on the run's clock."""

    def __init__(self, start: int) -> None:
        self._start = start
        self._rows: Counts = np.zeros((0, _WIDTH), np.int64)

    def add(self, column: Column, times: Times, weights: Counts | None = None) -> None:
        """Count each of ``times`` in ``column``, once or by its weight."""
        self._accumulate(self._second(times) * _WIDTH + column, weights)

    def add_latency(self, times: Times, latency: NDArray[np.int64]) -> None:
        """Count deliveries that arrived at ``times`` by their ``latency`` in ns."""
        buckets = np.minimum(np.searchsorted(BOUNDS, latency), len(BOUNDS) - 1)
        self._accumulate(self._second(times) * _WIDTH + _COLUMNS + buckets, None)

    def merge(self, packed: bytes) -> None:
        """Add what another process counted from the same start, as ``pack`` gave it."""
        other = np.frombuffer(packed, np.int64).reshape(-1, _WIDTH)
        self._grow(len(other))
        self._rows[: len(other)] += other

    def pack(self) -> bytes:
        """Return the whole matrix as bytes."""
        return self._rows.tobytes()

    def rows(self) -> list[Row]:
        """Return the seconds in their order, with the users at the end of each."""
        rows = self._rows.copy()
        rows[:, Column.USERS] = np.cumsum(rows[:, Column.USERS])
        return [Row(row[:_COLUMNS].tolist(), _occupied(row[_COLUMNS:])) for row in rows]

    def _second(self, times: Times) -> NDArray[np.int64]:
        return np.clip((times - self._start) // SECOND, 0, _MANY - 1)

    def _accumulate(self, cells: NDArray[np.int64], weights: Counts | None) -> None:
        if not cells.size:
            return
        self._grow(int(cells.max()) // _WIDTH + 1)
        first = int(cells.min()) // _WIDTH
        counts = np.bincount(cells - first * _WIDTH, weights).astype(np.int64)
        flat = self._rows.reshape(-1)
        flat[first * _WIDTH : first * _WIDTH + len(counts)] += counts

    def _grow(self, rows: int) -> None:
        rows = min(rows, _MANY)
        if rows > len(self._rows):
            more = np.zeros((rows - len(self._rows), _WIDTH), np.int64)
            self._rows = np.concatenate([self._rows, more])


def _occupied(buckets: Counts) -> tuple[tuple[int, int], ...]:
    where = np.flatnonzero(buckets)
    return tuple(zip(BOUNDS[where].tolist(), buckets[where].tolist(), strict=True))
