"""A run while it is on: what the processes' updates come to, for a line in the terminal and for the page.

The verdict so far is by the verdict's own rules (``judging.verdict``). What has not come is not lost
before the drain: what others have had long ago is called missing until then.
"""

from collections.abc import Callable

import msgspec

from hubbub.load.config.config import LoadConfig
from hubbub.load.exchange.status import ProcessStatus, StatusUpdate, total_ledger
from hubbub.load.judging.verdict import Evidence, judge
from hubbub.load.measure.anomalies import ON_ARRIVAL
from hubbub.load.measure.distribution import Distribution
from hubbub.load.measure.tallies import merge_connections
from hubbub.load.timing.moments import MILLISECOND, SECOND
from hubbub.load.web.live_chart import Chart, Point
from hubbub.load.web.live_holds import Holds
from hubbub.results.connections import Connections
from hubbub.results.counts import Ledger
from hubbub.results.load_result import Verdict
from hubbub.results.percentiles import is_few, told

_NOTHING_YET = "none"


class Live:
    """What the master knows of a running test."""

    def __init__(self, config: LoadConfig, start: int) -> None:
        self._config = config
        self._start = start
        self._updates: dict[str, StatusUpdate] = {}
        self._before: dict[str, StatusUpdate] = {}
        self._lost: frozenset[str] = frozenset()
        self._chart = Chart()
        self.holds = Holds(start)
        self.latency, self.lateness = Distribution(), Distribution()
        """From the intended time, of all deliveries so far; and of all sends so far."""

    def lose(self, workers: frozenset[str]) -> None:
        """Take note that nothing is heard of these processes, and of no others, any more.

        What they told of the run so far still counts; they have no members, and no last second.
        """
        self._lost = workers

    def ingest(self, worker: str, update: StatusUpdate) -> None:
        """Take in the update of a process."""
        if worker in self._updates:
            self._before[worker] = self._updates[worker]
        self._updates[worker] = update
        self.holds.ingest(worker, update)
        self.latency.merge_packed(update.latency)
        self.lateness.merge_packed(update.lateness)
        self._note_point()

    def line(self, run_time: float | None) -> str:
        """Return the run in one line; ``run_time`` is how long it is to last, in s, if it has an end."""
        last, ledger, sent = self.last, self.ledger, self.sent_last
        wrong = sum(getattr(ledger, name) for name in ON_ARRIVAL)
        parts = [
            f"{self.seconds:.0f}" + (f"/{run_time:.0f} s" if run_time else " s"),
            f"{self.members:,} members",
            f"{self.delivered:,.0f} delivered/s",
            f"p50 {told_of(last, 50, sent)}, p99 {told_of(last, 99, sent)}",
            f"{wrong:,} wrong",
            *([f"{ledger.lost:,} missing"] if ledger.lost else []),
        ]
        return ", ".join(parts) + "".join(f"; {trouble}" for trouble in self._trouble())

    @property
    def began(self) -> bool:
        """Whether any process has told anything."""
        return bool(self._updates)

    @property
    def _heard_of(self) -> list[StatusUpdate]:
        """The last updates of the processes that are still heard of."""
        return [update for worker, update in self._updates.items() if worker not in self._lost]

    @property
    def _statuses(self) -> list[ProcessStatus]:
        return [update.status for update in self._updates.values()]

    @property
    def seconds(self) -> float:
        """How long the run has been on."""
        return max((update.moment - self._start for update in self._updates.values()), default=0) / SECOND

    @property
    def points(self) -> tuple[Point, ...]:
        """The last minutes, second by second."""
        return self._chart.points

    @property
    def members(self) -> int:
        """Users that are members now."""
        return sum(update.members for update in self._heard_of)

    @property
    def published(self) -> float:
        """Messages published in the last second."""
        return self._rate(_published)

    @property
    def delivered(self) -> float:
        """Deliveries in the last second."""
        return self._rate(_arrived)

    @property
    def last(self) -> Distribution:
        """The latency of the last second."""
        return _merged([update.latency for update in self._heard_of])

    @property
    def last_lateness(self) -> Distribution:
        """The lateness of the sends of the last second."""
        return _merged([update.lateness for update in self._heard_of])

    @property
    def connections(self) -> Connections:
        """The connections of all processes."""
        return merge_connections([status.connections for status in self._statuses])

    @property
    def errors(self) -> int:
        """Errors so far."""
        return sum(update.errors for update in self._updates.values())

    @property
    def arrived(self) -> int:
        """Deliveries received so far."""
        return sum(map(_arrived, self._updates.values()))

    @property
    def lags(self) -> int:
        """How many times the event loop's lag was looked at, in the process where that was least often."""
        return min((update.lags for update in self._updates.values()), default=0)

    def worst(self, figure: Callable[[ProcessStatus], float]) -> float:
        """Return a figure of the process where it is largest."""
        return max(map(figure, self._statuses), default=0)

    def _rate(self, count: Callable[[StatusUpdate], int]) -> float:
        """Return how much a count of all processes grew in the last second."""
        pairs = [
            (update, self._before[worker])
            for worker, update in self._updates.items()
            if worker in self._before and worker not in self._lost
        ]
        return sum(
            (count(update) - count(before)) * SECOND / max(1, update.moment - before.moment)
            for update, before in pairs
        )

    @property
    def sent_last(self) -> int:
        """How many messages were published since the updates before."""
        before = (update for worker, update in self._before.items() if worker not in self._lost)
        return sum(map(_published, self._heard_of)) - sum(map(_published, before))

    @property
    def ledger(self) -> Ledger:
        """The sums so far; what is ``lost`` in them may come yet."""
        return total_ledger(self._statuses)

    def verdict(self) -> Verdict:
        """Return the verdict on what is known: missing deliveries are not lost yet, nor late ones."""
        evidence = Evidence.of(self._statuses, self._config, self.latency, self.lateness)
        so_far = msgspec.structs.replace(evidence.ledger, lost=0)
        evidence = msgspec.structs.replace(evidence, ledger=so_far, lost_workers=len(self._lost))
        return judge(evidence, self._config)

    def _trouble(self) -> list[str]:
        """Return what would fail the run if it ended now, once anything has been measured."""
        if not self.latency.count:
            return []
        verdict = self.verdict()
        words = [
            *([] if verdict.valid else ["NOT VALID so far"]),
            *([] if verdict.correct else ["NOT CORRECT so far"]),
        ]
        return [f"{' and '.join(words)}: {verdict.reasons[0]}"] if words else []

    def _note_point(self) -> None:
        if not self._before or not self._chart.wants(self.seconds):
            return
        last = self.last
        p50, p99 = ((last.percentile(each) / MILLISECOND if last.count else None) for each in (50, 99))
        self._chart.add(Point(self.seconds, self.delivered, p50, p99, is_few(0.99, self.sent_last)))


def _published(update: StatusUpdate) -> int:
    return update.status.ledger["published"]


def _arrived(update: StatusUpdate) -> int:
    return update.arrived


def _merged(packed: list[bytes]) -> Distribution:
    merged = Distribution()
    for each in packed:
        merged.merge_packed(each)
    return merged


def told_of(known: Distribution, percent: float, units: int) -> str:
    """Return a percentile, for people, of what stands on ``units`` independent values."""
    if not known.count:
        return _NOTHING_YET
    return told(known.percentile(percent), percent / 100, min(units, known.count))
