"""Tells the master every second how this process stands."""

from hubbub.load.exchange.status import StatusUpdate
from hubbub.load.measure.distribution import Distribution, Durations
from hubbub.load.users.engine import Engine


class StatusCollector:
    """Gathers what one process tells, from one update to the next."""

    def __init__(self) -> None:
        self._latency = Distribution()
        self._lateness = Distribution()

    def note(self, latency: Durations, lateness: Durations) -> None:
        """Take in new deliveries' latency and new sends' lateness, in ns."""
        self._latency.add(latency)
        self._lateness.add(lateness)

    def collect(self, engine: Engine) -> StatusUpdate:
        """Return how the process stands now, and begin the next update."""
        latency, lateness = self._latency.pack(), self._lateness.pack()
        self._latency, self._lateness = Distribution(), Distribution()
        measurements = engine.measurements
        return StatusUpdate(
            status=engine.status(),
            moment=engine.context.clock.now(),
            users=measurements.headcount.now,
            members=measurements.connections.members,
            arrived=measurements.recorder.arrived,
            errors=len(measurements.errors.times()),
            latency=latency,
            lateness=lateness,
            lags=measurements.health.loop_lag.count,
        )
