"""BCAST, NICK and PRES: members that come back under the same name."""

from collections.abc import Callable

import pytest

from ...findings import Broken
from ...messages.matchers import names_of, userlist
from ...plugin.shared_scene import PlayOnce
from ...requirement import cases, requirement
from ...scenes.coming_back import WAYS, Place, play
from ...steps.common import expect_apart, expect_together
from ...wire.client import Client
from ...wire.wire import Wire

each_way = cases("case", {case: case for case in WAYS})


@pytest.fixture
def place_of(play_once: PlayOnce[dict[str, Place]]) -> Callable[[str], Place]:
    """What came of the member that left in this way and came back."""
    return lambda case: play_once("RETURNS", play)[case]


@requirement("BCAST-19")
@each_way
def test_who_comes_back_is_a_new_member(case: str, place_of: Callable[[str], Place]) -> None:
    """Who comes back, under whatever name, is a new member: it receives each Chat once, from its new Status
    on, and what it says is received once, under its new WSID.
    """
    heard = place_of(case).heard
    if heard:
        raise Broken(
            "who came back hears and is heard once, and gets nothing that it missed", place_of(case).heard
        )


@requirement("NICK-7")
@each_way
def test_a_name_is_free_at_once(case: str, place_of: Callable[[str], Place]) -> None:
    """A name is free for any number of connections at any time, also right after a connection that had it
    broke off. No connection begins with the name of another.
    """
    if place_of(case).named:
        raise Broken("who came back is unknown, until it takes its name again", place_of(case).named)


@requirement("PRES-9")
@each_way
def test_who_comes_back_is_listed_once(case: str, place_of: Callable[[str], Place]) -> None:
    """Who comes back is listed once for each connection that it has now; the end of an earlier one takes no
    other off the list.
    """
    if place_of(case).listed:
        raise Broken("who came back is listed once", place_of(case).listed)


@requirement("BCAST-19", "to-another-room")
def test_who_comes_back_to_another_room_is_in_that_room_only(wire: Wire) -> None:
    """Who comes back, under whatever name, is a new member: it receives each Chat once, from its new Status
    on.
    """
    one, other, name = wire.new_room(), wire.new_room(), wire.new_name()
    bob, dee = wire.join_many(one, other)
    for leave in WAYS.values():
        for room, near, far in ((one, bob, dee), (other, dee, bob)):
            ann = wire.join(room)
            wire.expect_chat(ann.say(Author=name), ann, near)
            expect_together(wire, ann, near)
            expect_apart(wire, ann, far)
            expect_each_once(ann, near, far)
            leave(ann)


def expect_each_once(*clients: Client) -> None:
    """Fail if anything came to any of the clients twice."""
    for client in clients:
        words = [(each.get("WSID"), each.get("Message")) for each in client.chats()]
        if len(words) != len(set(words)):
            twice = next(each for each in words if words.count(each) > 1)
            raise Broken(f"{client} receives each Chat once", f"{twice} came twice", client.name)


@requirement("BCAST-11", "in-two-rooms")
def test_one_author_may_be_in_two_rooms(wire: Wire) -> None:
    """Two connections with the same Author are two members, each of its own room."""
    one, other, name = wire.new_room(), wire.new_room(), wire.new_name()
    ann, bob, same, dee = wire.join_many(one, one, other, other)
    for speaker, near in ((ann, bob), (same, dee), (ann, bob)):
        wire.expect_chat(speaker.say(Author=name), speaker, near)
    expect_named(wire, [name, "unknown"], ann, bob, same, dee)
    expect_together(wire, ann, bob)
    expect_together(wire, same, dee)
    expect_apart(wire, ann, same)
    wire.leave(same)
    expect_together(wire, ann, bob)
    expect_named(wire, [name, "unknown"], ann, bob)


@requirement("BCAST-11", "one-of-them-unheard-of")
def test_who_is_there_already_stays_when_another_takes_its_name(wire: Wire) -> None:
    """Two connections with the same Author are two members, also where one of them reads nothing, as after
    a network's loss; and the end of one is not the end of the other.
    """
    room, name = wire.new_room(), wire.new_name()
    bob, lost = wire.join_many(room, room)
    wire.expect_chat(lost.say(Author=name), lost, bob)
    lost.pause()
    back = wire.join(room)
    said = [back.say(Author=name), bob.say(), back.say()]
    for client in (back, bob):
        wire.expect_all(client, *said)
    expect_named(wire, [name, name, "unknown"], back, bob)
    lost.resume()
    wire.expect_all(lost, *said)
    for speaker in (bob, back, lost):
        wire.fence(speaker, bob, back, lost)
    lost.reset()
    expect_named(wire, [name, "unknown"], back, bob)
    expect_together(wire, back, bob)
    expect_each_once(back, bob, lost)


def expect_named(wire: Wire, names: list[str], *clients: Client) -> None:
    """Fail unless the clients' latest userlists become of just these names, where there are userlists."""
    if "presence" in wire.transcript.head.lacks:
        return

    def latest(client: Client) -> list[str]:
        return sorted(names_of((client.received(userlist()) or [{}])[-1]))

    wire.until(
        lambda: all(latest(client) == sorted(names) for client in clients),
        f"the userlists show {sorted(names)}",
        *[client for client in clients if latest(client) != sorted(names)],
        within=wire.deadlines.presence,
    )
