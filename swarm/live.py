"""A run while it is on: what the processes' pulses come to, as one line and as a table.

The verdict so far is by the verdict's own rules (``swarm.validity``). What has not come is not lost before
the drain: what others have had long ago is called missing until then.
"""

from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

import msgspec

from swarm.config import LoadConfig
from swarm.latency import Distribution
from swarm.pulse import Pulse
from swarm.report import ON_ARRIVAL
from swarm.result import Ledger, Verdict
from swarm.tallies import merge_connections
from swarm.validity import Evidence, judge

_NS = 1_000_000_000
_MS = 1_000_000
_NOTHING_YET = "none"


class Row(NamedTuple):
    """One row of the table; texts for people."""

    figure: str
    now: str
    """In the last second."""
    run: str
    """Since the run began."""
    limit: str
    """From where on the run is not valid, where there is such a limit."""


class Live:
    """What the master knows of a running test."""

    def __init__(self, config: LoadConfig, start: int) -> None:
        self._config = config
        self._start = start
        self._pulses: dict[str, Pulse] = {}
        self._before: dict[str, Pulse] = {}
        self._lost: frozenset[str] = frozenset()
        self._latency, self._lateness = Distribution(), Distribution()

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
        self._latency.merge_packed(pulse.latency)
        self._lateness.merge_packed(pulse.lateness)

    def line(self, run_time: float | None) -> str:
        """Return the run in one line; ``run_time`` is how long it is to last, in s, if it has an end."""
        last = _merged([pulse.latency for pulse in self._beating])
        seconds = max((pulse.moment - self._start for pulse in self._pulses.values()), default=0) / _NS
        ledger = self._ledger()
        wrong = sum(getattr(ledger, name) for name in ON_ARRIVAL)
        parts = [
            f"{seconds:.0f} s" + (f" of {run_time:.0f}" if run_time else ""),
            f"{self._members:,} members",
            f"{self._rate(_published)} published/s",
            f"{self._rate(_arrived)} delivered/s",
            f"p50 {_ms(last, 50)}, p99 {_ms(last, 99)}",
            f"{wrong:,} wrong",
            *([f"{ledger.lost:,} missing"] if ledger.lost else []),
        ]
        return ", ".join(parts) + "".join(f"; {trouble}" for trouble in self._trouble())

    def rows(self) -> list[Row]:
        """Return the run as a table: traffic, ledger, latency, validity."""
        if not self._pulses:
            return []
        return [*self._verdict_rows(), *self._traffic(), *self._books(), *self._times(), *self._health()]

    @property
    def _beating(self) -> list[Pulse]:
        """The last pulses of the processes that are still heard of."""
        return [pulse for worker, pulse in self._pulses.items() if worker not in self._lost]

    @property
    def _members(self) -> int:
        return sum(pulse.members for pulse in self._beating)

    def _rate(self, count: Callable[[Pulse], int]) -> str:
        """Return how much a count of all processes grew in the last second."""
        pairs = [
            (pulse, self._before[worker])
            for worker, pulse in self._pulses.items()
            if worker in self._before and worker not in self._lost
        ]
        rate = sum(
            (count(pulse) - count(before)) * _NS / max(1, pulse.moment - before.moment)
            for pulse, before in pairs
        )
        return f"{rate:,.0f}"

    def _ledger(self) -> Ledger:
        total = Counter(dict.fromkeys(Ledger.__struct_fields__, 0))
        for pulse in self._pulses.values():
            total.update(pulse.ledger)
        return Ledger(**total)

    def _verdict(self) -> Verdict:
        """Return the verdict on what is known: missing deliveries are not lost yet, nor late ones."""
        pulses = list(self._pulses.values())
        ledger = self._ledger()
        return judge(
            Evidence(
                ledger=msgspec.structs.replace(ledger, lost=0),
                connections=merge_connections([pulse.connections for pulse in pulses]),
                errors=(),
                faults=tuple(fault for pulse in pulses for fault in pulse.faults),
                lost_workers=len(self._lost),
                late_workers=0,
                interrupted=False,
                joining=sum(pulse.joining for pulse in pulses),
                scheduled=ledger.published,
                intended=self._latency,
                lateness_p99=self._lateness.percentile(99),
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
        if not self._latency.count:
            return []
        verdict = self._verdict()
        words = [
            *([] if verdict.valid else ["NOT VALID so far"]),
            *([] if verdict.correct else ["NOT CORRECT so far"]),
        ]
        return [f"{' and '.join(words)}: {verdict.reasons[0]}"] if words else []

    def _verdict_rows(self) -> list[Row]:
        if not self._latency.count:
            return [Row("verdict so far", "", "nothing has been delivered yet", "")]
        verdict = self._verdict()
        valid, correct = ("" if verdict.valid else "not "), ("" if verdict.correct else "not ")
        return [
            Row("verdict so far", "", f"{valid}valid, {correct}correct", ""),
            *(Row("because", "", reason, "") for reason in verdict.reasons),
        ]

    def _traffic(self) -> list[Row]:
        arrived = sum(map(_arrived, self._pulses.values()))
        errors = sum(pulse.errors for pulse in self._pulses.values())
        return [
            Row("members", f"{self._members:,}", "", ""),
            Row("published", f"{self._rate(_published)}/s", f"{self._ledger().published:,}", ""),
            Row("deliveries received", f"{self._rate(_arrived)}/s", f"{arrived:,}", ""),
            Row("errors", "", f"{errors:,}", ""),
        ]

    def _books(self) -> list[Row]:
        ledger = self._ledger()
        settled = {
            "deliveries settled": ledger.expected,
            "missing so far": ledger.lost,
            **{name: getattr(ledger, name) for name in (*ON_ARRIVAL, "indeterminate")},
        }
        return [Row(name, "", f"{count:,}", "") for name, count in settled.items()]

    def _times(self) -> list[Row]:
        last = _merged([pulse.latency for pulse in self._beating])
        return [
            Row(f"latency p{percent:g}", _ms(last, percent), _ms(self._latency, percent), "")
            for percent in (50, 90, 99)
        ]

    def _health(self) -> list[Row]:
        limits, pulses = self._config.limits, self._pulses.values()
        late = _merged([pulse.lateness for pulse in self._beating])
        lag, queueing = (
            max(getattr(pulse, name) for pulse in pulses) for name in ("lag_p99", "queueing_p99")
        )
        cpu = max(pulse.cpu_share for pulse in pulses)
        return [
            Row("lateness of sends p99", _ms(late, 99), _ms(self._lateness, 99), f"{limits.lateness:g} ms"),
            Row("event loop lag p99", "", f"{lag / _MS:,.2f} ms", f"{limits.lag:g} ms"),
            Row("generator queueing p99", "", f"{queueing / _MS:,.2f} ms", f"{limits.lag:g} ms"),
            Row("CPU of the busiest process", "", f"{cpu:.0%} of a core", f"{limits.cpu:.0%}"),
        ]


def _published(pulse: Pulse) -> int:
    return pulse.ledger["published"]


def _arrived(pulse: Pulse) -> int:
    return pulse.arrived


def _merged(packed: list[bytes]) -> Distribution:
    merged = Distribution()
    for each in packed:
        merged.merge_packed(each)
    return merged


def _ms(known: Distribution, percent: float) -> str:
    return f"{known.percentile(percent) / _MS:,.2f} ms" if known.count else _NOTHING_YET
