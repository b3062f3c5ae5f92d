"""What a run shows on the screen: how far it is, a line a requirement that is broken, and what it came to.

pytest's own reporter is set to be quiet. It shows only faults of the suite itself, which no record holds:
their tracebacks. The last lines are always the suite's: they are written when pytest has ended.
"""

import shutil
import textwrap
import time
from collections.abc import Generator, Sequence
from typing import Protocol

import pytest

from hubbub.results.conformance_result import Check, ConformanceResult, Verdict, fails_run
from hubbub.text import shell

from ..configuration.options import Options
from ..presentation import run_summary
from ..presentation.check_report import FILE_NAME, report
from ..presentation.page import Page
from ..presentation.run_summary import RequirementSummary
from .records import records_of
from .results import SessionRecord

_QUIETEST = -2
"""pytest's verbosity at which it prints nothing of its own but faults."""
_MOST_FOUND = 22
"""So many requirements have a line each, so that all fits one screen; of the others the ids are listed."""
_NARROWEST, _WIDEST = 60, 160
_PARTS = 5
_EVERY = 5.0
"""Where no line can be rewritten, progress is shown at each fifth, at least so many seconds apart."""
_AGAIN = 0.1
"""Seconds between two rewritings of the progress line."""


class Suite(Protocol):
    """What is shown of a session of the suite."""

    @property
    def environment(self) -> object | None:
        """What every check is given; printed as the head of a run."""

    @property
    def results(self) -> SessionRecord | None:
        """What has been gathered so far; None where there is nothing to show."""

    @property
    def result(self) -> ConformanceResult | None:
        """What the run came to, once it is over."""


class Screen:
    """The suite's reporter."""

    def __init__(self, config: pytest.Config, options: Options, suite: Suite) -> None:
        self.config = config
        self.options = options
        self.suite = suite
        self.verbosity = int(config.option.verbose)
        """As the user asked for: -q is -1, -v is 1."""
        self.page: Page | None = None
        self.complaints: list[str] = []
        """What could not be written, or found, a line each."""
        self.is_lost = False
        """Whether the results could not be written, so that only the screen has what was seen."""
        self.selected = 0
        self._done = 0
        self._broken: dict[str, None] = {}
        self._shown_at = time.monotonic()
        self._shown_part = 0
        self._has_shown_a_fault = False
        self._session: pytest.Session | None = None
        config.option.verbose = _QUIETEST
        if config.option.reportchars == "fE":  # pytest's default: nobody asked for its short summary
            config.option.reportchars = ""

    # While it runs

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self, session: pytest.Session) -> None:
        """Remember the session, whose exit code is shown last; keep pytest-xdist from printing anything."""
        self._session = session
        parallel = self.config.pluginmanager.get_plugin("dsession")
        if parallel is not None and parallel.terminal is not None:
            parallel.terminal = None
            self.config.pluginmanager.unregister(name="terminaldistreporter")

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Say what is judged, once it is known."""
        if session.items:
            self._begin(len(session.items))

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: Sequence[str]) -> None:
        """Say what is judged, with parallel workers."""
        if not self.selected:
            self._begin(len(ids))

    def _begin(self, count: int) -> None:
        self.selected = count
        if self.verbosity >= 0:
            some = run_summary.checks(count)
            self._write(f"conformance: {self.suite.environment}; {some}")

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Tell how far it is; with ``-v`` what each check came to."""
        records = records_of(report)
        if not records:
            return
        self._done += 1
        failing = (check for check in records if fails_run(check, self.options.strict))
        self._broken |= {check.requirement: None for check in failing}
        if self.verbosity > 0:
            for check in records:
                self._write_verdict(check.verdict, f"{check.id}  {check.seconds:.3g} s")
        elif self.verbosity == 0:
            self._show_progress()

    @pytest.hookimpl(tryfirst=True)
    def pytest_report_teststatus(self, report: pytest.TestReport) -> tuple[str, str, str] | None:
        """Leave to pytest what no record holds, and the first fault of the suite itself."""
        records = records_of(report)
        if not records:
            return None
        if records[0].verdict == Verdict.HARNESS_ERROR and not self._has_shown_a_fault:
            self._has_shown_a_fault = True
            return "failed", "", ""
        return str(records[0].verdict), "", ""

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtestloop(self) -> Generator[None, object, object]:
        """Clear the progress line when the run is over."""
        try:
            return (yield)
        finally:
            if self._can_rewrite and self.verbosity == 0 and self._done:
                self._rewrite("")

    def _show_progress(self) -> None:
        names = list(self._broken)
        more = f" and {len(names) - 5} more" if len(names) > 5 else ""
        broken = f"broken: {', '.join(names[:5])}{more}" if names else "nothing broken so far"
        line = f"{self._done:,} of {run_summary.checks(self.selected)}; {broken}"
        now = time.monotonic()
        if self._can_rewrite:
            if now - self._shown_at >= _AGAIN:
                self._shown_at = now
                self._rewrite(line)
            return
        part = self._done * _PARTS // max(1, self.selected)
        if self._shown_part < part < _PARTS and now - self._shown_at >= _EVERY:
            self._shown_part, self._shown_at = part, now
            self._write(line)

    # When it is over

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_unconfigure(self) -> Generator[None, None, None]:
        """Write what the run came to, behind all that pytest has to say."""
        yield
        result, results = self.suite.result, self.suite.results
        if result is not None and results is not None and not results.error:
            self._write_result(result, results.checks)
        for line in self.complaints:
            self._write(line, red=True)
        if result is not None and results is not None and not results.error:
            self._write_end(result)

    def _write_result(self, result: ConformanceResult, records: Sequence[Check]) -> None:
        found = run_summary.summarize(result.checks)
        is_single = self.selected == 1 or sum(not run_summary.is_of_oracle(each) for each in records) == 1
        if self.verbosity > 0 or (is_single and self.verbosity == 0) or self.is_lost:
            self._write_evidence(result.checks, found)
        if found and self.verbosity >= -1:
            self._write("")
            for each in found[:_MOST_FOUND]:
                self._write_found(each)
            self._write_rest(found[_MOST_FOUND:])
            if not is_single:
                self._write(f"the first of them alone: {found[0].example.command}")
            if result.run.server_command:
                self._write("the server ends with this run; start it first: " + result.run.server_command)
        if result.checks and self.verbosity >= 0:
            for line in ("", *run_summary.table(result.checks), ""):
                self._write(line)
        for line in run_summary.shortened(result.checks):
            self._write(self._cut(line), yellow=True)

    def _write_evidence(self, records: Sequence[Check], found: Sequence[RequirementSummary]) -> None:
        """Write the whole report of one check of each requirement; with ``-vv`` of all."""
        assert self.suite.results is not None
        shown = [each.example for each in found]
        if self.verbosity > 1:
            shown = [check for each in found for check in records if check.requirement == each.requirement]
            shown = [check for check in shown if check.verdict != Verdict.PASS]
        for check in shown:
            self._write(f"\n{report(check, self.suite.results.folder)}".rstrip())

    def _write_found(self, each: RequirementSummary) -> None:
        self._write_verdict(each.verdict, self._cut(f"{each.requirement:<9} {each.count}: {each.cause}", 6))

    def _write_rest(self, rest: Sequence[RequirementSummary]) -> None:
        if rest:
            listed = ", ".join(f"{each.requirement}" for each in rest)
            words = f"and {len(rest)} more: {listed}"
            for line in textwrap.wrap(words, self._width, break_on_hyphens=False):
                self._write(line)

    def _write_end(self, result: ConformanceResult) -> None:
        assert self.suite.results is not None
        folder = self.suite.results.folder
        if result.checks:
            self._write(f"{run_summary.totals(result.checks, self.selected)}, {result.run.seconds:.1f} s")
        echo = "" if result.run.echo is None else f", echo {result.run.echo * 1000:.3g} ms"
        words = result.run.outcome + (f": {result.run.reason}" if result.run.reason else "")
        colour = "green" if result.run.outcome == "passed" else "red"
        self._write(f"{result.run.url}{echo}: {words}", bold=True, **{colour: True})
        if self.page is not None and self.page.path:
            self._write(f"page: {self.page.path}")
        elif self.page is not None:
            again = shell.line([*shell.python_module("hubbub.reports"), "render", shell.place(folder)])
            self._write(f"no page: {self.page.why}; `{again}` draws it", red=True)
        evidence = f" ({FILE_NAME} has all that was seen)" if (folder / FILE_NAME).exists() else ""
        self._write(f"results in {folder}/{evidence}")
        if self._session is not None:
            self._write(f"exit code {int(self._session.exitstatus)}")

    # Writing

    @property
    def _terminal(self) -> pytest.TerminalReporter | None:
        found = self.config.pluginmanager.get_plugin("terminalreporter")
        return found if isinstance(found, pytest.TerminalReporter) else None

    @property
    def _can_rewrite(self) -> bool:
        return self._terminal is not None and bool(self._terminal.isatty)

    @property
    def _width(self) -> int:
        if not self._can_rewrite:
            return _WIDEST
        return max(_NARROWEST, min(_WIDEST, shutil.get_terminal_size().columns))

    def _cut(self, line: str, used: int = 0) -> str:
        room = self._width - used
        return line if len(line) <= room else f"{line[: room - 1]}…"

    def _rewrite(self, line: str) -> None:
        if self._terminal is not None:
            room = shutil.get_terminal_size().columns - 1
            self._terminal.write(f"\r{line[:room].ljust(room)}\r", flush=True)

    def _write(self, line: str, **markup: bool) -> None:
        if self._terminal is not None:
            self._terminal.write_line(line, **markup)

    def _write_verdict(self, verdict: Verdict, words: str) -> None:
        terminal = self._terminal
        if terminal is not None:
            colour = "green" if verdict in (Verdict.PASS, Verdict.NOTE) else "red"
            colour = "yellow" if verdict in (Verdict.WARN, Verdict.XFAIL) else colour
            terminal.ensure_newline()
            terminal.write(f"{verdict:<4}", **{colour: True})
            terminal.line(f"  {words}")
