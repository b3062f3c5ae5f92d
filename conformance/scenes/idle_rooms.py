"""What time does to members and rooms that were well: one scene, in which nothing is done for a while.

Each case has a room of its own. Something is done to the room, those who are in it then idle together for
the suite's idle time, and at the end each room is looked at: a newcomer joins, and all hear all, once.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ..findings import Broken
from ..messages.matchers import names_of, userlist
from ..steps.leaving import Leave, close, fin, fin_in_a_frame, reset
from ..wire.client import Client
from ..wire.descriptions import describe
from ..wire.messages import Said
from ..wire.wire import Wire

UNNAMED = "unknown"


@dataclass
class Room:
    """One case's room."""

    name: str
    is_found: bool = True
    """Whether a newcomer joins it at the end."""
    there: list[tuple[Client, str]] = field(default_factory=list)
    """Those who are in it to the end, and their names."""
    said: list[Said] = field(default_factory=list)
    """What was said at the end."""
    wrong: str = ""
    """What was found wrong there; empty where all was well."""

    @property
    def members(self) -> list[Client]:
        """Those who are in it to the end."""
        return [member for member, _ in self.there]

    @property
    def names(self) -> list[str]:
        """What a userlist is to show."""
        return sorted(name for _, name in self.there)

    def missing(self) -> str:
        """Return in words what somebody in it should have received and has not, empty if all is there."""
        for member in self.members:
            for each in self.said:
                times = len(member.received(each.as_chat_anywhere))
                if times != 1:
                    return f"{each.as_chat!r} came to {member} {times} times; {describe(member)}"
        return ""

    def misses(self) -> bool:
        """Whether anything is still to come."""
        return any(
            not member.received(each.as_chat_anywhere) for member in self.members for each in self.said
        )


Deed = Callable[[Wire, Room], None]


# What is done to rooms


def idle(number: int) -> Deed:
    """Return the deed of joining, so many at once, and no more."""

    def join(wire: Wire, room: Room) -> None:
        room.there += [(member, UNNAMED) for member in wire.join_many(*[room.name] * number)]

    return join


def left_by_one(wire: Wire, room: Room) -> None:
    """Of two members one leaves."""
    ann, bob = wire.join_many(room.name, room.name)
    room.there.append((bob, UNNAMED))
    wire.leave(ann)


def taken_over(leave: Leave) -> Deed:
    """Return the deed of leaving a room empty while another joins it."""

    def take_over(wire: Wire, room: Room) -> None:
        ann = wire.join(room.name)
        leave(ann)
        room.there.append((wire.join(room.name), UNNAMED))

    return take_over


def taken_over_later(wire: Wire, room: Room) -> None:
    """A room is empty for a moment before another joins it."""
    wire.leave(wire.join(room.name))
    wire.idle(wire.deadlines.reaction)
    room.there.append((wire.join(room.name), UNNAMED))


def taken_over_twice(wire: Wire, room: Room) -> None:
    """A room is left empty twice."""
    for _ in range(2):
        wire.leave(wire.join(room.name))
    room.there.append((wire.join(room.name), UNNAMED))


def came_back(leave: Leave) -> Deed:
    """Return the deed of leaving and coming back under the same name."""

    def come_back(wire: Wire, room: Room) -> None:
        name = wire.new_name()
        ann, bob = wire.join_many(room.name, room.name)
        wire.expect_chat(ann.say(Author=name), ann, bob)
        leave(ann)
        again = wire.join(room.name)
        wire.expect_chat(again.say(Author=name), again, bob)
        room.there += [(again, name), (bob, UNNAMED)]

    return come_back


def came_before_it_left(wire: Wire, room: Room) -> None:
    """Somebody is there under a name when another connection that has it breaks off."""
    name = wire.new_name()
    old, ann, bob = wire.join_many(*[room.name] * 3)
    for each in (old, ann):
        wire.expect_chat(each.say(Author=name), each, bob)
    old.reset()
    room.there += [(ann, name), (bob, UNNAMED)]


IDLE = "two"
"""The case of those who idle among themselves: they stay members (BCAST-13)."""

EMPTY_FOR_A_WHILE = "empty-for-a-while"
"""The case of rooms that are empty one after the other, for who looks at all rooms now and then."""
STEPS, EMPTIED = 5, 3
"""In so many steps the time passes, and in so many of them a room is empty."""

ROOMS: dict[str, Deed] = {
    "idle": idle(2),
    "idle-alone": idle(1),
    "left-by-one": left_by_one,
    "taken-over-by-Close": taken_over(close),
    "taken-over-by-FIN": taken_over(fin),
    "taken-over-by-reset": taken_over(reset),
    "taken-over-later": taken_over_later,
    "taken-over-twice": taken_over_twice,
}
"""Rooms in which somebody is are not removed (ROOM-8)."""

RETURNS: dict[str, Deed] = {
    "Close": came_back(close),
    "FIN-in-a-frame": came_back(fin_in_a_frame),
    "reset": came_back(reset),
    "before-it-left": came_before_it_left,
}
"""Who came back is a member like any other (BCAST-19)."""


def play(wire: Wire) -> dict[str, Room]:
    """Do what is done to each room, idle, and look at each; return them by case."""
    deeds = {IDLE: idle(2), **ROOMS, **RETURNS}
    rooms = {case: Room(wire.new_room(), is_found=case != IDLE) for case in deeds}
    for case, deed in deeds.items():
        deed(wire, rooms[case])
    emptied = [Room(wire.new_room()) for _ in range(EMPTIED)]
    _idle(wire, emptied)
    for room in rooms.values():
        closed = [member for member in room.members if not member.is_open]
        if closed:
            room.wrong = f"an idle connection ended: {closed[0].end or closed[0].close_code}"
    _look(wire, [room for room in (*rooms.values(), *emptied) if not room.wrong])
    worst = next((room for room in emptied if room.wrong), emptied[0])
    return {**rooms, EMPTY_FOR_A_WHILE: worst}


def _idle(wire: Wire, emptied: Sequence[Room]) -> None:
    """Let the time pass, in which each of these rooms is left empty for a step, and then joined."""
    members = [wire.join(room.name) for room in emptied]
    for step in range(STEPS):
        if step < EMPTIED:
            wire.leave(members[step])
        wire.idle(wire.deadlines.idle / STEPS)
        if step < EMPTIED:
            emptied[step].there.append((wire.join(emptied[step].name), UNNAMED))


def _look(wire: Wire, rooms: Sequence[Room]) -> None:
    """Let a newcomer join each room, and all say something to all, once."""
    for room in [room for room in rooms if room.is_found]:
        room.there.append((wire.join(room.name), UNNAMED))
    for _ in range(2):  # the second time is the fence behind which nothing of the first comes again
        for room in rooms:
            room.said += [member.say() for member in room.members]
        _await(wire, "all hear all", lambda: not any(room.misses() for room in rooms))
    for room in rooms:
        room.wrong = room.missing()
    if "presence" not in wire.transcript.head.lacks:
        _look_at_lists(wire, rooms)


def _look_at_lists(wire: Wire, rooms: Sequence[Room]) -> None:
    def latest(member: Client) -> list[str]:
        return sorted(names_of((member.received(userlist()) or [{}])[-1]))

    def is_listed(room: Room) -> bool:
        return all(latest(member) == room.names for member in room.members)

    within = wire.deadlines.presence
    _await(wire, "the userlists show who is there", lambda: all(map(is_listed, rooms)), within)
    for room in rooms:
        for member in room.members:
            if not room.wrong and latest(member) != room.names:
                room.wrong = f"{member}'s userlist shows {latest(member)} instead of {room.names}"


def _await(wire: Wire, allowed: str, met: Callable[[], bool], within: float | None = None) -> None:
    """Wait as a check would, and leave it to the rooms to tell what was in vain."""
    try:
        wire.until(met, allowed, within=within)
    except Broken:
        return
