"""BCAST: equal messages, which are separate messages."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from ...findings import Broken
from ...messages.matchers import chat
from ...requirement import cases, requirement
from ...steps.compressed_members import join_compressing
from ...steps.leaving import LEAVES, Leave
from ...wire.client import Client
from ...wire.messages import Said
from ...wire.wire import Wire

KIB = 1024
Copies = Counter[tuple[Any, Any]]
"""How often each Chat, by its WSID and its Message, is said or comes."""
CONTENTS = {"short": b"ok", "of-16-KiB": b"the same again, " * KIB}


def expect_as_often_as_said(wire: Wire, said: Sequence[Said], *members: Client) -> None:
    """Fail unless each member receives what was said, each of it as often as it was said and no more."""
    wanted: Copies = Counter((each.wsid, each.message) for each in said)
    for member in members:
        expect_copies(wire, member, wanted)
    for speaker in members:
        wire.fence(speaker, *members)
    for member in members:
        came = copies(member, wanted)
        if came != wanted:
            raise Broken(chats_owed(member, wanted), f"{came.total()} of them came", member.name)


def expect_copies(wire: Wire, member: Client, wanted: Copies) -> None:
    """Wait until the member has received all that is wanted of it."""
    allowed = chats_owed(member, wanted)
    try:
        wire.until(lambda: member.is_over or wanted <= copies(member, wanted), allowed, member)
    except Broken as broken:
        seen = f"{copies(member, wanted).total()} of them came; {broken.seen}"
        raise Broken(allowed, seen, member.name) from broken


def copies(member: Client, wanted: Copies) -> Copies:
    """Return how often the member has received each of the Chats that are wanted of it."""
    got = Counter((each.get("WSID"), each.get("Message")) for each in member.chats())
    return Counter({key: got[key] for key in wanted})


def chats_owed(member: Client, wanted: Copies) -> str:
    """Return in words what a member is to receive."""
    return f"{member} receives {wanted.total()} Chats, {len(wanted)} of them different"


@requirement("BCAST-15", "in-a-row")
@cases("content", CONTENTS)
def test_one_sender_says_the_same_again(wire: Wire, content: bytes) -> None:
    """Equal messages are separate messages: each is delivered, whoever sent it, when and in which room."""
    room = wire.new_room()
    ann, bob = wire.join_many(room, room)
    said = [ann.say(content) for _ in range(5)]
    expect_as_often_as_said(wire, said, ann, bob)
    for _ in range(2):  # and once each has been heard
        said.append(ann.say(content))
        wire.expect_chat(said[-1], ann, bob)
    expect_as_often_as_said(wire, said, ann, bob)


@requirement("BCAST-15", "compressed")
def test_the_same_is_said_again_in_compressed_messages(wire: Wire) -> None:
    """Equal messages are separate messages: each is delivered, whoever sent it, when and in which room."""
    wire.needs("deflate")
    room = wire.new_room()
    ann, bob = join_compressing(wire, room), join_compressing(wire, room)
    said = [speaker.say(content) for _ in range(3) for content in CONTENTS.values() for speaker in (ann, bob)]
    expect_as_often_as_said(wire, said, ann, bob)


@requirement("BCAST-15", "between-others")
def test_the_same_is_said_between_other_words(wire: Wire) -> None:
    """Equal messages are separate messages: each is delivered, whoever sent it, when and in which room."""
    room = wire.new_room()
    ann, bob = wire.join_many(room, room)
    said = [ann.say(words) for _ in range(5) for words in ("one", "two", "three")]
    for words in ("one", "two"):
        wire.fence(bob, ann)
        said.append(ann.say(words))
    expect_as_often_as_said(wire, said, ann, bob)


@requirement("BCAST-15", "by-several")
def test_several_say_the_same(wire: Wire) -> None:
    """Equal messages are separate messages: each is delivered, whoever sent it, when and in which room."""
    room = wire.new_room()
    members = wire.join_many(room, room, room)
    name = wire.new_name()
    said = [speaker.say("hello") for _ in range(3) for speaker in members]
    said += [speaker.say("hello again", Author=name) for _ in range(3) for speaker in members]
    expect_as_often_as_said(wire, said, *members)


@requirement("BCAST-15", "under-other-names")
def test_the_same_is_said_under_other_names(wire: Wire) -> None:
    """Equal messages are separate messages: each is delivered, whoever sent it, when and in which room."""
    room = wire.new_room()
    ann, bob = wire.join_many(room, room)
    names = [wire.new_name(), wire.new_name()]
    said = [ann.say("hello", Author=name) for name in (*names, *names)]
    expect_as_often_as_said(wire, said, ann, bob)
    seen = [each.get("Author") for each in bob.received(chat(Message=said[0].message))]
    if seen != [*names, *names]:
        raise Broken(f"by {[*names, *names]} in turn", f"by {seen}", bob.name)


@requirement("BCAST-15", "after-a-rejoin")
@cases("leave", {name: LEAVES[name] for name in ("Close", "reset")})
def test_who_comes_back_says_the_same(wire: Wire, leave: Leave) -> None:
    """Equal messages are separate messages: each is delivered, whoever sent it, when and in which room."""
    room = wire.new_room()
    bob = wire.join(room)
    name = wire.new_name()
    for times in (1, 2, 3):
        ann = wire.join(room)
        said = ann.say("hello, I am back", Author=name)
        wire.expect_chat(said, ann, bob)
        for speaker, listener in ((ann, bob), (bob, ann)):
            wire.fence(speaker, listener)
        # Its WSID may be that of the one before (STAT-2), so the words alone are counted.
        wire.expect_count(ann, said.as_chat_anywhere, 1)
        wire.expect_count(bob, said.as_chat_anywhere, times)
        leave(ann)


@requirement("BCAST-15", "in-two-rooms")
def test_the_same_is_said_in_two_rooms(wire: Wire) -> None:
    """Equal messages are separate messages: each is delivered, whoever sent it, when and in which room."""
    rooms = [wire.new_room(), wire.new_room()]
    pairs = [wire.join_many(room, room) for room in rooms]
    said: list[list[Said]] = [[], []]
    for _ in range(3):
        for own, (speaker, _listener) in zip(said, pairs, strict=True):
            own.append(speaker.say("hello", Author="Ann"))
    for own, pair in zip(said, pairs, strict=True):
        expect_as_often_as_said(wire, own, *pair)
        for member in pair:
            wire.expect_count(member, chat(Message=own[0].message), len(own))


@requirement("BCAST-15", "renames")
def test_a_name_is_taken_again(wire: Wire) -> None:
    """A name given up can be taken again."""
    wire.needs("nick")
    room = wire.new_room()
    ann, bob = wire.join_many(room, room)
    one, other = wire.new_name(), wire.new_name()
    for name in (one, other, one, one, other, one):
        ann.rename(name)
        said = ann.say("I changed my name")
        for member in (ann, bob):
            seen = wire.expect(member, said.as_chat)
            if seen.get("Author") != name:
                raise Broken.of_field("Author", name, seen.get("Author"), member.name)
