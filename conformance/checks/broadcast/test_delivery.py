"""BCAST: who gets what."""

import time
from collections.abc import Callable, Sequence
from itertools import count

from ...findings import Broken
from ...messages.matchers import userlist, userlist_with
from ...requirement import cases, requirement
from ...scenes.failed_connection import expect_none_of
from ...steps.common import expect_apart
from ...steps.leaving import LEAVES, Leave, close
from ...steps.paced_sender import SMALL_BUFFER, PacedSender
from ...wire.client import Client
from ...wire.messages import Said
from ...wire.wire import Wire

KIB = 1024
MIB = 1024 * KIB


@requirement("BCAST-1")
@cases("size", {"1-member": 1, "2-members": 2, "10-members": 10, "100-members": 100})
def test_every_member_receives_each_chat_once(wire: Wire, size: int) -> None:
    """Every member of the room receives each Chat exactly once (rooms of 1, 2, 10, 100 members)."""
    room = wire.new_room()
    members = wire.join_many(*[room] * size)
    speakers = members[:10]
    said = [speaker.say() for _ in range(max(3, 300 // size)) for speaker in speakers]
    for member in members:
        wire.expect_all(member, *said)
    for speaker in speakers:
        wire.fence(speaker, *members)
    for member in members:
        expect_once(member, said)


def expect_once(member: Client, said: Sequence[Said]) -> None:
    """Fail if the member has got any of what was said more than once."""
    got = [(each.get("WSID"), each.get("Message")) for each in member.chats()]
    twice = [each for each in said if got.count((each.wsid, each.message)) > 1]
    if twice:
        raise Broken(f"{member} receives each Chat once", f"{twice[0].as_chat!r} came twice", member.name)


@requirement("BCAST-2")
@cases("others", {"alone": 0, "with-another": 1})
def test_the_sender_receives_its_own_chat_once(wire: Wire, others: int) -> None:
    """The sender is such a member and receives its own Chat once."""
    room = wire.new_room()
    ann, *rest = wire.join_many(*[room] * (1 + others))
    said = [ann.say() for _ in range(50)]
    wire.expect_all(ann, *said)
    for speaker in (*rest, ann):
        wire.fence(speaker, ann, *rest)
    expect_once(ann, said)


# BCAST-3


@requirement("BCAST-3", "interleaved")
def test_rooms_do_not_mix_under_interleaved_traffic(wire: Wire) -> None:
    """No Chat of one room reaches a member of another, both ways, under interleaved traffic."""
    rooms = [wire.new_room() for _ in range(3)]
    members = wire.join_many(*rooms, *rooms)
    said = [speaker.say() for _ in range(30) for speaker in members]
    expect_own_room_only(wire, members, said)


@requirement("BCAST-3", "joined-later")
def test_rooms_that_are_joined_later_do_not_mix(wire: Wire) -> None:
    """No Chat of one room reaches a member of another, both ways, under interleaved traffic."""
    members: list[Client] = []
    said: list[Said] = []
    for _ in range(5):
        members += wire.join_many(*[wire.new_room()] * 2)
        said = [speaker.say() for _ in range(5) for speaker in members]
        expect_own_room_only(wire, members, said)
    wire.leave(members[0])
    # A connection that comes after one that left may be given its place, and must not get its room.
    late = wire.join(wire.new_room())
    expect_apart(wire, members[1], late)


@requirement("BCAST-3", "names-alike")
def test_rooms_with_names_alike_do_not_mix(wire: Wire) -> None:
    """No Chat of one room reaches a member of another, both ways, under interleaved traffic."""
    name = wire.new_room()
    rooms = [name, f"{name}2", f"{name}/2", f"2{name}", name.upper()]
    members = wire.join_many(*rooms, *rooms)
    said = [speaker.say() for _ in range(10) for speaker in members]
    expect_own_room_only(wire, members, said)


def expect_own_room_only(wire: Wire, members: Sequence[Client], said: Sequence[Said]) -> None:
    """Fail unless each member gets what was said in its room, and nothing of what was said elsewhere."""
    for member in members:
        wire.expect_all(member, *(each for each in said if each.room == member.room))
    for member in members:
        wire.fence(member)
    for member in members:
        foreign = {each.message for each in said if each.room != member.room}
        leaked = [each for each in member.chats() if each.get("Message") in foreign]
        if leaked:
            raise Broken(f"{member} gets Chats of its own room only", f"{leaked[0]}", member.name)


# BCAST-6


@requirement("BCAST-6")
def test_a_joiner_gets_no_history(wire: Wire) -> None:
    """A joiner gets no Chat that was delivered before its Status (history is not part of 1.0)."""
    room = wire.new_room()
    ann, bob = wire.join_many(room, room)
    said = [speaker.say() for _ in range(10) for speaker in (ann, bob)]
    for member in (ann, bob):
        wire.expect_all(member, *said)
    cy = wire.join(room)
    wire.fence(cy, ann, bob)
    wire.fence(ann, cy)
    for each in said:
        wire.expect_none(cy, each.as_chat_anywhere)


@requirement("BCAST-6", "left-by-all")
def test_a_room_that_was_left_by_all_keeps_no_history(wire: Wire) -> None:
    """A joiner gets no Chat that was delivered before its Status (history is not part of 1.0)."""
    room = wire.new_room()
    ann, bob = wire.join_many(room, room)
    said = [speaker.say() for _ in range(10) for speaker in (ann, bob)]
    for member in (ann, bob):
        wire.expect_all(member, *said)
    wire.leave(ann, bob)
    for joiner in (wire.join(room), wire.join(room)):
        wire.fence(joiner)
        for each in said:
            wire.expect_none(joiner, each.as_chat_anywhere)


# BCAST-7 and BCAST-8


@requirement("BCAST-7")
@cases("leave", LEAVES)
def test_nothing_more_comes_in_the_name_of_the_gone(wire: Wire, leave: Leave) -> None:
    """Once a connection is gone (closed, or its end seen by the server) nothing more is delivered in its name
    than what it had sent before its Close frame or its end; of what it sent before an abrupt end, an
    unbroken beginning may arrive.
    """
    room = wire.new_room()
    ann, bob, cy = wire.join_many(room, room, room)
    # Long ones and short ones, so that it shows if a long one is lost where a later one is not.
    said = [ann.say(f"{number}".encode() + b"-" * (12 * KIB * (number % 2))) for number in range(20)]
    wire.expect_all(bob, *said[:1])
    leave(ann)
    if leave is close:
        ann.say(intent="bad")  # behind its Close frame
    wire.moment(lambda: ann.is_over)
    for speaker, listener in ((bob, cy), (cy, bob)) * 5:
        wire.fence(speaker, listener)
    sent = [each.message for each in said]
    for client in (bob, cy):
        got = [each.get("Message") for each in client.chats() if each.get("WSID") == ann.wsid]
        if got != sent[: len(got)]:
            raise Broken(f"an unbroken beginning of what {ann} sent", f"{client} received {got}", client.name)


@requirement("BCAST-7", "joined-after")
def test_nothing_of_the_gone_reaches_who_comes_after(wire: Wire) -> None:
    """Once a connection is gone (closed, or its end seen by the server) nothing more is delivered in its
    name.
    """
    room = wire.new_room()
    ann, bob = wire.join_many(room, room)
    said = [ann.say() for _ in range(5)]
    wire.expect_all(bob, *said)
    wire.leave(ann)
    cy = wire.join(room)
    own = wire.fence(cy, bob)
    wire.fence(bob, cy)
    expect_none_of(cy, ann, 0, own)


@requirement("BCAST-8")
@cases("leave", LEAVES)
def test_who_leaves_does_not_disturb_the_rest(wire: Wire, leave: Leave) -> None:
    """A member that leaves by Close, by TCP FIN, by TCP reset, or in the middle of a frame does not disturb
    delivery to the rest.
    """
    room = wire.new_room()
    ann, *rest = wire.join_many(*[room] * 4)
    elsewhere = wire.join(wire.new_room())
    leavers = [ann, *wire.join_many(room, room)]
    for leaver in leavers:
        # Unread deliveries under way when it goes, and more behind it while the server has not noticed.
        leaver.pause()
        before = [speaker.say() for _ in range(10) for speaker in rest]
        leave(leaver)
        behind = [speaker.say() for _ in range(10) for speaker in rest]
        for member in rest:
            wire.expect_all(member, *before, *behind)
        wire.fence(elsewhere)
    for member in rest:
        wire.fence(member, *rest)


# BCAST-9, BCAST-10 and BCAST-14: members that read slowly


@requirement("BCAST-9")
@cases("reads_between", {"reads-late": False, "reads-slowly": True})
def test_a_slow_reader_gets_no_gap(wire: Wire, reads_between: bool) -> None:
    """A member that reads slowly gets an unbroken sequence or is disconnected; never a silent gap. (To see
    it: a small SO_RCVBUF set before connect, at least 6 MiB sent, the sender paced by the healthy members.)
    """
    room = wire.new_room()
    ann, bob = wire.join_many(room, room)
    slow = wire.join(room, receive_buffer=SMALL_BUFFER)
    slow.pause()
    paced = PacedSender(wire, ann, bob)
    paced.send(6 * MIB, sips(wire, slow) if reads_between else None)
    slow.resume()
    last = paced.said[-1].as_chat
    wire.until(lambda: bool(slow.received(last)) or slow.is_over, "all that was sent, or an end", slow)
    got = [each.get("Message") for each in slow.chats()]
    sent = [each.message for each in paced.said]
    if got != sent[: len(got)]:
        place = next(place for place, pair in enumerate(zip(got, sent, strict=False)) if pair[0] != pair[1])
        raise Broken("an unbroken sequence", f"another Chat than number {place} of those sent", slow.name)
    wire.note(f"a slow reader gets {'all' if len(got) == len(sent) else 'a part, and is disconnected'}")


def sips(wire: Wire, slow: Client) -> Callable[[], None]:
    """Return what lets a slow reader read a little now and then, so that it falls ever further behind."""
    turns = count()

    def sip_now_and_then() -> None:
        if next(turns) % 32 == 0:
            sip(wire, slow)

    return sip_now_and_then


def sip(wire: Wire, slow: Client) -> None:
    """Let a slow reader read a little."""
    if not slow.is_over:
        slow.resume()
        wire.pump()
        slow.pause()


@requirement("BCAST-10")
def test_a_slow_reader_does_not_hold_up_the_rest(wire: Wire) -> None:
    """A member that reads slowly, or not at all, does not hold up delivery to the rest of its room or to
    other rooms.
    """
    room = wire.new_room()
    ann, bob = wire.join_many(room, room)
    elsewhere = wire.join_many(*[wire.new_room()] * 2)
    mute = wire.join(room, receive_buffer=SMALL_BUFFER)
    mute.pause()
    slow = wire.join(room, receive_buffer=SMALL_BUFFER)
    slow.pause()
    began = time.monotonic()
    longest = 0.0

    def others_go_on() -> None:
        nonlocal longest, began
        sip(wire, slow)
        wire.fence(elsewhere[0], elsewhere[1])
        longest = max(longest, time.monotonic() - began)
        began = time.monotonic()

    PacedSender(wire, ann, bob).send(6 * MIB, others_go_on)
    wire.note(f"the longest turn of both rooms took {longest * 1000:.0f} ms")


@requirement("BCAST-14")
def test_a_member_that_does_not_read_is_disconnected(wire: Wire) -> None:
    """A member that does not read costs bounded memory: it is disconnected within 30 s of falling 8 MiB
    behind.
    """
    room = wire.new_room()
    ann, bob = wire.join_many(room, room)
    mute = wire.join(room, receive_buffer=SMALL_BUFFER)
    name = wire.new_name()
    wire.expect_chat(mute.say(Author=name), mute, ann, bob)
    mute.pause()
    paced = PacedSender(wire, ann, bob)
    paced.send(10 * MIB)
    # A reset shows without reading; else the others' userlist tells; else only the time that it is given.
    gone = wire.wait(lambda: mute.link.is_lost or is_off_the_list(bob, name), 30.0)
    if not gone and wire.deadlines.overloaded(wire.canary()):
        gone = wire.wait(lambda: mute.link.is_lost or is_off_the_list(bob, name), 30.0)
    mute.resume()
    last = paced.said[-1].as_chat
    wire.until(lambda: bool(mute.received(last)) or mute.is_over, "an end of the connection", mute)
    if mute.received(last):
        seen = f"all {len(paced.said)} Chats were kept for {mute} and delivered when it read again"
        raise Broken("a member that is 8 MiB behind is disconnected within 30 s", seen, mute.name)
    wire.note("it is disconnected" + ("" if gone else ", seen only when it read again"))


def is_off_the_list(client: Client, name: str) -> bool:
    """Whether the client's userlist showed ``name``, and the latest does not."""
    lists = client.received(userlist())
    return bool(client.received(userlist_with(name))) and not userlist_with(name).matches(lists[-1])


# The rest


@requirement("BCAST-11")
def test_two_connections_with_one_author_are_two_members(wire: Wire) -> None:
    """Two connections with the same Author are two members."""
    room = wire.new_room()
    name = wire.new_name()
    twins = wire.join_many(room, room)
    said = [twin.say(Author=name) for _ in range(5) for twin in twins]
    for twin in twins:
        wire.expect_all(twin, *said)
    wire.leave(twins[0])
    wire.fence(twins[1])


@requirement("BCAST-12")
def test_what_was_sent_before_a_clean_close_is_delivered(wire: Wire) -> None:
    """What a sender sent before its clean Close is delivered to the rest."""
    room = wire.new_room()
    ann, bob, cy = wire.join_many(room, room, room)
    said = [ann.say() for _ in range(100)]
    ann.send_close()
    for member in (bob, cy):
        wire.expect_all(member, *said)
