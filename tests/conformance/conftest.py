"""The suite as its users start it, in a process of its own; and suites in miniature, written for a test."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

import pytest

from hubbub.results import conformance_result as verdicts
from hubbub.results.conformance_result import Check, ConformanceResult

ROOT = Path(__file__).parents[2]

LIGHT = {
    "COLUMNS": "200",
    "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    "PYTEST_ADDOPTS": "-p xdist -p timeout -p no:cacheprovider",
}
"""Spares each of the many runs the second that plugins take which have no part in it, Locust's say."""

CONFTEST = "from conformance.conftest import pytest_addoption, pytest_configure\n"
HEAD = """\
from conformance.findings import Broken, NotDeclared, Untestable
from conformance.requirement import cases, requirement
from conformance.messages import matchers

"""


@dataclass(frozen=True)
class SuiteRun:
    """One ended run of the suite."""

    code: int
    out: str
    err: str
    folder: Path

    @property
    def result(self) -> ConformanceResult:
        """What it wrote as conformance.json."""
        return verdicts.read(self.folder / verdicts.FILE_NAME)

    @property
    def checks(self) -> dict[str, Check]:
        """Its records by their id."""
        return {check.id: check for check in self.result.checks}

    @property
    def verdicts(self) -> dict[str, str]:
        """The verdict of each record."""
        return {check.id: check.verdict.value for check in self.result.checks}


RunSuite = Callable[..., SuiteRun]


@pytest.fixture
def run_suite(tmp_path: Path) -> RunSuite:
    """Run ``pytest WHERE OPTION...`` (``conformance`` by default) to its end."""

    def run_suite(
        *options: str,
        where: Path | str = "conformance",
        folder: Path | None = None,
        prefix: tuple[str, ...] = (),
        page: bool = False,
        **env: str,
    ) -> SuiteRun:
        folder = folder or tmp_path / "result"
        command = [*prefix, sys.executable, "-m", "pytest", str(where), "--result", str(folder)]
        command += [*([] if page else ["--no-page"]), *options]
        clean = {
            name: value for name, value in os.environ.items() if name not in ("GITHUB_STEP_SUMMARY", "CI")
        }
        ended = subprocess.run(
            command,
            cwd=ROOT,
            env=clean | LIGHT | env,
            capture_output=True,
            text=True,
            encoding="utf-8",
        )
        return SuiteRun(ended.returncode, ended.stdout, ended.stderr, folder)

    return run_suite


@pytest.fixture
def miniature(tmp_path: Path) -> Callable[[str], Path]:
    """Make a suite of the checks written down; return its folder."""

    def miniature(checks: str) -> Path:
        folder = tmp_path / "miniature"
        folder.mkdir()
        (folder / "conftest.py").write_text(CONFTEST, encoding="utf-8")
        (folder / "test_miniature.py").write_text(HEAD + dedent(checks), encoding="utf-8")
        return folder

    return miniature


MEASURED = (
    "import resource, subprocess, sys; code = subprocess.call(sys.argv[2:]);"
    "open(sys.argv[1], 'w').write(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss));"
    "sys.exit(code)"
)
"""Runs a command, and leaves the most memory that it had, in KiB."""


@pytest.fixture
def run_measured(run_suite: RunSuite, tmp_path: Path) -> Callable[..., tuple[SuiteRun, float]]:
    """Run the suite as ``run_suite`` does; return the run, and the most memory that it had, in MiB."""

    def run_measured(*options: str) -> tuple[SuiteRun, float]:
        peak = tmp_path / "peak"
        run = run_suite(*options, prefix=(sys.executable, "-c", MEASURED, str(peak)))
        return run, int(peak.read_text()) / 1024

    return run_measured
