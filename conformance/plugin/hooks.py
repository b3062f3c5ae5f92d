"""pytest's hooks, and the ``wire`` that every check is given."""

import dataclasses
import time
from collections.abc import Callable, Generator, Iterator
from queue import Empty
from typing import Any

import msgspec
import pytest

from hubbub.protocol.requirements import requirements
from hubbub.results.conformance_result import Check, ConformanceResult, Verdict, fails_run
from hubbub.results.records import ResultFileError

from ..configuration.options import options_of
from ..configuration.profile import Profile
from ..findings import Finding, NotDeclared
from ..messages.plain_text import plain_lines
from ..presentation.github_summary import add_step_summary
from ..presentation.page import draw
from ..requirement import MARKER, check_id, requirement_of
from ..stateful.request import SearchRequest
from ..wire.wire import Wire
from . import selection
from .judging import CheckContext, report_of
from .probe import ProbeError
from .records import put_records, records_of
from .session import SuiteSession, WorkerSetup
from .shared_scene import PlayOnce, SharedScene, perform
from .terminal import Screen

_CHECKS = pytest.StashKey[list[Check]]()
_WIRE = pytest.StashKey[Wire]()
_SCENE = pytest.StashKey[SharedScene[Any]]()
_BEGAN = pytest.StashKey[float]()
_WORKER_SETUP = "conformance"
_COLLECTED = "conformance_collected"
_UNDER_WAY, _LONGEST_UNDER_WAY = 0.2, 0.6
"""Seconds of silence after which no more reports are waited for, and seconds at the most."""
_SEE_THE_REPORT = "see the report"
"""How a check ends whose report says all that there is to say."""
_NOTHING_RUN = (pytest.ExitCode.NO_TESTS_COLLECTED, pytest.ExitCode.USAGE_ERROR)


class ConformancePlugin:
    """The suite, seen from pytest."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.options = options_of(config)
        self.suite = SuiteSession(self.options)
        self.worker_input: dict[str, Any] | None = getattr(config, "workerinput", None)
        self._session: pytest.Session | None = None
        self._scenes: dict[str, SharedScene[Any]] = {}
        self._interrupted = False
        self._nodes: list[Any] = []
        """The parallel workers, where there are any."""
        self._listed = 0
        self._collected: list[str] = []
        """The ids of all checks that were collected here, those not selected too."""
        config.addinivalue_line("markers", f"{MARKER}(id, case): the requirement that a check is of")
        if self.options.list_only:
            config.option.collectonly = True
            config.option.verbose = -2
        self._selected_by = config.option.keyword
        if strange := selection.unknown_id(self._selected_by):
            raise pytest.UsageError(strange)
        config.option.keyword = selection.exact(self._selected_by)
        self.screen: Screen | None = None
        if self.worker_input is None and not config.option.collectonly:
            self.screen = Screen(config, self.options, self.suite)
            config.pluginmanager.register(self.screen, "conformance-screen")

    # Selection

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Give checks their ids as keywords, before pytest's ``-k`` looks at them."""
        selection.add_keywords(items)
        self._collected = [check_id(item) for item in items if requirement_of(item)]
        self.suite.record_collected(self._collected)
        if self.worker_input is not None:
            worker_output: dict[str, Any] = vars(self.config)["workeroutput"]
            worker_output[_COLLECTED] = self._collected

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Print the list, if asked for."""
        if self.options.list_only:
            if not session.items:
                print(selection.nothing_selected(self._selected_by, self._collected))
                return
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
            self.suite.join(msgspec.json.decode(self.worker_input[_WORKER_SETUP], type=WorkerSetup))

    def _begin(self) -> None:
        try:
            self.suite.begin()
        except KeyboardInterrupt:
            self._interrupted = True
            # pytest does not finish a session that could not start.
            self._publish(self.suite.end(interrupted=True))
            raise
        except ProbeError as error:
            self._publish(self.suite.result)
            pytest.exit(f"the server is down: {error}", pytest.ExitCode.INTERRUPTED)

    @pytest.hookimpl(wrapper=True)
    def pytest_collection(self) -> Generator[None, object, object]:
        """Say of a file or a check that is not there where to find those that are."""
        try:
            return (yield)
        except pytest.UsageError as error:
            *others, last = error.args or ("",)
            raise pytest.UsageError(*others, f"{last}; {selection.LIST}") from error

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Hand a parallel worker what it must know."""
        self._nodes.append(node)
        node.workerinput[_WORKER_SETUP] = msgspec.json.encode(self.suite.worker_setup).decode()

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take from a parallel worker which checks there are, which the controller does not collect."""
        self.suite.record_collected(getattr(node, "workeroutput", {}).get(_COLLECTED, ()))

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
            self._collect_pending_reports()
        results = self.suite.results
        if results is not None and session.exitstatus in _NOTHING_RUN and not results.checks:
            self.suite.discard()
            if session.exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED and self.screen is not None:
                words = selection.nothing_selected(self._selected_by, results.collected)
                self.screen.complaints.append(words)
            return
        try:
            result = self.suite.end(self._interrupted, session.testsfailed)
        except ResultFileError as error:
            session.exitstatus = pytest.ExitCode.INTERNAL_ERROR
            if self.screen is not None:
                self.screen.complaints.append(str(error))
                self.screen.is_lost = True
            return
        if self._interrupted:
            self._end_workers()
        self._publish(result)
        failed = result is not None and result.run.outcome != "passed"
        if failed and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def _collect_pending_reports(self) -> None:
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

    def _publish(self, result: ConformanceResult | None) -> None:
        """Leave what the run came to where people look: GitHub's summary, and the page."""
        if result is None or self.screen is None or self.suite.results is None:
            return
        complaint = add_step_summary(result)
        self.screen.complaints += [complaint] if complaint else []
        if self.options.page:
            self.screen.page = draw(self.suite.results.folder)

    # A check

    @pytest.fixture
    def wire(self, request: pytest.FixtureRequest) -> Iterator[Wire]:
        """A fresh wire to the server under test: connect, say, expect.

        When the body has ended, every client that is still open leaves by a Close and is read to the end, and
        the oracle judges the transcript.

        Example::

            @requirement("BCAST-2", "alone")
            def test_the_sender_receives_its_own_chat(wire: Wire) -> None:
                ann = wire.join(wire.new_room())
                wire.expect_chat(ann.say(), ann)
        """
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
        """Play a scene that several checks read, or return the evidence of when it was played.

        ``PlayOnce`` has an example.
        """
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
    def stateful(self, request: pytest.FixtureRequest) -> SearchRequest:
        """What ``--stateful N`` asks the stateful check for, and what it needs to search."""
        environment = self.suite.environment
        assert environment is not None, "a check runs in a session that has reached the server"
        check = check_id(request.node)
        return SearchRequest(
            count=self.options.stateful,
            seed=self.options.stateful_seed,
            lacks=environment.lacks,
            new_wire=lambda: environment.wire(check),
            judge_by=lambda wire: request.node.stash.__setitem__(_WIRE, wire),
            say=self._say,
        )

    def _say(self, line: str) -> None:
        terminal = self.config.pluginmanager.get_plugin("terminalreporter")
        if isinstance(terminal, pytest.TerminalReporter):
            terminal.write_line(line)

    @pytest.fixture
    def profile(self) -> Profile:
        """What the server declares: its limits, and the Origin that it allows.

        Example::

            @requirement("SEC-2", "at-the-limit")
            def test_a_message_of_the_declared_limit_is_taken(wire: Wire, profile: Profile) -> None:
                size = profile.message_limit or 16 << 20  # bytes
                ...
        """
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
        if any(fails_run(check, self.options.strict) for check in checks):
            # Without a traceback, which would cost far more to draw than the check's own judging.
            pytest.fail(_SEE_THE_REPORT, pytrace=False)
        return True

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Let the report carry the records, and read as the verdict does."""
        report = yield
        if call.when == "teardown":
            self._forget_evidence(item)
        requirement = requirement_of(item)
        if requirement is None or self.suite.judge is None:
            return report
        checks = item.stash.get(_CHECKS, [])
        if call.excinfo is not None and not checks and report.failed:
            words = call.excinfo.exconly().splitlines()[-1]
            checks = [self.suite.judge.harness_error(self._context(item, requirement), words)]
        if call.excinfo is not None and _is_verdict(call.excinfo.value):
            folder = self.suite.judge.folder
            report.longrepr = report_of(checks, folder, self.options.strict)
        elif report.failed:
            report.longrepr = plain_lines(str(report.longrepr))
        if checks:
            item.stash[_CHECKS] = []
            put_records(report, checks)
            own = checks[0]
            named = (("id", own.requirement), ("level", own.level), ("verdict", own.verdict.value))
            report.user_properties += named
        return report

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Gather the records, in the controller too."""
        records = records_of(report)
        self.suite.record(records)
        if self.suite.is_down(records):
            self._stop("the server is down")

    def _stop(self, why: str) -> None:
        parallel = self.config.pluginmanager.get_plugin("dsession")
        for session in (self._session, parallel):
            if session is not None:
                session.shouldstop = why

    def _judge(self, item: pytest.Item, ended: Finding | None) -> list[Check]:
        requirement = requirement_of(item)
        assert requirement is not None and self.suite.judge is not None
        item.stash[_CHECKS] = self.suite.judge.checks(self._context(item, requirement), ended)
        return item.stash[_CHECKS]

    @staticmethod
    def _forget_evidence(item: pytest.Item) -> None:
        """Forget what the check was judged by: pytest keeps its items to the end."""
        if _WIRE in item.stash:
            item.stash[_WIRE].forget()
            del item.stash[_WIRE]

    @staticmethod
    def _context(item: pytest.Item, requirement: str) -> CheckContext:
        began = item.stash.get(_BEGAN, time.monotonic())
        scene = item.stash.get(_SCENE, None)
        if scene is None:
            return CheckContext(check_id(item), requirement, began, item.stash.get(_WIRE, None))
        # The first check to read the scene reports what the oracle found in it, the others do not.
        reported, scene.reported = scene.reported, True
        reports = dataclasses.replace(scene, reported=reported).reports
        return CheckContext(check_id(item), requirement, began, scene.wire, reports)


def _is_verdict(error: BaseException) -> bool:
    """Whether a check was ended by its verdict, and not by a fault of the suite."""
    return isinstance(error, pytest.fail.Exception) and error.msg == _SEE_THE_REPORT
