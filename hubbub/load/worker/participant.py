"""A load-generating process's part in a run: its engine lives from the run's start to its end."""

import logging
from contextlib import suppress
from itertools import count
from typing import Any

import gevent
import msgspec
from locust.env import Environment
from locust.exception import RPCError
from locust.runners import STATE_CLEANUP, Runner, WorkerRunner

from hubbub.load.config.plan import LOCAL
from hubbub.load.config_error import ConfigError
from hubbub.load.exchange.assignment import Assignment
from hubbub.load.exchange.names import PLAN_OPTION, READY, STATUS
from hubbub.load.measure.distribution import Durations
from hubbub.load.preflight import preflight
from hubbub.load.timing.clock import RunClock, clock_identity
from hubbub.load.timing.clock_sync import TimeKeeper
from hubbub.load.users.engine import Engine
from hubbub.load.users.locust_stats import merge_deliveries, merge_publishes
from hubbub.load.users.scenario import Scenario
from hubbub.load.worker.coordinator import WorkerCoordinator
from hubbub.load.worker.garbage_collector import GarbageCollector
from hubbub.load.worker.master_watch import MasterWatch
from hubbub.load.worker.report import make_report
from hubbub.load.worker.status_update import StatusCollector

_FOLD_INTERVAL = 0.05
"""How often, in s, what was received is folded: so often that no user is held up for long meanwhile."""
_FOLDS_PER_STATUS = 20
"""After so many of these the master is told how the process stands."""
_ERROR = 1
"""The exit code of a worker whose master is gone."""
_logger = logging.getLogger("hubbub")


class Participant:
    """One process that runs users; it outlives its runs, for Locust's web page starts one after the other."""

    def __init__(self, environment: Environment, runner: Runner) -> None:
        self.engine: Engine | None = None
        self._environment = environment
        self._runner = runner
        self._keeper = TimeKeeper(runner) if isinstance(runner, WorkerRunner) else None
        self._worker = runner.client_id if isinstance(runner, WorkerRunner) else LOCAL
        self._ticker: gevent.Greenlet | None = None
        self._status = StatusCollector()
        self._garbage = GarbageCollector()
        WorkerCoordinator(runner, lambda: self.engine, make_report)
        self._watch: MasterWatch | None = None
        if isinstance(runner, WorkerRunner):
            runner.register_message(READY, lambda **_: runner.send_message(READY))
            self._watch = MasterWatch(runner, self._end_without_master)

    def start(self, **_: Any) -> None:
        """Make the engine of a new run; without one, users do nothing (for Locust to call)."""
        try:
            self._status = StatusCollector()
            self._set(self._new_engine())
        except (ConfigError, RuntimeError, ValueError) as error:
            _logger.error("This process takes no part in the run: %s", error)
            self._runner.send_message(STATUS, {"present": 0})
            return
        self._garbage.begin()
        self._ticker = gevent.spawn(self._tick)

    def stop(self, **_: Any) -> None:
        """Forget the engine of the run that is over (for Locust to call)."""
        self._set(None)
        if self._ticker is not None:
            self._ticker.kill()
            self._ticker = None
            self._garbage.end()

    def is_held(self) -> bool:
        """Whether signals are to be left to the master: they reach it alike, and it ends the run."""
        return self._forked and self.engine is not None

    def quitting(self, **_: Any) -> None:
        """Let this process end when the run is over (for Locust to call)."""
        while self.is_held():
            gevent.sleep(_FOLD_INTERVAL)
        if self._watch is not None:
            self._watch.end()

    def ramped(self, user_count: int, **_: Any) -> None:
        """Open the barrier at which users wait for one another (for Locust to call)."""
        if self.engine is not None and user_count:
            self.engine.ramped.set()

    def _new_engine(self) -> Engine:
        told = vars(self._environment.parsed_options).get(PLAN_OPTION)
        if told is None:
            raise ConfigError("the master has no plan for it")
        try:
            assignment = msgspec.json.decode(told, type=Assignment)
        except msgspec.ValidationError as error:
            # What makes sense for the master may not for this host: a file, say, that is not here.
            raise ConfigError(str(error)) from error
        if assignment.plan.clock != clock_identity():
            self._check(assignment)
        clock = self._keeper.clock(assignment.plan.clock) if self._keeper is not None else RunClock()
        return Engine(assignment.config, assignment.plan, self._worker, clock, self._show)

    @staticmethod
    def _check(assignment: Assignment) -> None:
        """Look at what only a worker on another host than the master's can see."""
        here = preflight.share_of(preflight.this_host(), assignment.users, assignment.plan.workers)
        for warning in preflight.check(assignment.config, *here):
            _logger.warning("%s", warning)

    def _tell(self, engine: Engine) -> None:
        update = msgspec.msgpack.encode(self._status.collect(engine))
        here = {"present": engine.present, "idle": not engine.measurements.headcount.now}
        self._runner.send_message(STATUS, {**here, "status": update})

    def _show(self, latency: Durations, lateness: Durations) -> None:
        self._status.note(latency, lateness)
        merge_deliveries(self._environment.stats, latency)
        merge_publishes(self._environment.stats, lateness)

    def _set(self, engine: Engine | None) -> None:
        self.engine = engine
        for user_class in self._environment.user_classes:
            if issubclass(user_class, Scenario):
                user_class.engine = engine

    def _tick(self) -> None:
        for fold in count(1):
            gevent.sleep(_FOLD_INTERVAL)
            if self.engine is None:
                return
            self._keep_up(self.engine)
            if fold % _FOLDS_PER_STATUS == 0:
                self._garbage.grown(len(self.engine.publishers))
                # What the master does not hear of this second it hears of the next one, or at the end.
                with suppress(RPCError):
                    self._tell(self.engine)

    @staticmethod
    def _keep_up(engine: Engine) -> None:
        try:
            engine.accounting.fold()
            engine.accounting.tidy()
            engine.measurements.memory.sample()
        except Exception as error:
            engine.measurements.note_fault(error)

    @property
    def _forked(self) -> bool:
        """Whether this is a worker that Locust's --processes made: signals reach it and the master alike."""
        options = self._environment.parsed_options
        return isinstance(self._runner, WorkerRunner) and bool(options and options.processes)

    def _end_without_master(self) -> None:
        """End the users of a run that nobody conducts any more, and this process, which nobody needs."""
        ending = self._runner.state == STATE_CLEANUP
        if ending or not (self.engine is not None or self._forked):
            # It ends already; or it has no users, and Locust may have another master for it.
            return
        _logger.error("The master is gone: this worker stops its users, and ends.")
        self._environment.process_exit_code = _ERROR
        if self.engine is not None:
            self.engine.stop_publishing()
        self._runner.quit()
