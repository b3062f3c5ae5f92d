"""A room's promises, with members that only keep what is written to them."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from reference_server.room import Room, Rooms
from reference_server.wire.shared_frames import UNCOMPRESSED


class Listener:
    """A member that keeps each write."""

    def __init__(self, wsid: str, window: int = UNCOMPRESSED) -> None:
        self.wsid = wsid
        self.name = wsid
        self.window = window
        self.writes: list[bytes] = []
        self.on_write: Callable[[], None] = lambda: None

    def write(self, frames: bytes) -> None:
        self.writes.append(frames)
        self.on_write()

    def heard(self) -> list[dict[str, Any]]:
        """The messages of all writes; their frames are short and plain."""
        data, messages = b"".join(self.writes), []
        while data:
            start = 2 if data[1] < 126 else 4
            size = data[1] if start == 2 else int.from_bytes(data[2:4], "big")
            messages.append(json.loads(data[start : start + size]))
            data = data[start + size :]
        return messages

    def chats(self) -> list[str]:
        return [message["Message"] for message in self.heard() if message["Type"] == "Chat"]


def in_a_loop(body: Callable[[], Awaitable[None]]) -> None:
    async def run() -> None:
        await body()

    asyncio.run(run())


async def turn() -> None:
    """Let the loop turn once."""
    await asyncio.sleep(0)
    await asyncio.sleep(0)


def test_what_one_loop_turn_brings_is_one_write_to_each_member() -> None:
    async def body() -> None:
        room, ann, bob = Room("a"), Listener("ann"), Listener("bob")
        room.join(ann)
        room.join(bob)
        await turn()
        before = len(ann.writes), len(bob.writes)
        for number in range(5):
            room.publish(ann, f"AAA{number}")
        await turn()
        assert (len(ann.writes), len(bob.writes)) == (before[0] + 1, before[1] + 1)
        assert ann.writes[-1] is bob.writes[-1], "the bytes are shared"

    in_a_loop(body)


def test_a_joiner_hears_status_first_and_nothing_from_before() -> None:
    async def body() -> None:
        room, ann, bob = Room("a"), Listener("ann"), Listener("bob")
        room.join(ann)
        room.publish(ann, "BEFO")
        room.join(bob)
        room.publish(ann, "AFTR")
        await turn()
        assert bob.heard()[0] == {"Type": "Status", "WSID": "bob"}
        assert bob.chats() == ["AFTR"]
        assert ann.chats() == ["BEFO", "AFTR"]

    in_a_loop(body)


def test_all_members_hear_all_senders_in_one_order() -> None:
    async def body() -> None:
        room = Room("a")
        members = [Listener(str(number)) for number in range(4)]
        for member in members:
            room.join(member)
        for number in range(20):
            room.publish(members[number * 7 % 4], f"{number:04}")
            if number % 3 == 0:
                await turn()
        await turn()
        assert [member.chats() for member in members] == [[f"{number:04}" for number in range(20)]] * 4

    in_a_loop(body)


def test_what_a_member_said_before_it_left_is_heard_by_the_rest() -> None:
    async def body() -> None:
        room, ann, bob = Room("a"), Listener("ann"), Listener("bob")
        room.join(ann)
        room.join(bob)
        room.publish(bob, "LAST")
        room.leave(bob)
        await turn()
        assert ann.chats() == ["LAST"]
        assert bob.chats() == []

    in_a_loop(body)


@pytest.mark.parametrize("change", ["join", "leave", "rename"])
def test_every_change_of_names_is_told(change: str) -> None:
    async def body() -> None:
        room, ann, bob = Room("a"), Listener("ann"), Listener("bob")
        room.join(ann)
        if change != "join":
            room.join(bob)
        await asyncio.sleep(0.1)
        ann.writes.clear()
        {
            "join": lambda: room.join(bob),
            "leave": lambda: room.leave(bob),
            "rename": lambda: room.rename(bob, "Bob"),
        }[change]()
        while not ann.writes:
            await turn()
        names = {"join": ["ann", "bob"], "leave": ["ann"], "rename": ["ann", "Bob"]}[change]
        assert ann.heard() == [{"Type": "userlist", "Users": [{"Name": name} for name in names]}]

    in_a_loop(body)


def test_a_hundred_joins_at_once_cost_few_userlists() -> None:
    async def body() -> None:
        room = Room("a")
        members = [Listener(str(number)) for number in range(100)]
        for member in members:
            room.join(member)
            await turn()
        expected = [{"Name": member.name} for member in members]
        while members[0].heard()[-1].get("Users") != expected:
            await asyncio.sleep(0.01)
        userlists = [message for message in members[0].heard() if message["Type"] == "userlist"]
        assert len(userlists) < 20

    in_a_loop(body)


def test_an_empty_room_is_forgotten_and_can_be_joined_anew() -> None:
    async def body() -> None:
        rooms, ann, bob = Rooms(Room), Listener("ann"), Listener("bob")
        first = rooms.join("a", ann)
        rooms.leave(first, ann)
        second = rooms.join("a", bob)
        assert second is not first
        assert list(second.members) == ["bob"]

    in_a_loop(body)


def test_a_room_whose_last_member_ends_as_another_joins_is_still_one_room() -> None:
    async def body() -> None:
        rooms, slow, ann, bob = Rooms(Room), Listener("slow"), Listener("ann"), Listener("bob")
        room = rooms.join("a", slow)
        room.publish(slow, "LAST")
        slow.on_write = lambda: rooms.leave(room, slow)
        assert rooms.join("a", ann) is rooms.join("a", bob)
        assert list(rooms.by_name["a"].members) == ["ann", "bob"]

    in_a_loop(body)


def test_members_of_different_windows_hear_the_same() -> None:
    async def body() -> None:
        room = Room("a")
        members = [Listener(f"{place}", window) for place, window in enumerate((0, 9, 12, 12))]
        for member in members:
            room.join(member)
        room.publish(members[0], "A" * 400)
        await turn()
        last = [member.writes[-1] for member in members]
        assert last[2] is last[3], "one compressed frame for all of one window"
        assert len(set(last)) == 3
        assert max(map(len, last)) == len(last[0])

    in_a_loop(body)
