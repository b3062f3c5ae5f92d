"""Master-side controller of a run: plans it, synchronises the workers' accounting, writes the result.

It sets Locust's exit code, too.
"""

import logging
from time import monotonic_ns
from typing import Any

import gevent
import msgspec
from locust import stats
from locust.env import Environment
from locust.runners import STATE_RUNNING, STATE_SPAWNING, MasterRunner, Runner
from locust.web import WebUI

from hubbub.load.config.config import LoadConfig
from hubbub.load.config.hosts import hide_secrets
from hubbub.load.config.plan import new_plan
from hubbub.load.config_error import ConfigError
from hubbub.load.exchange.assignment import Assignment
from hubbub.load.exchange.names import PLAN_OPTION, STATUS
from hubbub.load.exchange.status import StatusUpdate
from hubbub.load.ledger.settlement import batch_target
from hubbub.load.master import rerun
from hubbub.load.master.aggregate import aggregate
from hubbub.load.master.load_forecast import look_ahead
from hubbub.load.master.locust_files import LocustFiles
from hubbub.load.master.result_writer import ResultWriter
from hubbub.load.master.rounds import RoundCoordinator
from hubbub.load.master.run import Run
from hubbub.load.master.selection import configure, defaults_of
from hubbub.load.master.terminal import show_line
from hubbub.load.master.workers import Workers, missing
from hubbub.load.preflight import preflight
from hubbub.load.preflight.capacity import Before
from hubbub.load.timing.clock_sync import TimeServer
from hubbub.load.web.form import arrange
from hubbub.load.web.form_answer import Starts, answer_truly
from hubbub.load.web.guard import Form, guard
from hubbub.load.web.live_view import NOTHING, View, view
from hubbub.load.web.tab import add_tab
from hubbub.results.load_result import Settings

_ERROR, _USAGE = 1, 2
"""Exit codes: the run has no result as it was asked for; what was asked for was refused."""
_ASKED = ("spawn_rate", "run_time", "processes")
"""Options of Locust that the result tells."""
_WATCH = 0.5
"""How often, in s, the master looks whether anybody takes part still."""
_SHORTEST_ROUND, _LONGEST_ROUND = 0.05, 2.0
"""How long, in s, it is from one round to the next."""
_NEVER = 86_400
"""In s: a process that ends does nothing so late."""
_SHOWN = 5.0
"""How often, in s, a run without a page tells how it stands."""
_logger = logging.getLogger("hubbub")


class Conductor:
    """Conducts one run after the other; the methods named after Locust's events are its listeners."""

    def __init__(self, environment: Environment, runner: Runner) -> None:
        self._environment = environment
        self._runner = runner
        self._workers = Workers(runner)
        self._rounds = RoundCoordinator(runner)
        self._writer = ResultWriter(environment)
        self._files = LocustFiles(environment)
        self._run: Run | None = None
        runner.register_message(STATUS, self._note_status)
        self._starts = Starts()
        if environment.web_ui is not None:
            self._show_in_page(environment.web_ui)
            guard(environment.web_ui, self._refusal)
            answer_truly(environment.web_ui, environment, self._starts)
        if isinstance(runner, MasterRunner):
            TimeServer(runner)

    def test_start(self, **_: Any) -> None:
        """Plan a new run, and put the plan where the workers get it from."""
        self._run = None
        hide_secrets(self._environment)
        self._rounds.begin()
        vars(self._environment.parsed_options).pop(PLAN_OPTION, None)
        try:
            config = configure(self._environment)
            outlook = look_ahead(self._environment, self._runner, config)
            self._check(config, outlook.users)
            self._workers.gather()
        except ConfigError as error:
            self._refuse(error)
            return
        plan = new_plan(monotonic_ns(), self._workers.ready())
        self._run = run = Run(config, plan, self._scenario, outlook)
        run.missing_workers = missing(self._environment, self._runner)
        self._starts.begin()
        self._assign(run)
        run.forecast.show()
        gevent.spawn(self._watch, run)
        run.rounds = gevent.spawn(self._go_rounds, run)
        if self._environment.web_ui is None:
            gevent.spawn(self._show, run)

    def _refuse(self, error: ConfigError) -> None:
        """Let there be no run, and, without a page on which another could be started, an end."""
        _logger.error("No run: %s", error)
        self._starts.refuse(str(error))
        if self._headless:
            self._environment.process_exit_code = _USAGE
        gevent.spawn(self._runner.quit if self._headless else self._runner.stop)

    def spawning_complete(self, user_count: int, **_: Any) -> None:
        """Note that all users have been started; a shape may begin with none."""
        if self._run is not None and user_count:
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

    def hurry(self) -> None:
        """Wait only a moment longer for what is under way: the user wants an end. This does not block."""
        run = self._run
        if run is not None and (run.ending is None or not run.ending.ready()):
            run.interrupted = True
        self._rounds.hurry()

    def quitting(self, **_: Any) -> None:
        """End a run that was interrupted."""
        self.hurry()
        self.test_stopping()
        if self._files.any:
            self._complete_files()

    def end_gracefully(self) -> None:
        """End the run where Locust's main program has died: nothing that was measured is to be lost."""
        self.hurry()
        self.test_stopping()
        self._runner.quit()
        self._writer.print_summary()

    def quit(self, **_: Any) -> None:
        """Print the summary below Locust's tables."""
        self._writer.print_summary()

    def _complete_files(self) -> None:
        """Let Locust's own files have what came last; a file that cannot be written is an error."""
        # Workers tell their last figures when they quit.
        self._runner.quit()
        for option, why in self._files.write().items():
            _logger.error("%s: Locust's file cannot be written: %s", option, why)
            self._writer.fail(option)
            self._environment.process_exit_code = _ERROR
        options = self._environment.parsed_options
        if options and options.csv_prefix:
            # Locust writes it now and then, once more from now on, and closes it soon; once it has written
            # --json-file, the table is empty.
            interval, stats.CSV_STATS_INTERVAL_SEC = stats.CSV_STATS_INTERVAL_SEC, _NEVER
            gevent.sleep(interval)

    def _refusal(self, form: Form) -> str | None:
        """Return why what the web page asks of the run that is on must not be done, if that is so."""
        run = self._run
        if run is None or self._runner.state not in (STATE_SPAWNING, STATE_RUNNING):
            return None
        if run.ending is not None:
            return "The run is ending: wait for its result"
        named = set(form.getlist("user_classes"))
        if named and named != set(self._environment.user_classes_by_name):
            return f"A run is one scenario: stop this one ({self._scenario}) before another is chosen"
        users = form.get("user_count", "")
        try:
            self._check(run.config, int(users) if users.isdecimal() else 0)
        except ConfigError as error:
            return str(error)
        return None

    @property
    def _headless(self) -> bool:
        options = self._environment.parsed_options
        return bool(options and options.headless)

    @property
    def _scenario(self) -> str:
        return ", ".join(sorted(self._environment.user_classes_by_name))

    def _asked(self, run: Run) -> Settings:
        """Return what Locust was asked for; of users the most, for the web page or a shape may change it."""
        options, shape = vars(self._environment.parsed_options), self._environment.shape_class
        named: Settings = {} if shape is None else {"shape": type(shape).__name__}
        return {"users": run.forecast.outlook.users, **{name: options.get(name) for name in _ASKED}, **named}

    def _again(self, run: Run) -> tuple[str, ...]:
        lasted = (run.stopped - run.plan.start) / 1e9
        return rerun.command(self._environment, self._runner.target_user_count, lasted)

    def _assign(self, run: Run) -> None:
        assignment = Assignment(run.plan, run.config, run.forecast.outlook.users)
        told = msgspec.json.encode(assignment).decode()
        vars(self._environment.parsed_options)[PLAN_OPTION] = told

    def _check(self, config: LoadConfig, users: int) -> None:
        """Look whether there can be so many users; raises ConfigError where there cannot."""
        workers, host, there = self._workers.ready(), preflight.this_host(), self._runner.user_count
        own = 0 if isinstance(self._runner, MasterRunner) else there
        before = Before(preflight.share_of(host, there, workers)[0], own)
        for warning in preflight.check(config, *preflight.share_of(host, users, workers), before):
            _logger.warning("%s", warning)

    def _note_status(self, msg: Any, **_: Any) -> None:
        run = self._run
        if run is not None and msg.node_id in run.plan.workers:
            run.present[msg.node_id] = msg.data["present"]
            (run.idle.add if msg.data.get("idle") else run.idle.discard)(msg.node_id)
            if "status" in msg.data:
                run.live.ingest(msg.node_id, msgspec.msgpack.decode(msg.data["status"], type=StatusUpdate))

    def _show_in_page(self, web_ui: WebUI) -> None:
        options = self._environment.parsed_options
        add_tab(web_ui, options and options.web_base_path, self._view, lambda: self._writer.folder)
        arrange(web_ui, lambda: defaults_of(self._environment))

    def _view(self) -> View:
        """Return what the web page's tab shows, of the run that is on or was the last."""
        run = self._run
        if run is None:
            return NOTHING
        return view(run.live, run.config, run.stage, run.result, run.end(self._writer.folder))

    def _show(self, run: Run) -> None:
        """Tell how the run stands, every few seconds, where there is no page to tell it."""
        options = self._environment.parsed_options
        lasts = options.run_time if options and isinstance(options.run_time, int | float) else None
        if self._environment.shape_class is not None:
            lasts = run.forecast.outlook.seconds
        while not run.over.wait(_SHOWN):
            show_line(run.live.line(lasts), options)

    def _watch(self, run: Run) -> None:
        """End a run that no user takes part in any more."""
        while run.ending is None:
            gevent.sleep(_WATCH)
            run.forecast.update(self._runner.target_user_count)
            if run.server_memory is not None:
                run.server_memory.sample()
            run.lose(self._workers.lost(run.plan.workers))
            if run.deserted and run.ending is None:
                _logger.warning("No user is connected any more; the run ends here.")
                (self._runner.quit if self._headless else self._runner.stop)()
        run.ending.join()
        if self._headless and len(self._workers.lost(run.plan.workers)) == len(run.plan.workers):
            # Locust stops a run whose last worker is lost, and then waits for others to come.
            self._runner.quit()

    def _go_rounds(self, run: Run) -> None:
        """Keep the books of all processes together until the run ends.

        The more is sent the more often, for to settle much at once would hold up the users.
        """
        pause = _SHORTEST_ROUND
        while not run.over.wait(pause):
            sent = self._rounds.go_round(run.plan.workers, run.book)
            wanted = pause * batch_target(sum(run.present.values())) / max(1, sent)
            pause = min(_LONGEST_ROUND, max(_SHORTEST_ROUND, wanted))

    def _end(self, run: Run) -> None:
        run.stopped = monotonic_ns()
        self._environment.process_exit_code = _ERROR
        run.over.set()
        self._end_rounds(run)
        _logger.info("Publishing has stopped; up to %g s for what is under way.", run.config.drain)
        run.exceptions = _exceptions(self._runner)
        reports = self._rounds.run(run.plan.workers, run.config.drain, run.book)
        run.cut = self._rounds.cut
        for failure in self._rounds.failures:
            _logger.error("A process failed to report:\n%s", failure)
            run.fail(failure.strip().splitlines()[-1])
        steps = self._rounds.population.steps
        facts = run.facts(self._asked(run), self._again(run), len(reports), steps)
        run.result = result = aggregate(reports, run.book, facts, run.config)
        written = self._writer.write(result)
        self._environment.process_exit_code = result.verdict.exit_code if written else _ERROR
        if self._environment.web_ui is not None:
            self._writer.print_summary()

    @staticmethod
    def _end_rounds(run: Run) -> None:
        """Wait for the round that is on; what it failed with, if it did, must not cost the result."""
        try:
            if run.rounds is not None:
                run.rounds.get()
        except Exception as error:
            run.fail(repr(error))


def _exceptions(runner: Runner) -> tuple[str, ...]:
    """Return what scenarios raised, which Locust catches and counts."""
    return tuple(
        f"a scenario raised an exception: {each['msg']} ({each['count']:,} times)"
        for each in runner.exceptions.values()
    )
