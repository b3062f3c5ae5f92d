"""The holds of a run while it is on: the latency of each time in which the number of users stands still."""

from collections.abc import Iterator
from typing import NamedTuple

from hubbub.load.exchange.status import StatusUpdate
from hubbub.load.measure.distribution import Distribution
from hubbub.load.measure.phases import LEAST

_INTERVAL = 1_000_000_000
"""What a update tells is of so many ns before it."""


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

    def ingest(self, worker: str, update: StatusUpdate) -> None:
        """Take in the update of a process."""
        if self._users.get(worker, 0) != update.users:
            self._over = list(self)[-_KEPT:]
            self._users[worker] = update.users
            self._begin(update.moment)
        elif update.moment >= self._since + _INTERVAL:
            self._until = max(self._until, update.moment)
            self._now.latency.merge_packed(update.latency)
            self._now.lateness.merge_packed(update.lateness)

    def __iter__(self) -> Iterator[Hold]:
        """Yield those that lasted five seconds or longer, or do so by now."""
        yield from self._over
        if self._until - self._since >= LEAST and any(self._users.values()):
            yield self._now
