from hubbub.load.exchange.status import StatusUpdate
from hubbub.load.web.live_holds import Holds
from tests.hubbub.load.status_updates import START, packed
from tests.hubbub.load.status_updates import update as update_at


def update(second: float, users: int, milliseconds: int) -> StatusUpdate:
    return update_at(
        second,
        users=users,
        members=users,
        latency=packed(milliseconds),
        lateness=packed(milliseconds),
    )


def told(*updates: tuple[str, float, int, int]) -> list[tuple[int, int]]:
    """How many deliveries each hold has, and the largest latency of them in ms."""
    holds = Holds(START)
    for worker, second, users, milliseconds in updates:
        holds.ingest(worker, update(second, users, milliseconds))
    return [(hold.latency.count, hold.latency.max // 1_000_000) for hold in holds]


def steady(begin: int, end: int, users: int, milliseconds: int) -> list[tuple[str, float, int, int]]:
    return [("a", second, users, milliseconds) for second in range(begin, end)]


def test_a_ramp_and_what_a_change_of_users_falls_into_is_of_no_hold() -> None:
    ramp = [("a", 1, 1, 900), ("a", 2, 2, 900), ("a", 3, 3, 900)]
    assert told(*ramp) == []
    assert told(*ramp, *steady(4, 8, 3, 10)) == []
    assert told(*ramp, *steady(4, 10, 3, 10)) == [(6, 10)]


def test_each_hold_has_its_own_latency() -> None:
    both = [*steady(1, 9, 5, 10), *steady(9, 16, 50, 30), *steady(16, 18, 5, 90)]
    assert told(*both) == [(7, 10), (6, 30)]


def test_all_processes_users_count() -> None:
    one = steady(1, 14, 5, 10)
    other = [("b", second + 0.5, 5 if second < 7 else 9, 20) for second in range(1, 14)]
    updates = sorted([*one, *other], key=lambda each: each[1])
    assert told(*updates) == [(10, 20), (11, 20)]


def test_of_very_many_holds_the_last_ones_are_kept() -> None:
    many = [each for users in range(1, 31) for each in steady(8 * users, 8 * users + 8, users, users)]
    assert [most for _, most in told(*many)] == list(range(21, 31))


def test_nobody_is_no_hold() -> None:
    assert told(*steady(1, 20, 0, 10)) == []
