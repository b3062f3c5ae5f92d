"""What the master notes of a run while it is on."""

import platform
from datetime import UTC, datetime
from importlib.metadata import version
from os import cpu_count
from pathlib import Path
from time import monotonic_ns

import gevent
from gevent.event import Event

from hubbub.load.config.config import LoadConfig
from hubbub.load.config.plan import Plan
from hubbub.load.master.aggregate import RunFacts
from hubbub.load.master.fanout_book import FanoutBook
from hubbub.load.master.load_forecast import LoadForecast
from hubbub.load.master.summary import told
from hubbub.load.measure.headcount import NOBODY, Steps
from hubbub.load.measure.memory_log import MemoryLog
from hubbub.load.preflight.outlook import Outlook
from hubbub.load.timing.moments import NEVER
from hubbub.load.web.live import Live
from hubbub.load.web.live_view import End, Stage
from hubbub.results.load_result import LoadResult, Settings
from hubbub.text import shell

_PACKAGES = ("hubbub", "locust", "gevent", "websockets", "numpy")


class Run:
    """One run; it starts when this is made. Moments are in ns of the run."""

    def __init__(self, config: LoadConfig, plan: Plan, scenario: str, outlook: Outlook) -> None:
        self.config = config
        self.forecast = LoadForecast(scenario, outlook, plan.workers)
        self.plan = plan
        self.scenario = scenario
        self.started = datetime.now(UTC)
        self.ramped = NEVER
        self.stopped = NEVER
        self.late_workers = 0
        self.missing_workers = 0
        """Processes that were expected and were not there when the run began."""
        self.exceptions: tuple[str, ...] = ()
        """One line for each kind of exception in a scenario, once the run is over."""
        self.interrupted = False
        self.present: dict[str, int] = {}
        """By worker, how many users take part, once it has told."""
        self.idle: set[str] = set()
        """The workers that have no users at the moment, for Locust gives them none."""
        self.gone: frozenset[str] = frozenset()
        """The workers of which nothing is heard any more."""
        self.live = Live(config, plan.start)
        self.server_memory = MemoryLog(config.server_pid) if config.server_pid else None
        self.book = FanoutBook(plan.start + int(config.warm_up * 1e9), plan.start)
        self._environment = _environment()
        """Read now: when the run is over, nothing may be left to read it with."""
        self.faults: list[str] = []
        """What the master itself, or a process that was to report, failed with."""
        self.cut = 0.0
        """After how many s the drain was ended though a process was still busy; 0 where that was not so."""
        self.rounds: gevent.Greenlet | None = None
        self.ending: gevent.Greenlet | None = None
        self.result: LoadResult | None = None
        """Once it is there."""
        self.over = Event()
        """Set when the rounds are to end."""

    @property
    def deserted(self) -> bool:
        """Whether all users have been started, and none of those that there are takes part any more.

        A stage without users is none of it.
        """
        told = len(self.present) == len(self.plan.workers)
        heard = set(self.plan.workers) - self.gone
        idle = bool(heard) and heard <= self.idle
        return self.ramped != NEVER and told and not idle and not any(self.present.values())

    def fail(self, fault: str) -> None:
        """Take note, once of each, of what the load generator failed with."""
        if fault not in self.faults:
            self.faults.append(fault)

    def lose(self, workers: frozenset[str]) -> None:
        """Take note that nothing is heard of these workers: their users are none of the run's."""
        self.gone = workers
        self.present |= dict.fromkeys(workers, 0)
        self.live.lose(workers)

    @property
    def stage(self) -> Stage:
        """How far it is, for people."""
        if self.stopped == NEVER:
            return "running"
        return "draining" if self.ending is not None and not self.ending.ready() else "ended"

    def end(self, folder: Path | None) -> End | None:
        """Return what is told of its end, once its result lies in ``folder``."""
        if self.result is None or folder is None:
            return None
        return End(told=told(self.result.verdict), folder=shell.place(folder), report="./deliveries/report")

    def facts(
        self, asked: Settings, command: tuple[str, ...], reports: int, steps: Steps = NOBODY
    ) -> RunFacts:
        """Return how the run went that ends now; ``command`` runs it again, so many processes reported."""
        return RunFacts(
            plan=self.plan,
            scenario=self.scenario,
            command=command,
            started=self.started.isoformat(timespec="seconds"),
            steps=steps,
            ramped=self.ramped,
            stopped=self.stopped,
            ended=monotonic_ns(),
            lost_workers=len(self.plan.workers) - reports,
            late_workers=self.late_workers,
            missing_workers=self.missing_workers,
            exceptions=self.exceptions,
            interrupted=self.interrupted,
            asked=asked,
            environment=self._environment,
            faults=tuple(self.faults),
            cut=self.cut,
            ceiling=self.forecast.ceiling,
            server_memory=self.server_memory.samples if self.server_memory is not None else [],
        )


def _environment() -> dict[str, str]:
    return {
        "python": platform.python_version(),
        "system": platform.platform(),
        "cores": str(cpu_count()),
        **{package: version(package) for package in _PACKAGES},
    }
