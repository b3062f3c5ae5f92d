import pytest

from hubbub.load.workload.room_map import RoomMap, RoomSizeKind, RoomSizes


def spread(kind: RoomSizeKind, rooms: int, users: int, seed: int = 1, **more: float) -> list[int]:
    sizes = RoomSizes(kind, rooms, more.get("exponent", 1.0), more.get("hot", 0.8))
    return RoomMap(sizes, seed).sizes(users)


def test_even_rooms_differ_by_one_at_most() -> None:
    assert spread("even", 3, 7) == [3, 2, 2]


@pytest.mark.parametrize("users", [40, 997, 10_000])
def test_of_a_hot_room_and_others_each_has_its_share(users: int) -> None:
    hot, *others = spread("hot", 11, users)
    assert hot == pytest.approx(0.8 * users, abs=2)
    assert max(others) - min(others) <= 3
    assert sum(others) == users - hot


@pytest.mark.parametrize("exponent", [0.0, 0.8, 1.0, 2.0])
@pytest.mark.parametrize("users", [100, 5_000])
def test_zipfs_law_gives_each_rank_its_share(exponent: float, users: int) -> None:
    weights = [1 / rank**exponent for rank in range(1, 21)]
    expected = [users * weight / sum(weights) for weight in weights]
    sizes = spread("zipf", 20, users, exponent=exponent)
    assert sum(sizes) == users
    assert sizes == pytest.approx(expected, abs=3)


def test_the_shares_hold_at_every_moment_of_the_ramp() -> None:
    for users in range(1, 300):
        assert spread("hot", 4, users)[0] == pytest.approx(0.8 * users, abs=2)


def test_the_same_seed_gives_the_same_rooms_and_another_gives_others() -> None:
    sizes = RoomSizes("zipf", 10, 1.0, 0.8)
    rooms = [[RoomMap(sizes, seed).room(user) for user in range(50)] for seed in (1, 1, 2)]
    assert rooms[0] == rooms[1] != rooms[2]


@pytest.mark.parametrize("kind", ["even", "zipf", "hot"])
def test_of_one_room_all_are_members(kind: RoomSizeKind) -> None:
    assert spread(kind, 1, 9) == [9]


@pytest.mark.parametrize("hot", [0.0, 1.0])
def test_a_share_of_nothing_or_all_is_just_that(hot: float) -> None:
    assert spread("hot", 3, 60, hot=hot)[0] == 60 * hot
