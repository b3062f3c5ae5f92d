"""pytest's hooks, and the ``wire`` that every check is given."""

import dataclasses
import time
from collections.abc import Callable, Generator, Iterator
from queue import Empty
from typing import Any

import msgspec
import pytest
from _pytest.outcomes import Failed
from _pytest.terminal import TerminalReporter

from chat_protocol.requirements import requirements
from conformance.findings import Finding, NotDeclared
from conformance.plugin import selection
from conformance.plugin.acquaintance import FirstKnockError
from conformance.plugin.judging import Matter, is_red, report_of
from conformance.plugin.options import options_of
from conformance.plugin.profile import Profile
from conformance.plugin.scenes import PlayOnce, Scene, perform
from conformance.plugin.session import Handed, SuiteSession
from conformance.plugin.stateful import StatefulRun
from conformance.plugin.step_summary import add_step_summary
from conformance.plugin.summary import write_summary
from conformance.requirement import MARKER, check_id, requirement_of
from conformance.verdicts import Check, Verdict
from conformance.wire.plain import plain_lines
from conformance.wire.wire import Wire
from result_files.records import ResultFileError

_CHECKS = pytest.StashKey[list[Check]]()
_WIRE = pytest.StashKey[Wire]()
_SCENE = pytest.StashKey[Scene[Any]]()
_BEGAN = pytest.StashKey[float]()
_HANDED = "conformance"
_KNOWN = "conformance_known"
_RECORDS = "conformance_checks"
_UNDER_WAY, _LONGEST_UNDER_WAY = 0.2, 0.6
"""Seconds of silence after which no more reports are waited for, and seconds at the most."""
_LETTERS = {
    Verdict.WARN: ("warned", "W", ("WARN", {"yellow": True})),
    Verdict.NOTE: ("noted", "n", "NOTE"),
    Verdict.NOT_APPLICABLE: ("not applicable", "-", "N/A"),
    Verdict.XFAIL: ("known deviations", "x", ("XFAIL", {"yellow": True})),
    Verdict.FAIL: ("failed", "F", ("FAIL", {"red": True})),
    Verdict.UNTESTABLE: ("failed", "U", ("UNTESTABLE", {"red": True})),
    Verdict.SERVER_DOWN: ("failed", "D", ("SERVER DOWN", {"red": True})),
    Verdict.HARNESS_ERROR: ("failed", "E", ("HARNESS ERROR", {"red": True})),
}


class VerdictError(Failed):
    """Ends a check whose report says all that there is to say.

    So there is no traceback to draw, which would cost far more than the check's own judging.
    """

    def __init__(self) -> None:
        super().__init__("see the report", pytrace=False)


class ConformancePlugin:
    """The suite, seen from pytest."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.options = options_of(config)
        self.suite = SuiteSession(self.options)
        self.worker_input: dict[str, Any] | None = getattr(config, "workerinput", None)
        self._session: pytest.Session | None = None
        self._scenes: dict[str, Scene[Any]] = {}
        self._interrupted = False
        self._nodes: list[Any] = []
        """The parallel workers, where there are any."""
        self._unwritten = ""
        self._listed = 0
        config.addinivalue_line("markers", f"{MARKER}(id, case): the requirement that a check is of")
        if self.options.list_only:
            config.option.collectonly = True
            config.option.verbose = -2
        config.option.keyword = selection.exact(config.option.keyword)

    # Selection

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Give checks their ids as keywords, before pytest's ``-k`` looks at them."""
        selection.add_keywords(items)
        known = [check_id(item) for item in items if requirement_of(item)]
        self.suite.know(known)
        if self.worker_input is not None:
            worker_output: dict[str, Any] = vars(self.config)["workeroutput"]
            worker_output[_KNOWN] = known

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Print the list, if asked for."""
        if self.options.list_only:
            print(selection.listing(session.items, narrowed=bool(self.config.option.keyword)))
            self._listed = len(session.items)
            session.items.clear()

    # The session

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self, session: pytest.Session) -> None:
        """Reach the server, once."""
        self._session = session
        if self.config.option.collectonly:
            return
        if self.worker_input is None:
            self._begin()
        else:
            self.suite.join(msgspec.json.decode(self.worker_input[_HANDED], type=Handed))

    def _begin(self) -> None:
        try:
            self.suite.begin()
        except KeyboardInterrupt:
            self._interrupted = True
            self.suite.end(interrupted=True)  # which pytest does not, of a session that has not begun
            raise
        except FirstKnockError as knock:
            # pytest does not finish a session that could not start, so what there is to say is said here.
            terminal = self.config.pluginmanager.get_plugin("terminalreporter")
            results, result = self.suite.results, self.suite.result
            if isinstance(terminal, TerminalReporter) and results is not None and result is not None:
                terminal.write_line(report_of(results.checks, results.folder, self.options.strict))
                self._unwritten = add_step_summary(result)
                self.pytest_terminal_summary(terminal)
            pytest.exit(f"the server is down: {knock}", pytest.ExitCode.INTERRUPTED)

    def pytest_report_header(self) -> str:
        """Say what is judged, and how long it is waited for."""
        environment = self.suite.environment
        return "" if environment is None else f"conformance: {environment}"

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Hand a parallel worker what it must know."""
        self._nodes.append(node)
        node.workerinput[_HANDED] = msgspec.json.encode(self.suite.handed).decode()

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take from a parallel worker which checks there are, which the controller does not collect."""
        self.suite.know(getattr(node, "workeroutput", {}).get(_KNOWN, ()))

    def pytest_keyboard_interrupt(self) -> None:
        """Remember that the run was cut short."""
        self._interrupted = True

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write what was judged, however the session ended."""
        if self._listed:
            session.exitstatus = pytest.ExitCode.OK
        if self.worker_input is not None:
            return
        if self._interrupted:
            self._take_what_is_under_way()
        try:
            result = self.suite.end(self._interrupted, session.testsfailed)
        except ResultFileError as error:
            self._unwritten = str(error)
            session.exitstatus = pytest.ExitCode.INTERNAL_ERROR
            return
        if result is not None:
            self._unwritten = add_step_summary(result)
        if self._interrupted:
            self._end_workers()
        failed = result is not None and result.run.outcome != "passed"
        if failed and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def _take_what_is_under_way(self) -> None:
        """Take the reports that parallel workers have sent and that have not been looked at."""
        parallel = self.config.pluginmanager.get_plugin("dsession")
        until = time.monotonic() + _LONGEST_UNDER_WAY
        while parallel is not None and time.monotonic() < until:
            try:
                name, event = parallel.queue.get(timeout=_UNDER_WAY)
            except Empty:
                return
            if name == "testreport":
                self.pytest_runtest_logreport(event["rep"])

    def _end_workers(self) -> None:
        """End the parallel workers at once: pytest-xdist would wait for the checks that they are at."""
        for node in self._nodes:
            process = getattr(node.gateway._io, "popen", None)
            if process is not None:
                process.kill()

    def pytest_terminal_summary(self, terminalreporter: TerminalReporter) -> None:
        """Print the table and the findings."""
        if self.suite.result is not None and self.suite.results is not None and not self.suite.results.error:
            folder = self.suite.results.folder
            write_summary(terminalreporter, self.suite.result, folder, self.options.strict)
        if self._unwritten:
            terminalreporter.write_line(self._unwritten, red=True)

    # A check

    @pytest.fixture
    def wire(self, request: pytest.FixtureRequest) -> Iterator[Wire]:
        """A fresh wire to the server under test: connect, say, expect."""
        environment = self.suite.environment
        assert environment is not None, "a check runs in a session that has reached the server"
        wire = environment.wire(check_id(request.node))
        request.node.stash[_WIRE] = wire
        yield wire
        if self._interrupted:
            wire.abandon()
        wire.close()

    @pytest.fixture
    def play_once(self, request: pytest.FixtureRequest) -> PlayOnce[Any]:
        """Play a scene that several checks read, or return the evidence of when it was played."""
        environment = self.suite.environment
        assert environment is not None, "a check runs in a session that has reached the server"

        def play_once(name: str, play: Callable[[Wire], Any]) -> Any:
            if name not in self._scenes:
                self._scenes[name] = perform(environment.wire(name), play, name.partition("[")[0])
            scene = request.node.stash[_SCENE] = self._scenes[name]
            if scene.ended is not None:
                raise scene.ended
            return scene.evidence

        return play_once

    @pytest.fixture
    def stateful(self, request: pytest.FixtureRequest) -> StatefulRun:
        """What the stateful check searches with."""
        environment = self.suite.environment
        assert environment is not None, "a check runs in a session that has reached the server"
        return StatefulRun(
            check=check_id(request.node),
            count=self.options.stateful,
            seed=self.options.stateful_seed,
            environment=environment,
            judge_by=lambda wire: request.node.stash.__setitem__(_WIRE, wire),
            say=self._say,
        )

    def _say(self, line: str) -> None:
        terminal = self.config.pluginmanager.get_plugin("terminalreporter")
        if isinstance(terminal, TerminalReporter):
            terminal.write_line(line)

    @pytest.fixture
    def profile(self) -> Profile:
        """What the server declares: its limits, and the Origin that it allows."""
        return self.suite.profile

    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Pass over what the server declares that it lacks."""
        requirement = requirement_of(item)
        environment = self.suite.environment
        if requirement is None or environment is None:
            return
        item.stash[_BEGAN] = time.monotonic()
        capability = requirements()[requirement].capability
        if capability in environment.lacks:
            ended = NotDeclared(f"the server declares that it lacks {capability}")
            self._judge(item, ended)
            pytest.skip(str(ended))

    @pytest.hookimpl(wrapper=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> Generator[None, object, object]:
        """Run the body, then the oracle; end the check with its verdict."""
        if requirement_of(pyfuncitem) is None:
            return (yield)
        ended: Finding | None = None
        try:
            yield
        except Finding as finding:
            ended = finding
        if _WIRE in pyfuncitem.stash:
            pyfuncitem.stash[_WIRE].close()
        checks = self._judge(pyfuncitem, ended)
        if checks[0].verdict == Verdict.NOT_APPLICABLE:
            pytest.skip(checks[0].message)
        if any(is_red(check, self.options.strict) for check in checks):
            raise VerdictError
        return True

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Let the report carry the records, and read as the verdict does."""
        report = yield
        if call.when == "teardown":
            self._let_go(item)
        requirement = requirement_of(item)
        if requirement is None or self.suite.judge is None:
            return report
        checks = item.stash.get(_CHECKS, [])
        if call.excinfo is not None and not checks and report.failed:
            words = call.excinfo.exconly().splitlines()[-1]
            checks = [self.suite.judge.harness_error(self._matter(item, requirement), words)]
        if call.excinfo is not None and call.excinfo.errisinstance(VerdictError):
            folder = self.suite.judge.folder
            report.longrepr = report_of(checks, folder, self.options.strict)
        elif report.failed:
            report.longrepr = plain_lines(str(report.longrepr))
        if checks:
            item.stash[_CHECKS] = []
            setattr(report, _RECORDS, [msgspec.to_builtins(check) for check in checks])
            own = checks[0]
            named = (("id", own.requirement), ("level", own.level), ("verdict", own.verdict.value))
            report.user_properties += named
        return report

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Gather the records, in the controller too."""
        records = getattr(report, _RECORDS, None)
        if records and self.suite.is_down(self.suite.take(records)):
            self._stop("the server is down")

    @pytest.hookimpl(tryfirst=True)
    def pytest_report_teststatus(self, report: pytest.TestReport) -> Any:
        """Name the verdict where pytest would say passed, skipped or failed."""
        records = getattr(report, _RECORDS, None)
        return _LETTERS.get(Verdict(records[0]["verdict"])) if records else None

    def _stop(self, why: str) -> None:
        parallel = self.config.pluginmanager.get_plugin("dsession")
        for session in (self._session, parallel):
            if session is not None:
                session.shouldstop = why

    def _judge(self, item: pytest.Item, ended: Finding | None) -> list[Check]:
        requirement = requirement_of(item)
        assert requirement is not None and self.suite.judge is not None
        item.stash[_CHECKS] = self.suite.judge.checks(self._matter(item, requirement), ended)
        return item.stash[_CHECKS]

    @staticmethod
    def _let_go(item: pytest.Item) -> None:
        """Forget what the check was judged by: pytest keeps its items to the end."""
        if _WIRE in item.stash:
            item.stash[_WIRE].let_go()
            del item.stash[_WIRE]

    @staticmethod
    def _matter(item: pytest.Item, requirement: str) -> Matter:
        began = item.stash.get(_BEGAN, time.monotonic())
        scene = item.stash.get(_SCENE, None)
        if scene is None:
            return Matter(check_id(item), requirement, began, item.stash.get(_WIRE, None))
        told, scene.told = scene.told, True
        tells = dataclasses.replace(scene, told=told).tells
        return Matter(check_id(item), requirement, began, scene.wire, tells)
