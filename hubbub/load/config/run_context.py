"""What everything in one process needs to know of the run that it takes part in."""

from dataclasses import dataclass

from hubbub.load.config.config import LoadConfig
from hubbub.load.config.plan import Plan
from hubbub.load.messages.dialect import Dialect
from hubbub.load.timing.clock import RunClock


@dataclass(frozen=True, slots=True)
class RunContext:
    """The run as it was planned, its clock, and how its server is spoken to: the same from start to end."""

    config: LoadConfig
    plan: Plan
    clock: RunClock
    dialect: Dialect
    worker: str
    """Locust's id of this process."""

    @property
    def index(self) -> int:
        """The number of this process among those that generate load, from 0."""
        return self.plan.workers.index(self.worker)
