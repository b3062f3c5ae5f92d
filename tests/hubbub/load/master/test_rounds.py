"""How long the drain's end is waited for, by a clock of its own, where a process does not answer."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from hubbub.load.exchange.names import BUSY, REPORT, SETTLE
from hubbub.load.master import rounds as drain
from hubbub.load.master.fanout_book import FanoutBook
from hubbub.load.master.rounds import RoundCoordinator

Say = Callable[[float], None]


class StubRunner:
    """The only process of a run, whose messages the test sends; it answers nothing that ``says`` does not."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 0.0
        self.asked: dict[str, float] = {}
        self.says: Callable[[StubRunner], None] = lambda _: None
        self._listeners: dict[str, Callable[..., None]] = {}
        monkeypatch.setattr(drain, "monotonic", lambda: self.now)
        monkeypatch.setattr(drain, "gevent", SimpleNamespace(sleep=self._sleep))

    def register_message(self, kind: str, listener: Callable[..., None]) -> None:
        self._listeners[kind] = listener

    def send_message(self, kind: str, _data: bytes = b"") -> None:
        self.asked[kind] = self.now

    def hear(self, kind: str, data: dict[str, Any]) -> None:
        self._listeners[kind](msg=SimpleNamespace(node_id="local", data=data))

    def busy(self, seconds: float, awaited: int) -> None:
        self.hear(BUSY, {"seconds": seconds, "awaited": awaited})

    def _sleep(self, seconds: float) -> None:
        self.now += seconds
        self.says(self)


@pytest.fixture
def runner(monkeypatch: pytest.MonkeyPatch) -> StubRunner:
    return StubRunner(monkeypatch)


def settled_for(runner: StubRunner, seconds: float) -> tuple[float, RoundCoordinator]:
    """Let a drain of so many seconds run; return for how long its end was waited for, and the drain."""
    side = RoundCoordinator(runner)  # type: ignore[arg-type]  # as much of a runner as it takes
    side.run(("local",), seconds, FanoutBook(0))
    return runner.asked[REPORT] - runner.asked[SETTLE], side


def once_a_second(say: Callable[[StubRunner], None]) -> Callable[[StubRunner], None]:
    last = [0.0]

    def tick(runner: StubRunner) -> None:
        if SETTLE in runner.asked and REPORT not in runner.asked and runner.now - last[0] >= 1:
            last[0] = runner.now
            say(runner)

    return tick


def test_whoever_is_not_busy_has_no_longer_than_was_asked_for(runner: StubRunner) -> None:
    waited, side = settled_for(runner, 3)
    assert waited == pytest.approx(3, abs=0.1)
    assert side.cut == 0.0


def test_whoever_reads_what_is_awaited_has_the_time_that_this_takes(runner: StubRunner) -> None:
    left = iter(range(30, 0, -1))

    def come_nearer(process: StubRunner) -> None:
        awaited = next(left, 0)
        if awaited:
            process.busy(1.0, awaited)
        else:
            process.hear(SETTLE + "-answer", {})

    runner.says = once_a_second(come_nearer)
    waited, side = settled_for(runner, 1)
    assert 30 < waited < 33
    assert side.cut == 0.0


def test_whoever_reads_without_end_what_nobody_awaits_is_cut_short(runner: StubRunner) -> None:
    runner.says = once_a_second(lambda process: process.busy(1.0, 7))
    waited, side = settled_for(runner, 1)
    assert 11 < waited < 14
    assert side.cut == pytest.approx(waited, abs=0.1)


def test_a_server_that_sends_what_is_awaited_drop_by_drop_is_cut_short_too(runner: StubRunner) -> None:
    left = iter(range(1_000_000, 0, -1))
    runner.says = once_a_second(lambda process: process.busy(1.1, next(left)))
    waited, side = settled_for(runner, 1)
    assert 60 < waited < 63
    assert side.cut > 0


def test_what_a_process_fails_with_is_kept_and_costs_no_others_report(runner: StubRunner) -> None:
    def fail(process: StubRunner) -> None:
        process.hear(REPORT + "-answer", {"failure": "Traceback\n  here\nMemoryError\n"})

    runner.says = fail
    _, side = settled_for(runner, 0)
    assert side.failures == ["Traceback\n  here\nMemoryError\n"]


def test_who_is_in_a_hurry_waits_a_moment(runner: StubRunner) -> None:
    def hurry(_: StubRunner) -> None:
        side.hurry()

    side = RoundCoordinator(runner)  # type: ignore[arg-type]  # as much of a runner as it takes
    runner.says = once_a_second(hurry)
    side.run(("local",), 30, FanoutBook(0))
    assert runner.asked[REPORT] - runner.asked[SETTLE] < 4
    assert runner.now - runner.asked[REPORT] < 25
    assert side.cut == 0.0
