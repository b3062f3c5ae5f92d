"""BCAST: service goes on, however many there have been or are."""

import time
from collections.abc import Sequence
from itertools import cycle

from ...findings import Broken
from ...messages.matchers import error
from ...requirement import cases, requirement
from ...steps.common import expect_together
from ...steps.compressed_members import join_compressing
from ...steps.crowd import MANY, join_all
from ...steps.leaving import close, fin, reset
from ...steps.userlists import UNNAMED, expect_list
from ...wire.client import Client
from ...wire.messages import Said
from ...wire.transcript import Intent
from ...wire.wire import Wire


@requirement("BCAST-16", "260-members")
def test_all_of_many_members_hear_and_are_heard(wire: Wire) -> None:
    """The number of messages, members, rooms, joins and renames, in all or at once, makes no difference:
    each further one is served like the first.
    """
    room = wire.new_room()
    members = join_all(wire, [room] * MANY)
    said = [members[number].say() for number in (0, 99, 127, 128, 129, 255, 256, MANY - 1)]
    for member in members:
        wire.expect_all(member, *said)
    wire.leave(*members[:130])
    rest = members[130:]
    wire.fence(rest[0], *rest)
    wire.fence(rest[-1], *rest)


@requirement("BCAST-16", "260-rooms")
def test_each_of_many_rooms_is_a_room_of_its_own(wire: Wire) -> None:
    """The number of messages, members, rooms, joins and renames, in all or at once, makes no difference:
    each further one is served like the first.
    """
    rooms = [wire.new_room() for _ in range(MANY)]
    members = join_all(wire, rooms)
    said = [member.say() for member in members]
    for member, own in zip(members, said, strict=True):
        wire.expect_chat(own, member)
    late = wire.join_many(*(rooms[number] for number in (0, 127, 128, 255, 256, MANY - 1)))
    for newcomer in late:
        expect_together(wire, newcomer, members[rooms.index(str(newcomer.room))])
    for member in members:
        if len(member.chats()) > 1 + 2 * any(each.room == member.room for each in late):
            raise Broken(f"{member} hears its own room", f"{len(member.chats())} Chats", member.name)


@requirement("BCAST-16", "300-joins")
def test_many_who_come_and_go_are_each_served(wire: Wire) -> None:
    """The number of messages, members, rooms, joins and renames, in all or at once, makes no difference:
    each further one is served like the first.
    """
    room = wire.new_room()
    ann = wire.join(room)
    ways = cycle((close, fin, close, reset))
    for _ in range(10):
        # Half of them come to a room that nobody has been in.
        comers = wire.join_many(*[room] * 15, *(wire.new_room() for _ in range(15)))
        said = [comer.say() for comer in comers]
        for comer, own in zip(comers, said, strict=True):
            wire.expect_chat(own, comer)
        wire.expect_all(ann, *said[:15])
        for comer, leave in zip(comers, ways, strict=False):
            leave(comer)
    bob = wire.join(room)
    expect_together(wire, ann, bob)


# Many messages of one sender, paced by their echoes

MESSAGES = 1100
BURST = 50
KIB = 1024
NEVER_LIMITED = 500
LIMITING = frozenset({1008, 1013})
"""The close codes that limit a flood."""
LONGEST = 20.0
"""Seconds after which a server that takes its time is not asked for more."""


@requirement("BCAST-16", "1100-messages")
def test_many_messages_of_a_sender_are_delivered(wire: Wire) -> None:
    """The number of messages, members, rooms, joins and renames, in all or at once, makes no difference:
    each further one is served like the first.
    """
    room = wire.new_room()
    members = [wire.join(room), join_compressing(wire, room)]
    limit = time.monotonic() + LONGEST
    for number in range(0, MESSAGES, BURST):
        # From where a sender may be limited, an Error is no fault (FMT-11), but silence is.
        intent: Intent = "good" if number < NEVER_LIMITED else "open"
        said = [speaker.say(content(number + each), intent) for each in range(BURST) for speaker in members]
        if number < NEVER_LIMITED:
            expect_at_all(wire, said, *members)
        elif not is_delivered(wire, said, members, limit):
            wire.note(f"a sender is limited after {number} messages")
            return
    wire.fence(members[0], *members)


def expect_at_all(wire: Wire, said: Sequence[Said], *members: Client) -> None:
    """Wait until all members have received all that was said."""
    for member in members:
        wire.expect_all(member, *said)


def is_delivered(wire: Wire, said: Sequence[Said], members: Sequence[Client], limit: float) -> bool:
    """Wait until all members have what was said; False where the server limits them (SEC-5)."""
    while True:
        come = sum(len(member.messages) for member in members)
        try:
            expect_at_all(wire, said, *members)
        except Broken:
            if any(map(is_limited, members)):
                return False
            if sum(len(member.messages) for member in members) == come:
                raise
        else:
            return not any(map(is_limited, members))
        if time.monotonic() > limit:
            return False


def content(number: int) -> bytes:
    """Return the content of a message by its number, so that all together make more than a MiB."""
    return b"%d:" % number + b"-" * KIB


def is_limited(client: Client) -> bool:
    """Whether the server has told the client that it says too much (SEC-5)."""
    return client.close_code in LIMITING or bool(client.received(error()))


# Many names


@requirement("BCAST-16", "300-renames")
@cases("alone", {"by-messages": False, "by-authors-alone": True})
def test_many_renames_count_each(wire: Wire, alone: bool) -> None:
    """The number of messages, members, rooms, joins and renames, in all or at once, makes no difference:
    each further one is served like the first.
    """
    if alone:
        wire.needs("nick")
    room = wire.new_room()
    ann, bob = wire.join_many(room, room)
    stem = wire.new_name()
    for number in range(0, 300, BURST):
        names = [f"{stem}-{number + each}" for each in range(BURST)]
        for name in names[:-1]:
            if alone:
                ann.rename(name)
            else:
                ann.say(Author=name)
        said = ann.say(Author=names[-1])
        wire.expect_chat(said, ann, bob)
        own = wire.fence(ann, bob)
        author = bob.received(own.as_chat)[0].get("Author")
        if author != names[-1]:
            raise Broken.of_field("Author", names[-1], author, bob.name)
    if "presence" not in wire.transcript.head.lacks:
        expect_list(wire, names[-1], UNNAMED, at=[ann, bob])
