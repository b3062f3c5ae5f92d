"""PRES: the user list. Every deadline here is the protocol's: 2 s, unless the profile sets another."""

from ...messages.matchers import brief, userlist, userlist_with
from ...requirement import cases, requirement
from ...steps.leaving import LEAVES, Leave, close, fin, reset
from ...steps.userlists import UNNAMED, expect_list, give_names
from ...wire.wire import Wire


@requirement("PRES-1")
def test_a_joiner_receives_a_list_that_includes_itself(wire: Wire) -> None:
    """A joiner receives a userlist that includes itself, within the deadline."""
    room = wire.new_room()
    for _ in range(3):
        joiner = wire.join(room)
        wire.expect_so_far(joiner, userlist_with(UNNAMED), within=wire.deadlines.presence)
        if "nick" not in wire.transcript.head.lacks:
            give_names(wire, joiner)  # so that the next one without a name is the joiner itself


@requirement("PRES-1", "same-as-before")
def test_a_joiner_receives_a_list_that_others_have_already(wire: Wire) -> None:
    """A joiner receives a userlist that includes itself, within the deadline: also where it takes the place
    of another, so that the list is as it was.
    """
    room = wire.new_room()
    ann, bob = wire.join_many(room, room)
    expect_list(wire, UNNAMED, UNNAMED, at=[ann, bob])
    for _ in range(3):
        bob.send_close()
        bob = wire.join(room)
        wire.expect_so_far(bob, userlist_with(UNNAMED), within=wire.deadlines.presence)
        expect_list(wire, UNNAMED, UNNAMED, at=[ann, bob])


# PRES-2


@requirement("PRES-2", "join")
def test_the_list_follows_each_join(wire: Wire) -> None:
    """After a join, a clean leave or an abrupt leave, every member's latest userlist equals the names of the
    live members as a multiset (nameless ones as `unknown`), within the deadline.
    """
    room = wire.new_room()
    ann = wire.join(room)
    expect_list(wire, UNNAMED, at=[ann])
    bob = wire.join(room)
    expect_list(wire, UNNAMED, UNNAMED, at=[ann, bob])
    names = give_names(wire, ann)
    cy = wire.join(room)
    expect_list(wire, *names, UNNAMED, UNNAMED, at=[ann, bob, cy])


@requirement("PRES-2", "same-names")
def test_the_list_is_a_multiset(wire: Wire) -> None:
    """Every member's latest userlist equals the names of the live members as a multiset."""
    room = wire.new_room()
    members = wire.join_many(*[room] * 4)
    name = wire.new_name()
    for member in members[:3]:
        wire.expect_chat(member.say(Author=name), member)
    expect_list(wire, name, name, name, UNNAMED, at=members)
    wire.leave(members[0])
    expect_list(wire, name, name, UNNAMED, at=members[1:])


@requirement("PRES-2", "100-members")
def test_the_list_holds_100_members(wire: Wire) -> None:
    """Every member's latest userlist equals the names of the live members as a multiset."""
    room = wire.new_room()
    members = wire.join_many(*[room] * 100)
    expect_list(wire, *[UNNAMED] * 100, at=members)
    wire.leave(*members[50:])
    expect_list(wire, *[UNNAMED] * 50, at=members[:50])


@requirement("PRES-2")
@cases("leave", LEAVES)
def test_the_list_follows_each_leave(wire: Wire, leave: Leave) -> None:
    """After a join, a clean leave or an abrupt leave, every member's latest userlist equals the names of the
    live members as a multiset (nameless ones as `unknown`), within the deadline. Abrupt is FIN or reset,
    not a silent loss.
    """
    room = wire.new_room()
    members = wire.join_many(*[room] * 4)
    names = give_names(wire, *members[:3])
    expect_list(wire, *names, UNNAMED, at=members)
    leave(members[0])
    expect_list(wire, *names[1:], UNNAMED, at=members[1:])
    leave(members[3])
    expect_list(wire, *names[1:], at=members[1:3])


# PRES-3


@requirement("PRES-3", "by-a-message")
def test_a_rename_by_a_message_shows(wire: Wire) -> None:
    """A rename (NICK-2) shows in the userlist within the deadline."""
    room = wire.new_room()
    ann, bob = wire.join_many(room, room)
    for name in (wire.new_name(), 'Zoë "the" <b>\U0001f600'):
        ann.say(Author=name)
        expect_list(wire, name, UNNAMED, at=[ann, bob])


@requirement("PRES-3", "by-an-author-alone")
def test_a_rename_by_an_author_alone_shows(wire: Wire) -> None:
    """A rename (NICK-4) shows in the userlist within the deadline."""
    wire.needs("nick")
    room = wire.new_room()
    ann, bob = wire.join_many(room, room)
    for name in (wire.new_name(), wire.new_name()):
        ann.rename(name)
        expect_list(wire, name, UNNAMED, at=[ann, bob])


# PRES-4


@requirement("PRES-4")
def test_the_list_is_of_ones_own_room_only(wire: Wire) -> None:
    """The userlist is of one's own room only."""
    one, other = wire.new_room(), wire.new_room()
    ann, bob, cy, dee = wire.join_many(one, one, other, other)
    names = give_names(wire, ann, bob, cy, dee)
    expect_list(wire, *names[:2], at=[ann, bob])
    expect_list(wire, *names[2:], at=[cy, dee])
    wire.leave(dee)
    expect_list(wire, names[2], at=[cy])
    expect_list(wire, *names[:2], at=[ann, bob])
    for client, foreign in ((ann, names[2:]), (bob, names[2:]), (cy, names[:2])):
        for name in foreign:
            wire.expect_none(client, userlist_with(name))


# PRES-5

BATCHES, OF_A_BATCH = 10, 10


@requirement("PRES-5")
def test_no_ghosts_after_100_joins_and_leaves(wire: Wire) -> None:
    """No ghosts after 100 joins and leaves, half of them abrupt."""
    room = wire.new_room()
    ann = wire.join(room)
    names = give_names(wire, ann)
    ways = (close, fin, close, reset)
    for _ in range(BATCHES):
        batch = wire.join_many(*[room] * OF_A_BATCH)
        for number, client in enumerate(batch):
            if number % 3:
                client.say(Author=wire.new_name())
            ways[number % len(ways)](client)
    expect_list(wire, *names, at=[ann])
    bob = wire.join(room)
    expect_list(wire, *names, UNNAMED, at=[ann, bob])


# PRES-6


@requirement("PRES-6")
def test_updates_may_be_coalesced(wire: Wire) -> None:
    """Updates may be coalesced, may come in any number, and may list users in any order; entries may have
    further fields.
    """
    room = wire.new_room()
    ann = wire.join(room)
    members = [ann, *wire.join_many(*[room] * 9)]
    expect_list(wire, *[UNNAMED] * 10, at=members)
    lists = ann.received(userlist())
    wire.note(f"10 joins at once are shown by {len(lists)} userlists, the last {brief(lists[-1])}")
