import pytest

from hubbub.load.workload.room_map import RoomMap, RoomSizeKind, RoomSizes
from hubbub.load.workload.targets import Target, target_of, targets


def test_a_target_knows_where_it_is() -> None:
    assert [target.address for target in targets("ws://h/,wss://h/,ws://[::1]:9/")] == [
        ("h", 80),
        ("h", 443),
        ("::1", 9),
    ]


def test_a_label_holds_no_secret() -> None:
    assert Target("ws://ann:pass@h:1/x?y=z").label == "ws://h:1/x?y=..."


@pytest.mark.parametrize("kind", ["even", "zipf", "hot"])
@pytest.mark.parametrize("rooms", [1, 2, 3, 10])
@pytest.mark.parametrize("count", [2, 3, 4])
def test_every_room_has_members_on_all_targets_and_all_targets_as_many(
    kind: RoomSizeKind, rooms: int, count: int
) -> None:
    users, spread = 2400, RoomMap(RoomSizes(kind, rooms, 1.0, 0.8), 1)
    members = {(spread.room(user), target_of(user, rooms, count)) for user in range(users)}
    assert members == {(room, target) for room in range(rooms) for target in range(count)}
    loads = [target_of(user, rooms, count) for user in range(users)]
    assert all(abs(loads.count(target) - users / count) <= rooms for target in range(count))


def test_where_rooms_outnumber_users_all_targets_are_used() -> None:
    assert {target_of(user, 1000, 3) for user in range(6)} == {0, 1, 2}
