"""PRES: the userlist of a room that never rests. Every deadline here is the protocol's."""

from collections import deque
from collections.abc import Callable, Iterator

from ...messages.matchers import userlist
from ...requirement import cases, requirement
from ...steps.userlists import give_names, latest_list
from ...wire.client import Client
from ...wire.wire import Wire

GAP = 0.005
"""Seconds between two changes: a server that waits longer for a room to rest waits for ever."""
MOST = 400
"""So many changes by one member at most: no server may limit so many (SEC-5)."""
COMERS = 250
AT_ONCE = 5
"""So many passers-by are there at once."""
TURN = 0.05
"""Seconds between two looks at what has come."""

Unrest = Iterator[None]
"""What goes on in a room: everybody is there after the first ``next``, and each further one is a change."""


def renames(wire: Wire, room: str) -> Unrest:
    """Two members rename themselves by their messages."""
    members = wire.join_many(room, room)
    yield
    for number in range(MOST):
        for member in members:
            member.say(Author=f"{member.name}-{number}")
            yield


def renames_alone(wire: Wire, room: str) -> Unrest:
    """Two members rename themselves without a message."""
    wire.needs("nick")
    members = wire.join_many(room, room)
    yield
    for number in range(MOST):
        for member in members:
            member.rename(f"{member.name}-{number}")
            yield


def talk(wire: Wire, room: str) -> Unrest:
    """Two members talk, which changes nothing that a userlist shows."""
    members = wire.join_many(room, room)
    yield
    for _ in range(MOST):
        for member in members:
            member.say()
            yield


def comers(wire: Wire, room: str) -> Unrest:
    """Others come, and stay."""
    yield
    for _ in range(COMERS):
        wire.begin(room)
        yield


def passers_by(wire: Wire, room: str) -> Unrest:
    """Others come, and leave a moment later."""
    there: deque[Client] = deque()
    yield
    for number in range(MOST):
        if number % 2:
            there.append(wire.begin(room))
        elif len(there) > AT_ONCE and there[0].is_open:
            there.popleft().send_close()
        yield


UNREST = {
    "renames": renames,
    "renames-alone": renames_alone,
    "talk": talk,
    "comers": comers,
    "passers-by": passers_by,
}
Begin = Callable[[Wire, str], Unrest]


@requirement("PRES-2", "join-while")
@cases("begin", UNREST)
def test_a_join_shows_though_the_room_never_rests(wire: Wire, begin: Begin) -> None:
    """After a join, every member's latest userlist equals the names of the live members, within the
    deadline: what follows makes no list wait longer.
    """
    room = wire.new_room()
    ann = wire.join(room)
    unrest = started(wire, begin(wire, room), ann)
    before = len(ann.messages)
    bob = wire.join(room)
    expect_meanwhile(
        wire,
        unrest,
        f"{ann} and {bob} receive a userlist after {bob} has joined",
        lambda: bool(ann.received(userlist(), before) and bob.received(userlist())),
        ann,
        bob,
    )


@requirement("PRES-2", "leave-while")
@cases("begin", UNREST)
def test_a_leave_shows_though_the_room_never_rests(wire: Wire, begin: Begin) -> None:
    """After a leave, every member's latest userlist equals the names of the live members, within the
    deadline: what follows makes no list wait longer.
    """
    room = wire.new_room()
    ann, bob = wire.join_many(room, room)
    name, *_ = give_names(wire, bob)
    unrest = started(wire, begin(wire, room), ann)
    bob.send_close()
    gone = f"{ann}'s latest userlist is without {name!r}"
    expect_meanwhile(wire, unrest, gone, lambda: name not in (latest_list(ann) or ()), ann)


@requirement("PRES-3", "while")
@cases("begin", UNREST)
def test_a_rename_shows_though_the_room_never_rests(wire: Wire, begin: Begin) -> None:
    """A rename shows in the userlist within the deadline: what follows makes no list wait longer."""
    room = wire.new_room()
    ann, bob = wire.join_many(room, room)
    unrest = started(wire, begin(wire, room), ann)
    name = wire.new_name()
    bob.say(Author=name)
    expect_meanwhile(
        wire,
        unrest,
        f"the latest userlist of {ann} and {bob} has {name!r}",
        lambda: all(name in (latest_list(member) or ()) for member in (ann, bob)),
        ann,
        bob,
    )


def started(wire: Wire, unrest: Unrest, ann: Client) -> Unrest:
    """Wait until a userlist shows all who are there, and begin: no list is on its way any more."""
    next(unrest)
    number = sum(client.is_open for client in wire.clients)
    wire.until(
        lambda: len(latest_list(ann) or ()) == number,
        f"{ann}'s latest userlist is of {number} members",
        ann,
        within=wire.deadlines.presence,
    )
    next(unrest)
    return unrest


def expect_meanwhile(
    wire: Wire, unrest: Unrest, allowed: str, met: Callable[[], bool], ann: Client, *others: Client
) -> None:
    """Wait until something shows, within the userlist's deadline, while the unrest goes on."""
    gap = max(GAP, wire.deadlines.presence / MOST)

    def is_met() -> bool:
        until = wire.now + TURN
        while wire.now < until and not met():
            next(unrest, None)
            wire.idle(gap)
        # An answer comes at once, so that the room has no rest before the next look.
        ann.ping()
        next(unrest, None)
        return met()

    wire.until(is_met, f"{allowed}, while the room never rests", ann, *others, within=wire.deadlines.presence)
