from itertools import islice, pairwise

import pytest

from hubbub.load.workload.schedule import Kind, offsets

SECOND = 1_000_000_000
KINDS: list[Kind] = ["jitter", "fixed", "poisson", "burst"]
OWN: list[Kind] = ["jitter", "fixed", "poisson"]
"""The kinds by which each user has a schedule of its own."""


def first(count: int, kind: Kind, rate: float = 2.0, seed: int = 1, user: int = 0) -> list[int]:
    return list(islice(offsets(kind, rate, seed, user), count))


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_seed_and_user_give_the_same_schedule(kind: Kind) -> None:
    assert first(50, kind, seed=3, user=9) == first(50, kind, seed=3, user=9)


@pytest.mark.parametrize("kind", OWN)
def test_another_seed_or_user_gives_another_schedule(kind: Kind) -> None:
    assert len({tuple(first(5, kind, seed=seed, user=user)) for seed in (1, 2) for user in (0, 1)}) == 4


@pytest.mark.parametrize("kind", KINDS)
def test_a_schedule_runs_forward_from_its_start(kind: Kind) -> None:
    moments = first(500, kind)
    assert moments[0] >= 0
    assert all(before <= after for before, after in pairwise(moments))


def test_jitter_puts_one_message_into_each_period() -> None:
    periods = [moment // (SECOND // 2) for moment in first(100, "jitter", rate=2.0)]
    assert periods == list(range(100))


@pytest.mark.parametrize("rate", [0.1, 1.0, 250.0])
def test_poisson_keeps_the_rate_in_the_long_run(rate: float) -> None:
    assert first(20_000, "poisson", rate=rate)[-1] / SECOND == pytest.approx(20_000 / rate, rel=0.03)


@pytest.mark.parametrize("kind", ["fixed", "burst"])
def test_a_fixed_rate_and_bursts_keep_exactly_one_period_between_messages(kind: Kind) -> None:
    moments = first(1_000, kind, rate=8.0)
    assert {after - before for before, after in pairwise(moments)} <= {
        SECOND // 8 - 1,
        SECOND // 8,
        SECOND // 8 + 1,
    }
    assert 0 <= moments[0] < SECOND // 8
    assert moments[-1] - moments[0] == pytest.approx(999 * SECOND // 8, abs=1)


def test_all_members_of_a_room_burst_at_once_and_each_room_at_its_own_moment() -> None:
    moments = {
        (user, room): next(offsets("burst", 1.0, 1, user, room)) for user in range(3) for room in range(3)
    }
    assert len({moments[user, 0] for user in range(3)}) == 1
    assert len({moments[0, room] for room in range(3)}) == 3
