"""Signals in quick succession, hang-ups, the death of the master: no result is lost, and nobody goes on."""

import os
import signal
import sys
import time
from collections.abc import Callable
from typing import Any

import psutil
import pytest

Start = Callable[..., Any]
USERS = 4
FOR_LONG = f"--headless -u {USERS} -r 100 -t 10m --rooms 1 --rate 20".split()
LONG_BEFORE_LOCUST = 30.0
"""How long, in s, a worker may go on without its master at most; Locust's own takes a minute to notice."""

ENDS = {
    "Ctrl-C, one process": (1, [signal.SIGINT] * 5),
    "Ctrl-C": (2, [signal.SIGINT] * 5),
    "SIGTERM": (2, [signal.SIGTERM] * 3),
    "hang-up": (2, [signal.SIGHUP, signal.SIGHUP, signal.SIGINT]),
}
"""By what ends a run: in how many processes, and the signals that all of them get."""

HEARING = (
    sys.executable,
    "-c",
    "import os, signal, sys;signal.signal(signal.SIGHUP, signal.SIG_DFL);os.execv(sys.argv[1], sys.argv[1:])",
)
"""Starts a program that hears of hang-ups, even where ``nohup`` has started the tests."""

pytestmark = pytest.mark.proof


@pytest.fixture(scope="module")
def processes(free_port: Callable[[], str]) -> Callable[[int], list[str]]:
    """Return what gives the options that spread a load over so many processes."""

    def spread(count: int) -> list[str]:
        port = free_port()
        distributed = ["--processes", str(count), "--master-bind-port", port, "--master-port", port]
        return distributed if count > 1 else []

    return spread


@pytest.fixture(scope="module")
def runs(chat_server: Any, start_load: Start, processes: Callable[[int], list[str]]) -> dict[str, Any]:
    """All at once, for each is ended as soon as it has begun."""
    return {
        name: start_load(*FOR_LONG, "--host", chat_server.url, *processes(count), before=HEARING)
        for name, (count, _) in ENDS.items()
    }


@pytest.mark.parametrize("name", ENDS)
def test_whoever_asks_again_and_again_for_an_end_gets_the_whole_result(
    runs: dict[str, Any], name: str
) -> None:
    load, (count, signals) = runs[name], ENDS[name]
    load.wait_for("delivered/s")
    for each in signals:
        os.killpg(load.process.pid, each)
        time.sleep(0.05)
    code, result = load.finish(), load.result
    assert load.wrong == {}, load.output
    assert result.ledger.delivered == result.ledger.expected > 0
    assert len(result.workers) == count
    assert code == (0 if result.verdict.valid else 4), load.output
    assert "verdict      " in load.output
    assert "Traceback" not in load.output


def test_forked_workers_end_soon_after_their_master_was_killed(
    chat_server: Any, start_load: Start, processes: Callable[[int], list[str]]
) -> None:
    load = start_load(*FOR_LONG, "--host", chat_server.url, *processes(2))
    load.wait_for("delivered/s")
    workers = psutil.Process(load.process.pid).children()
    load.process.kill()
    _, alive = psutil.wait_procs(workers, LONG_BEFORE_LOCUST)
    assert not alive, load.output
    assert load.output.count("The master is gone") == 2


def test_a_worker_of_its_own_ends_soon_after_its_master_was_killed(
    chat_server: Any, start_load: Start, free_port: Callable[[], str]
) -> None:
    port = free_port()
    master = ("--master", "--expect-workers", "1", "--master-bind-port", port)
    conductor = start_load(*FOR_LONG, "--host", chat_server.url, *master)
    worker = start_load("--worker", "--master-port", port)
    conductor.wait_for("delivered/s")
    conductor.process.kill()
    assert worker.process.wait(LONG_BEFORE_LOCUST) == 1, worker.output
    assert "The master is gone: this worker stops its users, and ends." in worker.output
