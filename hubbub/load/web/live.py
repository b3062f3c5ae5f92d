"""A run while it is on: what the processes' pulses come to, for a line in the terminal and for the page.

The verdict so far is by the verdict's own rules (``judging.verdict``). What has not come is not lost
before the drain: what others have had long ago is called missing until then.
"""

from collections import Counter
from collections.abc import Callable

import msgspec

from hubbub.load.config.config import LoadConfig
from hubbub.load.judging.verdict import Evidence, judge
from hubbub.load.measure.distribution import Distribution
from hubbub.load.measure.tallies import merge_connections
from hubbub.load.timing.moments import MILLISECOND, SECOND
from hubbub.load.web.live_chart import Chart, Point
from hubbub.load.web.live_holds import Holds
from hubbub.load.worker.report import ON_ARRIVAL
from hubbub.load.worker.status_update import Pulse
from hubbub.results.load_result import Connections, Ledger, Verdict
from hubbub.results.percentiles import is_few, told

_NOTHING_YET = "none"


class Live:
    """What the master knows of a running test."""

    def __init__(self, config: LoadConfig, start: int) -> None:
        self._config = config
        self._start = start
        self._pulses: dict[str, Pulse] = {}
        self._before: dict[str, Pulse] = {}
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

    def take(self, worker: str, pulse: Pulse) -> None:
        """Take in the pulse of a process."""
        if worker in self._pulses:
            self._before[worker] = self._pulses[worker]
        self._pulses[worker] = pulse
        self.holds.take(worker, pulse)
        self.latency.merge_packed(pulse.latency)
        self.lateness.merge_packed(pulse.lateness)
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
        return bool(self._pulses)

    @property
    def _beating(self) -> list[Pulse]:
        """The last pulses of the processes that are still heard of."""
        return [pulse for worker, pulse in self._pulses.items() if worker not in self._lost]

    @property
    def seconds(self) -> float:
        """How long the run has been on."""
        return max((pulse.moment - self._start for pulse in self._pulses.values()), default=0) / SECOND

    @property
    def points(self) -> tuple[Point, ...]:
        """The last minutes, second by second."""
        return self._chart.points

    @property
    def members(self) -> int:
        """Users that are members now."""
        return sum(pulse.members for pulse in self._beating)

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
        return _merged([pulse.latency for pulse in self._beating])

    @property
    def last_lateness(self) -> Distribution:
        """The lateness of the sends of the last second."""
        return _merged([pulse.lateness for pulse in self._beating])

    @property
    def connections(self) -> Connections:
        """The connections of all processes."""
        return merge_connections([pulse.connections for pulse in self._pulses.values()])

    @property
    def errors(self) -> int:
        """Errors so far."""
        return sum(pulse.errors for pulse in self._pulses.values())

    @property
    def arrived(self) -> int:
        """Deliveries received so far."""
        return sum(map(_arrived, self._pulses.values()))

    @property
    def lags(self) -> int:
        """How many times the event loop's lag was looked at, in the process where that was least often."""
        return min((pulse.lags for pulse in self._pulses.values()), default=0)

    def worst(self, figure: Callable[[Pulse], float]) -> float:
        """Return a figure of the process where it is largest."""
        return max(map(figure, self._pulses.values()), default=0)

    def _rate(self, count: Callable[[Pulse], int]) -> float:
        """Return how much a count of all processes grew in the last second."""
        pairs = [
            (pulse, self._before[worker])
            for worker, pulse in self._pulses.items()
            if worker in self._before and worker not in self._lost
        ]
        return sum(
            (count(pulse) - count(before)) * SECOND / max(1, pulse.moment - before.moment)
            for pulse, before in pairs
        )

    @property
    def sent_last(self) -> int:
        """How many messages were published since the pulses before."""
        before = (pulse for worker, pulse in self._before.items() if worker not in self._lost)
        return sum(map(_published, self._beating)) - sum(map(_published, before))

    @property
    def ledger(self) -> Ledger:
        """The sums so far; what is ``lost`` in them may come yet."""
        total = Counter(dict.fromkeys(Ledger.__struct_fields__, 0))
        for pulse in self._pulses.values():
            total.update(pulse.ledger)
        return Ledger(**total)

    def verdict(self) -> Verdict:
        """Return the verdict on what is known: missing deliveries are not lost yet, nor late ones."""
        pulses = list(self._pulses.values())
        ledger = self.ledger
        return judge(
            Evidence(
                ledger=msgspec.structs.replace(ledger, lost=0),
                connections=self.connections,
                errors=(),
                short_of=tuple(dict.fromkeys(what for pulse in pulses for what in pulse.short_of)),
                faults=tuple(fault for pulse in pulses for fault in pulse.faults),
                lost_workers=len(self._lost),
                late_workers=0,
                interrupted=False,
                joining=sum(pulse.joining for pulse in pulses),
                scheduled=ledger.published,
                intended=self.latency,
                lateness_p99=self.lateness.percentile(99),
                lag_p99=max(pulse.lag_p99 for pulse in pulses),
                queueing_p99=max(pulse.queueing_p99 for pulse in pulses),
                cpu_share=max(pulse.cpu_share for pulse in pulses),
                held_up=max(pulse.held_up for pulse in pulses),
                clock_error=max(pulse.clock_error for pulse in pulses),
                clock_step=max(pulse.clock_step for pulse in pulses),
            ),
            self._config,
        )

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


def _published(pulse: Pulse) -> int:
    return pulse.ledger["published"]


def _arrived(pulse: Pulse) -> int:
    return pulse.arrived


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
