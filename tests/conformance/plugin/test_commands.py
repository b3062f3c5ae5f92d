"""The commands that the suite prints, pasted into a shell where the run was started."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from hubbub.results import conformance_result as verdicts
from hubbub.text import shell

ROOT = Path(__file__).parents[3]
LIGHT = {name: value for name, value in os.environ.items() if name not in ("GITHUB_STEP_SUMMARY", "CI")} | {
    "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    "PYTEST_ADDOPTS": "-p xdist -p timeout -p no:cacheprovider",
}


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """A folder that is not the project's, and that a shell must be told with care."""
    folder = tmp_path / "it's a folder & more"
    folder.mkdir()
    return folder


def paste(command: str, where: Path, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["sh", "-c", command], cwd=where, env=LIGHT | more, capture_output=True, text=True)


def suite(where: Path, *options: str, **more: str) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-m", "pytest", str(ROOT / "conformance"), "-p", "no:cacheprovider", *options]
    return paste(shell.line(words), where, **more)


@pytest.mark.proof
def test_all_that_is_printed_of_a_failure_works_as_it_stands(start_server: Any, elsewhere: Path) -> None:
    mutant = start_server("--fault", "no-echo-alone", program="mutants")
    done = suite(elsewhere, "--url", mutant.url, "-k", "BCAST-2[alone]", "--result", "of a run")
    assert done.returncode == 1, done.stdout
    told = {
        label: re.search(rf"{label}: +(.+)", done.stdout)
        for label in ("run alone", "judge again", "transcript")
    }
    assert all(told.values()), done.stdout
    alone, judge, transcript = (found[1] for found in told.values() if found)
    assert paste(f"test -s {transcript}", elsewhere).returncode == 0
    assert paste(judge, elsewhere).stdout.startswith("of a run/transcripts/")
    once_more = paste(alone, elsewhere)
    assert (once_more.returncode, "BCAST-2" in once_more.stdout) == (1, True), once_more.stdout

    again = verdicts.read(elsewhere / "of a run" / "conformance.json").run.command
    before = (elsewhere / "of a run" / "conformance.json").read_bytes()
    done = paste(again, elsewhere)
    assert done.returncode == 1, done.stdout
    assert (elsewhere / "of a run" / "conformance.json").read_bytes() == before
    (newest,) = (elsewhere / "results").glob("latest/conformance.json")
    assert {check.requirement for check in verdicts.read(newest).checks} == {"BCAST-2"}


@pytest.mark.proof
def test_where_the_server_ended_with_the_run_its_command_stands_before_the_others(
    start_server: Any, elsewhere: Path
) -> None:
    mutant = start_server("--fault", "no-echo-alone", program="mutants")
    python = shell.line([sys.executable, "-m", "mutants", "--fault", "no-echo-alone"])
    starts = f"{python} --port {mutant.port}"
    options = ("--url", mutant.url, "-k", "BCAST-2[alone]", "--result", "result")
    done = suite(elsewhere, *options, HUBBUB_SERVER_COMMAND=starts)
    mutant.stop()
    assert f"start it first: {starts}\n" in done.stdout
    result = verdicts.read(elsewhere / "result" / "conformance.json")
    assert result.run.server_command == starts
    assert starts in (elsewhere / "result" / "junit.xml").read_text()
    shown = paste(f"{shell.line([sys.executable])} -m hubbub.reports show result", elsewhere).stdout
    lines = [line.strip() for line in shown.splitlines()]
    assert lines.index(starts) < lines.index(result.run.command)
    command = ["sh", "-c", f"exec {starts}"]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        assert mutant.url in server.stderr.readline()
        done = paste(result.run.command, elsewhere)
        server.terminate()
    assert (done.returncode, "BCAST-2" in done.stdout) == (1, True), done.stdout
