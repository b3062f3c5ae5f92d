"""A load generator that was frozen for a while must not be trusted, and its lag says for how long it was."""

import signal
import time
from collections.abc import Callable
from typing import Any

import psutil
import pytest

from hubbub.load.measure.distribution import Distribution

Start = Callable[..., Any]
FROZEN = 2.0
"""For how long, in s: a quarter of the run."""
ONLY_LAG = "--max-lateness 600000 --max-cpu 9 --min-rate 0"


@pytest.mark.proof
def test_a_frozen_load_generator_makes_the_run_invalid_by_its_lag(
    chat_server: Any, start_load: Start
) -> None:
    options = f"--headless -u 6 -r 100 -t 8s --rooms 1 --rate 5 {ONLY_LAG} --host {chat_server.url}"
    load = start_load(*options.split())
    load.wait_for("All users spawned")
    load.process.send_signal(signal.SIGSTOP)
    time.sleep(FROZEN)
    load.process.send_signal(signal.SIGCONT)
    assert load.finish() == 4, load.output
    (worker,) = load.result.workers
    lag = Distribution.of(worker.loop_lag)
    assert lag.max >= 0.95 * FROZEN * 1e9
    assert lag.percentile(99) >= 0.8 * FROZEN * 1e9
    assert lag.percentile(90) >= 0.3 * FROZEN * 1e9
    assert any(reason.startswith("the event loop's lag was") for reason in load.result.verdict.reasons)
    assert load.wrong == {}


@pytest.mark.proof
def test_a_worker_that_is_taken_for_missing_and_comes_back_costs_the_server_no_blame(
    chat_server: Any, start_load: Start, two_processes: list[str]
) -> None:
    """What it sent before it was frozen is heard of late, by processes that have settled the time after."""
    options = f"--headless -u 12 -r 100 -t 14s --rooms 4 --rate 5 --host {chat_server.url}"
    load = start_load(*options.split(), *two_processes)
    load.wait_for("All users spawned")
    load.wait_for(" delivered/s")
    worker = psutil.Process(load.process.pid).children()[0]
    worker.suspend()
    load.wait_for("failed to send heartbeat")
    worker.resume()
    assert load.finish() == 4, load.output
    assert load.wrong == {}, load.output
    assert [each.users for each in load.result.workers] == [6, 6]
