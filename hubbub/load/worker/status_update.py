"""How one load-generating process stands while the run is on, which it tells the master every second."""

import msgspec

from hubbub.load.measure.distribution import Distribution, Durations
from hubbub.load.users.engine import Engine
from hubbub.load.websocket.exhaustion import short_of
from hubbub.load.worker.report import held_up, ledger
from hubbub.results.load_result import Connections


class Pulse(msgspec.Struct, frozen=True, kw_only=True):
    """One process at one moment; durations in ns, counts from the start of the run."""

    moment: int
    """In ns of the run."""
    users: int = 0
    """That Locust runs in it, whether they got in or not."""
    members: int
    ledger: dict[str, int]
    """What was settled so far, by the names of ``result.Ledger``; lost is what may come yet."""
    arrived: int
    """Deliveries received."""
    connections: Connections
    joining: int
    """Connections that are still opening."""
    errors: int
    short_of: tuple[str, ...] = ()
    """What the process ran out of."""
    faults: tuple[str, ...]
    latency: bytes
    """From the intended time, of the deliveries since the pulse before: a packed ``Distribution``."""
    lateness: bytes
    """Of the sends since the pulse before, likewise."""
    lag_p99: int
    lags: int = 0
    """How many times the event loop's lag was looked at."""
    queueing_p99: int
    cpu_share: float
    held_up: float
    """The share of its users' time in which they waited for the server to read."""
    clock_error: int
    clock_step: int


class PulseTaker:
    """Gathers what one process tells, from one pulse to the next."""

    def __init__(self) -> None:
        self._latency = Distribution()
        self._lateness = Distribution()

    def note(self, latency: Durations, lateness: Durations) -> None:
        """Take in new deliveries' latency and new sends' lateness, in ns."""
        self._latency.add(latency)
        self._lateness.add(lateness)

    def take(self, engine: Engine) -> Pulse:
        """Return how the process stands now, and begin the next pulse."""
        latency, lateness = self._latency.pack(), self._lateness.pack()
        self._latency, self._lateness = Distribution(), Distribution()
        return Pulse(
            moment=engine.clock.now(),
            users=engine.headcount.now,
            members=engine.members,
            ledger=ledger(engine),
            arrived=engine.recorder.arrived,
            connections=engine.connections.record(),
            joining=engine.connections.joining,
            errors=len(engine.errors.times()),
            short_of=short_of(engine.errors.kinds),
            faults=tuple(engine.faults[:1]),
            latency=latency,
            lateness=lateness,
            lag_p99=engine.health.loop_lag.percentile(99),
            lags=engine.health.loop_lag.count,
            queueing_p99=engine.recorder.queueing.percentile(99),
            cpu_share=engine.health.cpu_share,
            held_up=held_up(engine),
            clock_error=engine.clock.error,
            clock_step=engine.arrivals.largest_step,
        )
