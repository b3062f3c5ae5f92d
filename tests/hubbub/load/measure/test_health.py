import signal
import subprocess
import sys
from pathlib import Path
from time import sleep

import gevent
import pytest
from gevent import monkey

from hubbub.load.measure import health as module
from hubbub.load.measure.health import Health

ROOT = Path(__file__).parents[4]
MS = 1_000_000
block = monkey.get_original("time", "sleep")
"""Locust's import, in another test, makes the sleep of ``time`` let others go on."""
FROZEN = 1.0
"""How long, in s, a process is stopped."""

SAMPLING = """
import signal
import gevent
from gevent.event import Event
from hubbub.load.measure.health import Health

enough = Event()
gevent.signal_handler(signal.SIGTERM, enough.set)
health = Health()
gevent.sleep(0.06)
print("ready", flush=True)
enough.wait()
health.stop()
lag = health.loop_lag
print(*(lag.percentile(100 * (lag.count - late) / lag.count) for late in (1, 10, 18)))
"""
"""Samples until it is to end, and tells the 2nd, the 11th and the 19th of the longest lags."""


class Clock:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.now = 0

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(module, "monotonic_ns", clock)
    return clock


def test_a_blocked_event_loop_shows_as_lag() -> None:
    health = Health()
    gevent.sleep(0.06)
    block(0.3)
    gevent.sleep(0.06)
    health.stop()
    assert health.loop_lag.max > 200_000_000


def test_the_samples_that_a_freeze_kept_away_are_filled_in(clock: Clock) -> None:
    """Four of 25 seconds: one late sample among 421 would leave the 99th percentile where it was."""
    health = Health()
    gevent.sleep(0)
    for pause in [50] * 210 + [4050] + [50] * 210:
        clock.now += pause * MS
        health.sample()
    health.stop()
    lag = health.loop_lag
    assert lag.count == 500
    assert lag.max == 4000 * MS
    assert 3_750 * MS <= lag.percentile(99) <= 3_810 * MS
    assert 2_000 * MS <= lag.percentile(92) <= 2_010 * MS
    assert lag.percentile(84) == 0


def test_a_freeze_that_lasts_until_publishing_stops_counts_like_any_other(clock: Clock) -> None:
    health = Health()
    gevent.sleep(0)
    clock.now += 1050 * MS
    health.stop()
    assert (health.loop_lag.count, health.loop_lag.max) == (20, 1000 * MS)


def test_a_process_that_is_stopped_for_a_while_says_so() -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", SAMPLING], cwd=ROOT, stdout=subprocess.PIPE, encoding="utf-8"
    )
    assert child.stdout is not None
    with child:
        assert child.stdout.readline() == "ready\n"
        child.send_signal(signal.SIGSTOP)
        sleep(FROZEN)
        child.send_signal(signal.SIGCONT)
        child.terminate()
        told = child.stdout.read().split()
    for lag, at_least in zip(told, (0.9, 0.45, 0.05), strict=True):
        assert int(lag) >= (at_least - 0.05) * FROZEN * 1e9


def test_cpu_time_is_told_as_a_share_of_a_core_and_stands_still_after_the_end() -> None:
    health = Health()
    total = sum(number * number for number in range(300_000))
    health.stop()
    share = health.cpu_share
    gevent.sleep(0.05)
    assert total > 0
    assert 0.0 < share <= 1.1
    assert health.cpu_share == share
