"""All that one process measures of a run, beside the account of its deliveries."""

import os

from hubbub.load.measure.anomalies import Anomalies
from hubbub.load.measure.distribution import Durations
from hubbub.load.measure.headcount import Headcount
from hubbub.load.measure.health import Health
from hubbub.load.measure.memory_log import MemoryLog
from hubbub.load.measure.recorder import Recorder
from hubbub.load.measure.tallies import ConnectionTally, ErrorTally
from hubbub.load.timing.arrival import ArrivalClock
from hubbub.load.timing.clock import RunClock

_FAULTS = 20
"""So many exceptions are kept: what fails once may fail again and again."""


class Measurements:
    """The measurements of one process from ``start`` on, in ns of the run; ``warm_up`` s do not count."""

    def __init__(self, clock: RunClock, start: int, warm_up: float) -> None:
        self.arrivals = ArrivalClock(clock)
        self.recorder = Recorder(start, warm_up)
        self.anomalies = Anomalies()
        self.connections = ConnectionTally()
        self.errors = ErrorTally()
        self.health = Health()
        self.memory = MemoryLog(os.getpid(), clock.now, family=False)
        self.headcount = Headcount()
        self.faults: list[str] = []
        """Exceptions in callbacks, which should not have been."""
        self._clock = clock

    def note_error(self, kind: str, example: str) -> None:
        """Count an error of the server or of the network."""
        self.errors.note(kind, example, self._clock.now())

    def note_fault(self, error: Exception) -> None:
        """Keep an exception of our own, if it is one of the first: the run will not be trusted."""
        if len(self.faults) < _FAULTS:
            self.faults.append(repr(error))

    def fold(self) -> tuple[Durations, Durations]:
        """Take in what was measured since the last call; return new latencies and new lateness, in ns."""
        self.arrivals.resample()
        self.health.fold()
        return self.recorder.fold()
