"""The holds of a run while it is on: the latency of each time in which the number of users stands still."""

from collections.abc import Iterator
from typing import NamedTuple

from hubbub.load.measure.distribution import Distribution
from hubbub.load.measure.phases import LEAST
from hubbub.load.worker.status_update import Pulse

_BEAT = 1_000_000_000
"""What a pulse tells is of so many ns before it."""


_KEPT = 9
"""So many that are over are kept: each takes a while to judge, which must not hold up the run."""


class Hold(NamedTuple):
    """What was measured in one of them so far."""

    latency: Distribution
    lateness: Distribution


class Holds:
    """The last ones of a run; what belongs to a ramp, or to two holds, is in none."""

    def __init__(self, start: int) -> None:
        self._users: dict[str, int] = {}
        self._over: list[Hold] = []
        self._begin(start)

    def _begin(self, moment: int) -> None:
        self._since = self._until = moment
        self._now = Hold(Distribution(), Distribution())

    def take(self, worker: str, pulse: Pulse) -> None:
        """Take in the pulse of a process."""
        if self._users.get(worker, 0) != pulse.users:
            self._over = list(self)[-_KEPT:]
            self._users[worker] = pulse.users
            self._begin(pulse.moment)
        elif pulse.moment >= self._since + _BEAT:
            self._until = max(self._until, pulse.moment)
            self._now.latency.merge_packed(pulse.latency)
            self._now.lateness.merge_packed(pulse.lateness)

    def __iter__(self) -> Iterator[Hold]:
        """Yield those that lasted five seconds or longer, or do so by now."""
        yield from self._over
        if self._until - self._since >= LEAST and any(self._users.values()):
            yield self._now
