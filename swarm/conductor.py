"""The master's part in a run: it plans it, ends it, writes the result, and sets Locust's exit code."""

import logging
import platform
import shlex
import sys
import tempfile
from datetime import UTC, datetime
from importlib.metadata import version
from os import cpu_count
from pathlib import Path
from time import monotonic_ns
from typing import Any

import gevent
import msgspec
from gevent.event import Event
from locust.env import Environment
from locust.runners import MasterRunner, Runner

from result_files.folder import make_result_folder
from result_files.records import ResultFileError
from swarm import preflight
from swarm import result as load_json
from swarm.aggregate import Course, aggregate
from swarm.clock_sync import TimeServer
from swarm.config import ConfigError, LoadConfig
from swarm.drain import Drain, ReportError
from swarm.fanout import FanoutBook
from swarm.forecast import forecast
from swarm.ledger import NEVER
from swarm.live import Live, Row
from swarm.live_tab import add_tab
from swarm.memory import MemoryLog
from swarm.options import result_folder
from swarm.participant import HERE, PLAN_OPTION, PULSE
from swarm.plan import LOCAL, Assignment, Plan, in_turn, new_plan
from swarm.pulse import Pulse
from swarm.selection import chosen, configure
from swarm.summary import summary

_ERROR = 1
_WATCH = 0.5
_PATIENCE = 10.0
"""How long, in s, the start of a run waits for workers."""
_ASK = 0.25
"""How often, in s, workers that have not answered are asked."""
_AT_ONCE = 2500
"""About so many messages the processes settle at once;"""
_SHORTEST_ROUND, _LONGEST_ROUND = 0.1, 2.0
"""but so often, in s."""
_SHOWN = 5.0
"""How often, in s, a run without a page tells how it stands."""
_logger = logging.getLogger("hubbub")


class _Run:
    """What the master notes of a run while it is on."""

    def __init__(self, config: LoadConfig, plan: Plan) -> None:
        self.config = config
        self.plan = plan
        self.started = datetime.now(UTC)
        self.ramped = NEVER
        self.stopped = NEVER
        self.late_workers = 0
        self.interrupted = False
        self.present: dict[str, int] = {}
        """By worker, how many users take part, once it has told."""
        self.live = Live(config, plan.start)
        self.ending: gevent.Greenlet | None = None
        self.server_memory = MemoryLog(config.server_pid) if config.server_pid else None
        self.book = FanoutBook(plan.start + int(config.warm_up * 1e9))
        self.ceiling: load_json.Ceiling | None = None
        self.rounds: gevent.Greenlet | None = None
        self.over = Event()
        """Set when the rounds are to end."""


class Conductor:
    """Conducts one run after the other; the methods named after Locust's events are its listeners."""

    def __init__(self, environment: Environment, runner: Runner) -> None:
        self._environment = environment
        self._runner = runner
        self._drain = Drain(runner)
        self._run: _Run | None = None
        self._runs = 0
        self._summary = ""
        runner.register_message(PULSE, self._note_pulse)
        if environment.web_ui is not None:
            add_tab(environment.web_ui, self._rows)
        self._here = {LOCAL}
        self._answered = Event()
        if isinstance(runner, MasterRunner):
            runner.register_message(HERE, self._note_here)
            TimeServer(runner)

    def test_start(self, **_: Any) -> None:
        """Plan a new run, and put the plan where the workers get it from."""
        self._run = None
        self._drain.begin()
        vars(self._environment.parsed_options).pop(PLAN_OPTION, None)
        try:
            config = configure(self._environment)
            self._check(config)
            self._await_workers()
        except ConfigError as error:
            _logger.error("No run: %s", error)
            gevent.spawn(self._runner.stop)
            return
        self._run = _Run(config, new_plan(monotonic_ns(), self._workers()))
        everything = Assignment(self._run.plan, config, self._runner.target_user_count)
        assignment = msgspec.json.encode(everything).decode()
        vars(self._environment.parsed_options)[PLAN_OPTION] = assignment
        self._foretell(self._run)
        gevent.spawn(self._watch, self._run)
        self._run.rounds = gevent.spawn(self._go_rounds, self._run)
        if self._environment.web_ui is None:
            gevent.spawn(self._show, self._run)

    def _await_workers(self) -> None:
        """Wait until all workers can take part.

        Locust takes them for ready before their ``init`` event, in which the engine is hooked in; users that
        a worker starts in between would be none of ours.
        """
        with gevent.Timeout(_PATIENCE, False):
            while not self._here.issuperset(self._workers()):
                self._answered.clear()
                self._runner.send_message(HERE)
                self._answered.wait(_ASK)

    def _check(self, config: LoadConfig) -> None:
        here = preflight.share_of(preflight.this_host(), self._runner.target_user_count, self._workers())
        for warning in preflight.check(config, *here):
            _logger.warning("%s", warning)

    def _foretell(self, run: _Run) -> None:
        config = run.config
        scenario = chosen(self._environment)
        talkers = scenario.talkers(config) if scenario is not None else 1.0
        users = self._runner.target_user_count
        expected = forecast(config, users, talkers)
        _logger.info("%s: %s", self._scenario, expected)
        try:
            run.ceiling = preflight.foresee(expected, run.plan.workers)
        except ResultFileError as error:
            _logger.warning("The calibration does not count, measure anew with make calibrate: %s", error)
        warning = preflight.over(run.ceiling) if run.ceiling is not None else None
        if warning is not None:
            _logger.warning("%s", warning)

    def spawning_complete(self, **_: Any) -> None:
        """Note that all users have been started."""
        if self._run is not None:
            self._run.ramped = min(self._run.ramped, monotonic_ns())

    def worker_connect(self, client_id: str, **_: Any) -> None:
        """Note a worker that comes when the run is on."""
        run = self._run
        if run is not None and run.ending is None and client_id not in run.plan.workers:
            run.late_workers += 1

    def test_stopping(self, **_: Any) -> None:
        """End the run while its users are still there; return when its result is written."""
        run = self._run
        if run is not None:
            if run.ending is None:
                run.ending = gevent.spawn(self._end, run)
            run.ending.join()

    def quitting(self, **_: Any) -> None:
        """End a run that was interrupted: wait only a moment for what is under way."""
        if self._run is not None:
            self._run.interrupted = self._run.ending is None or not self._run.ending.ready()
        self._drain.hurry()
        try:
            self.test_stopping()
        except KeyboardInterrupt:
            # Once more is impatience: what was measured is being written, which takes a moment.
            self.test_stopping()

    def quit(self, **_: Any) -> None:
        """Print the summary, once, below Locust's tables; with --json the output is for a machine to read."""
        if self._summary:
            options = self._environment.parsed_options
            print(self._summary, file=sys.stderr if options and options.json else sys.stdout, flush=True)
            self._summary = ""

    def _workers(self) -> tuple[str, ...]:
        if not isinstance(self._runner, MasterRunner):
            return (LOCAL,)
        clients = self._runner.clients
        return in_turn(client.id for client in (*clients.ready, *clients.spawning, *clients.running))

    @property
    def _scenario(self) -> str:
        return ", ".join(sorted(self._environment.user_classes_by_name))

    def _note_here(self, msg: Any, **_: Any) -> None:
        self._here.add(msg.node_id)
        self._answered.set()

    def _note_pulse(self, msg: Any, **_: Any) -> None:
        run = self._run
        if run is not None and msg.node_id in run.plan.workers:
            run.present[msg.node_id] = msg.data["present"]
            if "pulse" in msg.data:
                run.live.take(msg.node_id, msgspec.msgpack.decode(msg.data["pulse"], type=Pulse))

    def _rows(self) -> list[Row]:
        """Return what the web page's tab shows, of the run that is on or was the last."""
        return [] if self._run is None else self._run.live.rows()

    def _show(self, run: _Run) -> None:
        """Tell how the run stands, every few seconds, where there is no page to tell it."""
        options = self._environment.parsed_options
        lasts = options.run_time if options and isinstance(options.run_time, int | float) else None
        while not run.over.wait(_SHOWN):
            _logger.info("%s", run.live.line(lasts))

    def _watch(self, run: _Run) -> None:
        """End a run that no user takes part in any more."""
        while run.ending is None:
            gevent.sleep(_WATCH)
            if run.server_memory is not None:
                run.server_memory.sample()
            told = len(run.present) == len(run.plan.workers)
            if run.ramped != NEVER and told and not any(run.present.values()) and run.ending is None:
                _logger.warning("No user is connected any more; the run ends here.")
                options = self._environment.parsed_options
                (self._runner.quit if options and options.headless else self._runner.stop)()

    def _go_rounds(self, run: _Run) -> None:
        """Keep the books of all processes together until the run ends.

        The more is sent the more often, for to settle much at once would hold up the users.
        """
        pause = _SHORTEST_ROUND
        while not run.over.wait(pause):
            sent = self._drain.go_round(run.plan.workers, run.book)
            pause = min(_LONGEST_ROUND, max(_SHORTEST_ROUND, pause * _AT_ONCE / max(1, sent)))

    def _end(self, run: _Run) -> None:
        run.stopped = monotonic_ns()
        self._environment.process_exit_code = _ERROR
        try:
            run.over.set()
            if run.rounds is not None:
                run.rounds.get()
            _logger.info("Publishing has stopped; up to %g s for what is under way.", run.config.drain)
            reports = self._drain.run(run.plan.workers, run.config.drain, run.book)
            result = aggregate(reports, run.book, self._course(run, len(reports)), run.config)
        except ReportError as error:
            _logger.error("The run has no result, for a process failed to report:\n%s", error)
            return
        self._environment.process_exit_code = result.verdict.exit_code
        self._publish(result)

    def _publish(self, result: load_json.LoadResult) -> None:
        self._runs += 1
        try:
            where = str(load_json.write(result, self._folder()))
        except ResultFileError as error:
            where = f"not where it was asked for ({error}) but at {_rescue(result)}"
            self._environment.process_exit_code = _ERROR
        self._summary = summary(result, where)
        if self._environment.web_ui is not None:
            self.quit()

    def _folder(self) -> Path:
        """Make the run's folder; of several runs, which the web page may start, none overwrites another's."""
        asked = result_folder(self._environment)
        if asked is not None and self._runs > 1:
            asked = asked.with_name(f"{asked.name}-{self._runs}")
        return make_result_folder("load", asked)

    def _course(self, run: _Run, reports: int) -> Course:
        options = vars(self._environment.parsed_options)
        asked = {name: options.get(name) for name in ("spawn_rate", "run_time", "processes")}
        return Course(
            plan=run.plan,
            scenario=self._scenario,
            command=shlex.join(["locust", *sys.argv[1:]]),
            started=run.started.isoformat(timespec="seconds"),
            ramped=run.ramped,
            stopped=run.stopped,
            ended=monotonic_ns(),
            lost_workers=len(run.plan.workers) - reports,
            late_workers=run.late_workers,
            interrupted=run.interrupted,
            asked={"users": self._runner.target_user_count, **asked},
            environment=_environment(),
            ceiling=run.ceiling,
            server_memory=run.server_memory.samples if run.server_memory is not None else [],
        )


def _rescue(result: load_json.LoadResult) -> str:
    """Write the result where temporary files go; return where that is, or why even that did not work."""
    try:
        return str(load_json.write(result, Path(tempfile.mkdtemp(prefix="hubbub-load-"))))
    except (ResultFileError, OSError) as error:
        return f"no other place: {error}"


def _environment() -> dict[str, str]:
    packages = ("hubbub", "locust", "gevent", "websockets", "numpy")
    return {
        "python": platform.python_version(),
        "system": platform.platform(),
        "cores": str(cpu_count()),
        **{package: version(package) for package in packages},
    }
