"""Servers that are not there, let nobody in, or die: the run ends by itself, and its verdict says why."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

Start = Callable[..., Any]
USERS = 6
FOR_LONG = f"--headless -u {USERS} -r 100 -t 10m --rooms 2 --rate 5 --connect-timeout 1".split()
"""Nobody waits for its ten minutes: it ends when no user takes part any more."""

NOBODY = {
    "refuse": ("handshake refused: HTTP 503", "it is not ready, or takes no more connections"),
    "never-greet": ("no Status", "no Status within 1 s"),
    "closed port": ("no connection: Connection refused", "Connection refused"),
}
"""What keeps everybody out, the kind of error that it is counted as, and what is said of it."""

Runs = dict[str, Any]


@pytest.fixture(scope="module")
def closed_port(start_mutant: Start) -> str:
    """A URL where something listened a moment ago."""
    mutant = start_mutant("refuse")
    mutant.record()
    return str(mutant.url)


@pytest.fixture(scope="module")
def runs(start_load: Start, start_mutant: Start, closed_port: str) -> Runs:
    """All at once, for they mostly wait."""
    urls = {"closed port": closed_port}
    urls |= {fault: start_mutant(fault).url for fault in ("refuse", "never-greet")}
    urls["die-midway"] = start_mutant("die-midway", "--every", "50").url
    return {name: start_load(*FOR_LONG, "--host", url) for name, url in urls.items()}


@pytest.mark.parametrize("trouble", NOBODY)
def test_where_nobody_gets_in_nothing_was_measured(runs: Runs, trouble: str) -> None:
    load = runs[trouble]
    assert load.finish() == 1, load.output
    kind, words = NOBODY[trouble]
    result = load.result
    connections = result.connections
    assert (connections.attempted, connections.opened, connections.failed) == (USERS, 0, USERS)
    assert [(error.kind, error.count) for error in result.errors] == [(kind, USERS)]
    assert words in result.verdict.reasons[0]
    assert result.verdict.reasons[0] in " ".join(load.output.split())
    assert not result.verdict.correct
    assert "Traceback" not in load.output


def test_a_server_that_dies_midway_is_counted_connection_by_connection(runs: Runs) -> None:
    load = runs["die-midway"]
    assert load.finish() == 3, load.output
    result = load.result
    assert (result.connections.opened, result.connections.lost) == (USERS, USERS)
    assert result.connections.closes == {"none": USERS}
    assert f"the server ended {USERS} of {USERS} connections" in result.verdict.reasons
    assert 0 < result.ledger.delivered < 50
    assert result.ledger.delivered + result.ledger.lost == result.ledger.expected
    assert "Traceback" not in load.output


@pytest.fixture(scope="module")
def long_runs(chat_server: Any, start_load: Start, two_processes: list[str]) -> dict[int, Any]:
    """By the number of their processes."""
    options = f"--headless -u {USERS} -r 100 -t 10m --rooms 1 --rate 20 --host {chat_server.url}".split()
    return {1: start_load(*options), 2: start_load(*options, *two_processes)}


@pytest.mark.parametrize("processes", [1, 2])
def test_ctrl_c_ends_a_run_early_and_loses_nothing_that_was_measured(
    long_runs: dict[int, Any], processes: int
) -> None:
    load = long_runs[processes]
    load.wait_for("delivered/s")
    load.interrupt()
    code, result = load.finish(), load.result
    assert load.wrong == {}, load.output
    assert result.ledger.delivered == result.ledger.expected > 0
    assert code == (0 if result.verdict.valid else 4), load.output
    assert "Traceback" not in load.output
    assert sum(second.sent for second in result.seconds) == result.ledger.published


LATE = """
import gevent
from locust import events
from locust.runners import WorkerRunner

@events.init.add_listener
def begin_late(runner, **_):
    if isinstance(runner, WorkerRunner):
        gevent.sleep(1.0)
"""


def test_workers_that_begin_late_take_part(
    chat_server: Any, start_load: Start, two_processes: list[str], tmp_path: Path
) -> None:
    """Locust starts users on workers whose ``init`` is not over; busy machines are slow there."""
    late = tmp_path / "late.py"
    late.write_text(LATE, encoding="utf-8")
    files = f"{late},loadtests/"
    options = f"-f {files} --headless -u {USERS} -r 100 -t 4s --rooms 1 --host {chat_server.url}"
    load = start_load(*options.split(), *two_processes)
    load.finish()
    assert [worker.users for worker in load.result.workers] == [USERS // 2] * 2, load.output
    assert load.result.ledger.delivered == load.result.ledger.expected > 0


@pytest.mark.proof
def test_a_worker_that_is_killed_makes_the_run_invalid(
    chat_server: Any, start_load: Start, two_processes: list[str]
) -> None:
    options = f"--headless -u {USERS} -r 100 -t 10s --rooms 1 --rate 20 --host {chat_server.url}".split()
    load = start_load(*options, *two_processes)
    load.wait_for("delivered/s")
    psutil.Process(load.process.pid).children()[0].kill()
    assert load.finish() == 4, load.output
    result = load.result
    assert load.wrong == {}, load.output
    assert "1 load-generating process(es) did not report" in result.verdict.reasons
    assert [worker.users for worker in result.workers] == [USERS // 2]
    assert result.ledger.delivered == result.ledger.expected > 0
