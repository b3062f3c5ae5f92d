"""The whole suite while others keep the machine busy: a slow machine is not a slow server."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.examples.test_foreign_servers import EXAMPLES, NAMES, running

pytestmark = [pytest.mark.busy, pytest.mark.timeout(1800)]

WELL = {"PASS", "NOTE", "XFAIL", "N/A"}
AS_USERS_DO = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "", "PYTEST_ADDOPTS": ""}
COMES_AND_GOES = {"go": {"WS-14"}}
"""What a library breaks now and then (see examples/), so that no profile can tell of it."""


@pytest.fixture(autouse=True)
def busy_cores() -> Iterator[None]:
    """Have two busy processes for each core of the machine."""
    with ExitStack() as loads:
        for _ in range(2 * (os.cpu_count() or 1)):
            load = subprocess.Popen([sys.executable, "-c", "while True: pass"])
            loads.callback(load.wait)
            loads.callback(load.kill)
        yield


def odd(run: Any, name: str = "") -> dict[str, str]:
    """Return the verdicts that a server has not deserved, with what was said."""
    excused = COMES_AND_GOES.get(name, set())
    return {
        check.id: f"{check.verdict}: {check.message}"
        for check in run.result.checks
        if check.verdict not in WELL and check.requirement not in excused
    }


def test_a_busy_machine_is_not_the_bundled_servers_fault(run_suite: Any) -> None:
    run = run_suite(**AS_USERS_DO)

    assert odd(run) == {}, run.out
    assert run.code == 0


@pytest.mark.parametrize("name", NAMES)
def test_a_busy_machine_is_not_another_servers_fault(name: str, run_suite: Any, tmp_path: Path) -> None:
    profile = EXAMPLES / f"{name}.toml"
    with running(name) as url:
        run = run_suite("--url", url, "--profile", str(profile), folder=tmp_path / "result", **AS_USERS_DO)

    assert odd(run, name) == {}, run.out
