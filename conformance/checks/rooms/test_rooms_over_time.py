"""ROOM: a room that is left and joined in the same instant, over and over, and each room in the end."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ...messages.matchers import names_of, userlist, userlist_of
from ...requirement import cases, requirement
from ...steps.common import expect_together
from ...steps.leaving import ALL_LEAVES, Leave
from ...wire.client import Client
from ...wire.wire import Wire

WAYS: Sequence[Leave] = tuple(ALL_LEAVES.values())
ROUNDS = 2 * len(WAYS)
"""Each way with one leaver, and with two."""


@dataclass
class Turnover:
    """A room of which all members leave while another joins."""

    room: str
    leavers: list[Client]
    joiner: Client
    """Its TCP connection stands, so that its handshake is sent the moment that it is asked for."""
    request: bytes
    way: Leave
    later: list[Client] = field(default_factory=list)

    def leave(self) -> None:
        """Let all leave, in one way."""
        for leaver in self.leavers:
            self.way(leaver)

    def join(self) -> None:
        """Send what is left of the handshake."""
        self.joiner.send_unrecorded(self.request)
        self.request = b""

    def begin_to_join(self) -> None:
        """Send the handshake but for its last bytes."""
        self.joiner.send_unrecorded(self.request[:-2])
        self.request = self.request[-2:]

    @property
    def members(self) -> list[Client]:
        """Who is there now."""
        return [self.joiner, *self.later]


Order = Callable[[Wire, Turnover], None]


def leave_then_join(wire: Wire, turnover: Turnover) -> None:
    """Leave, and join in the same instant."""
    del wire
    turnover.leave()
    turnover.join()


def join_then_leave(wire: Wire, turnover: Turnover) -> None:
    """Join, and leave in the same instant."""
    del wire
    turnover.join()
    turnover.leave()


def leave_amid_a_handshake(wire: Wire, turnover: Turnover) -> None:
    """Leave while half of the joiner's handshake has come."""
    turnover.begin_to_join()
    wire.pump()
    turnover.leave()
    turnover.join()


def end_a_handshake_then_leave(wire: Wire, turnover: Turnover) -> None:
    """Send the rest of the joiner's handshake, and leave."""
    turnover.begin_to_join()
    wire.pump()
    turnover.join()
    turnover.leave()


def join_once_left(wire: Wire, turnover: Turnover) -> None:
    """Join as soon as the end of those who leave shows, if it does."""
    turnover.leave()
    wire.wait(lambda: all(leaver.is_over for leaver in turnover.leavers), wire.deadlines.reaction)
    turnover.join()


def leave_once_joined(wire: Wire, turnover: Turnover) -> None:
    """Leave the moment that the joiner has its Status."""
    turnover.join()
    wire.expect_greeted(turnover.joiner)
    turnover.leave()


ORDERS: dict[str, Order] = {
    "leave-then-join": leave_then_join,
    "join-then-leave": join_then_leave,
    "leave-amid-a-handshake": leave_amid_a_handshake,
    "end-of-handshake-then-leave": end_a_handshake_then_leave,
    "join-once-left": join_once_left,
    "leave-once-joined": leave_once_joined,
}


@requirement("ROOM-8")
@cases("turn", ORDERS)
def test_a_room_that_is_left_while_another_joins_is_found(wire: Wire, turn: Order) -> None:
    """A room is one room for as long as anyone is in it or joins it: who joins while its last member leaves
    is found by all who join later, and is heard by them as they are by it.
    """
    turnovers = [begun(wire, number) for number in range(ROUNDS)]
    wire.wait(lambda: all(each.joiner.link.is_ready for each in turnovers))
    for turnover in turnovers:
        turn(wire, turnover)
        wire.pump()
    wire.expect_greeted(*[each.joiner for each in turnovers])
    for turnover in turnovers:
        turnover.later.append(wire.join(turnover.room))
        expect_together(wire, *turnover.members)
    expect_lists(wire, turnovers)
    for turnover in turnovers:  # and once more, a moment later
        turnover.later.append(wire.join(turnover.room))
    for turnover in turnovers:
        for speaker in turnover.members:
            wire.expect_chat(speaker.say(), *turnover.members)
    expect_lists(wire, turnovers)


def begun(wire: Wire, number: int) -> Turnover:
    """Return a room of one or two members who are to leave, and one who is to join."""
    room = wire.new_room()
    leavers = wire.join_many(*[room] * (1 + number // len(WAYS)))
    target = wire.target.of_room(room)
    joiner = wire.dial(room, target)
    return Turnover(room, leavers, joiner, wire.request(target).encode(), WAYS[number % len(WAYS)])


def expect_lists(wire: Wire, turnovers: Sequence[Turnover]) -> None:
    """Fail unless each room's members are shown those who are there, and nobody else."""
    if "presence" in wire.transcript.head.lacks:
        return
    size = len(turnovers[0].members)
    members = [member for turnover in turnovers for member in turnover.members]
    wire.until(
        lambda: all(latest_list(member) == ["unknown"] * size for member in members),
        f"the latest list of each is {userlist_of(*['unknown'] * size)!r}",
        *[member for member in members if latest_list(member) != ["unknown"] * size][:1],
        within=wire.deadlines.presence,
    )


def latest_list(client: Client) -> list[str] | None:
    """Return the names in the client's latest userlist; None before the first."""
    lists = client.received(userlist())
    return sorted(names_of(lists[-1])) if lists else None


# ROOM-6


@requirement("ROOM-6", "emptied-in-each-way")
def test_a_room_is_empty_however_its_last_member_left(wire: Wire) -> None:
    """A room whose last member left can be joined anew and is empty."""
    rooms = {wire.new_room(): way for way in WAYS}
    first = [wire.join_many(room, room) for room in rooms]
    said = [[member.say(Author=wire.new_name()) for member in members] for members in first]
    for members, words in zip(first, said, strict=True):
        for member in members:
            wire.expect_all(member, *words)
    for members, way in zip(first, rooms.values(), strict=True):
        for member in members:
            way(member)
    wire.wait(lambda: all(each.is_over for members in first for each in members), wire.deadlines.reaction)
    joiners = [wire.join(room) for room in rooms]
    if "presence" not in wire.transcript.head.lacks:
        for joiner in joiners:
            wire.expect(joiner, userlist_of("unknown"), within=wire.deadlines.presence)
    for joiner, words in zip(joiners, said, strict=True):
        wire.fence(joiner)
        for each in words:
            wire.expect_none(joiner, each.as_chat_anywhere)


BATCHES, OF_A_BATCH = 5, 50


@requirement("ROOM-6", "many-in-turn")
def test_hundreds_of_rooms_in_turn_work(wire: Wire) -> None:
    """100 rooms at once work, however many there were before, and however they were left."""
    for _ in range(BATCHES):
        rooms = [wire.new_room() for _ in range(OF_A_BATCH)]
        for number, member in enumerate(wire.join_many(*rooms)):
            WAYS[number % len(WAYS)](member)
    room = wire.new_room()
    expect_together(wire, *wire.join_many(room, room))
