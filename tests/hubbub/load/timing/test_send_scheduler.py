from collections.abc import Callable

import gevent
import pytest
from gevent.event import Event

from hubbub.load.timing.clock import RunClock
from hubbub.load.timing.send_scheduler import SendScheduler

PATIENCE = 20.0
MS = 1_000_000


@pytest.fixture
def clock() -> RunClock:
    return RunClock()


@pytest.fixture
def scheduler(clock: RunClock) -> SendScheduler:
    return SendScheduler(clock)


def finish(greenlets: list[gevent.Greenlet]) -> None:
    gevent.joinall(greenlets, timeout=PATIENCE, raise_error=True)
    assert all(greenlet.ready() for greenlet in greenlets)


def test_nobody_is_woken_before_the_moment(clock: RunClock, scheduler: SendScheduler) -> None:
    early: list[int] = []

    def user(moment: int) -> None:
        scheduler.wait_until(moment)
        if clock.now() < moment:
            early.append(moment)

    start = clock.now()
    finish([gevent.spawn(user, start + (turn * 37 % 101) * MS) for turn in range(100)])
    assert early == []


def test_users_are_woken_in_the_order_of_their_moments(clock: RunClock, scheduler: SendScheduler) -> None:
    woken: list[int] = []
    start = clock.now() + 20 * MS

    def user(turn: int, moment: int) -> None:
        scheduler.wait_until(moment)
        woken.append(turn)

    finish([gevent.spawn(user, turn, start + turn % 10 * MS) for turn in range(50)])
    assert woken == sorted(range(50), key=lambda turn: turn % 10)


def test_a_moment_that_has_passed_still_lets_others_run(clock: RunClock, scheduler: SendScheduler) -> None:
    seen = Event()
    gevent.spawn(seen.set)
    with gevent.Timeout(PATIENCE):
        while not seen.is_set():
            scheduler.wait_until(clock.now() - MS)
    assert seen.is_set()


def test_who_is_late_by_many_messages_catches_up_at_once(clock: RunClock, scheduler: SendScheduler) -> None:
    """As many as may be woken at once need one turn of the event loop, not one each."""
    turns: list[int] = []
    woken: list[int] = []
    watcher = gevent.get_hub().loop.prepare()
    watcher.start(lambda: turns.append(1))

    def user() -> None:
        late = clock.now() - MS
        for turn in range(60):
            scheduler.wait_until(late)
            woken.append(turn)

    finish([gevent.spawn(user)])
    watcher.stop()
    assert woken == list(range(60))
    assert len(turns) < 20


def test_an_earlier_moment_does_not_wait_for_a_later_one(clock: RunClock, scheduler: SendScheduler) -> None:
    late = gevent.spawn(scheduler.wait_until, clock.now() + 1_000_000 * MS)
    gevent.sleep(0)
    finish([gevent.spawn(scheduler.wait_until, clock.now() + MS)])
    assert not late.ready()
    late.kill()


@pytest.mark.parametrize("end", [lambda user: user.kill(), lambda user: user.kill(OSError)])
def test_who_is_killed_while_waiting_is_not_woken(
    clock: RunClock, scheduler: SendScheduler, end: Callable[[gevent.Greenlet], None]
) -> None:
    moment = clock.now() + 30 * MS
    user = gevent.spawn(scheduler.wait_until, moment)
    gevent.sleep(0)
    end(user)
    assert user.ready()
    finish([gevent.spawn(scheduler.wait_until, moment + MS)])


def test_a_timeout_ends_the_waiting(clock: RunClock, scheduler: SendScheduler) -> None:
    with pytest.raises(gevent.Timeout), gevent.Timeout(0.01):
        scheduler.wait_until(clock.now() + 1_000_000 * MS)
    with gevent.Timeout(PATIENCE):
        scheduler.wait_until(clock.now() + MS)


def test_who_fails_does_not_keep_the_others_from_being_woken(
    clock: RunClock, scheduler: SendScheduler
) -> None:
    moment = clock.now() + MS

    def fail() -> None:
        scheduler.wait_until(moment)
        raise ZeroDivisionError

    failing = gevent.spawn(fail)
    finish([gevent.spawn(scheduler.wait_until, moment)])
    assert isinstance(failing.exception, ZeroDivisionError)
