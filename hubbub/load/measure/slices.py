"""Distributions of durations second by second, so that each phase of a run can have its own.

Which phases there are is known only afterwards. Seconds of which it is known that they are of one phase are
put together, so that memory depends on how many phases there are and not on how long the run is.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence

import numpy as np

from hubbub.load.measure.distribution import Distribution, Durations
from hubbub.load.measure.timeline import Times
from hubbub.load.timing.moments import SECOND

_DAY = 86_400
"""No run is longer; a wild time must not cost memory."""

Packed = dict[int, bytes]
"""By first second, a packed ``Distribution``."""


def total(packed: Packed) -> Distribution:
    """Return all that was counted."""
    return Slices.of([packed]).whole()


class Slices:
    """Durations by the second, from ``start`` in ns of the run, to which they belong."""

    def __init__(self, start: int) -> None:
        self._start = start
        self._parts: dict[int, Distribution] = {}
        """By first second; a part ends where the next edge is, or after this second."""
        self._edges: list[int] = []

    def add(self, moments: Times, durations: Durations) -> None:
        """Count ``durations``, each in the second in which its moment lies."""
        if not durations.size:
            return
        seconds = np.clip((moments - self._start) // SECOND, 0, _DAY)
        first, last = int(seconds.min()), int(seconds.max())
        if first == last:
            self._part(first).add(durations)
            return
        for second in np.unique(seconds).tolist():
            self._part(second).add(durations[seconds == second])

    def join(self, edges: Sequence[int]) -> None:
        """Put the seconds between two neighbouring ``edges`` together, which ascend."""
        self._edges = list(edges)
        parts, self._parts = self._parts, {}
        for second, part in parts.items():
            known = self._parts.setdefault(self._first(second), part)
            if known is not part:
                known.merge(part)

    def whole(self) -> Distribution:
        """Return all that was counted."""
        return self.between(0, _DAY + 1)

    def between(self, start: int, end: int) -> Distribution:
        """Return what was counted in the parts that begin from one second on and before another."""
        total = Distribution()
        for second, part in self._parts.items():
            if start <= second < end:
                total.merge(part)
        return total

    def pack(self) -> Packed:
        """Return all that was counted, for another process's ``merge``."""
        return {second: part.pack() for second, part in self._parts.items()}

    def merge(self, packed: Packed) -> None:
        """Count all that another process counted from the same start."""
        for second, part in packed.items():
            self._part(second).merge_packed(part)

    @classmethod
    def of(cls, parts: Iterable[Packed]) -> "Slices":
        """Return what several processes counted."""
        together = cls(0)
        for packed in parts:
            together.merge(packed)
        return together

    def _part(self, second: int) -> Distribution:
        first = self._first(second)
        part = self._parts.get(first)
        if part is None:
            part = self._parts[first] = Distribution()
        return part

    def _first(self, second: int) -> int:
        """Return the first second of the part that ``second`` belongs to."""
        place = bisect_right(self._edges, second)
        return self._edges[place - 1] if 0 < place < len(self._edges) else second
