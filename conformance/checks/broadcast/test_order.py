"""BCAST and NICK: order, above all of messages whose sizes differ."""

import secrets
from collections.abc import Callable, Sequence
from itertools import cycle, islice

from ...findings import Broken
from ...payloads.chat_payload import payload_of
from ...requirement import cases, requirement
from ...steps.compressed_members import join_compressing
from ...wire.client import Client
from ...wire.framing import frames
from ...wire.framing.frames import Frame
from ...wire.messages import Said
from ...wire.wire import Wire

LONG = 24_000
"""Bytes of content that make a client's message of nearly 32 KiB (SEC-1)."""
SIZES = (LONG, 1, 12_000, 1, LONG, 2, 6_000, 1, 90, 1, LONG, LONG, 1, 1, 2_000, 1, 48_000 // 4, 40)
FRAGMENT = 4096

Join = Callable[[Wire, str], Client]


def join_plain(wire: Wire, room: str) -> Client:
    """Become a member whose messages are not compressed."""
    return wire.join(room)


JOINS: dict[str, Join] = {"plain": join_plain, "compressed": join_compressing}


def need(wire: Wire, join: Join) -> None:
    """End the check as N/A where nobody can join like that."""
    if join is join_compressing:
        wire.needs("deflate")


def contents(count: int) -> list[bytes]:
    """Return so many contents, long and short by turns, none twice."""
    return [sized(number, size) for number, size in enumerate(islice(cycle(SIZES), count))]


def sized(number: int, size: int) -> bytes:
    """Return ``size`` bytes that no other number has; half of what is long cannot be compressed."""
    filler = secrets.token_bytes(size // 2) + b"=" * size
    return (bytes([number]) + filler)[:size] if size > 1 else bytes([number])


def pipeline(speaker: Client, said: Sequence[bytes], *names: str | None) -> list[Said]:
    """Send messages of these contents in one write, some in fragments, each under a name if there are any."""
    payloads = [payload_of(each, name) for each, name in zip(said, names or [None] * len(said), strict=True)]
    several: list[Frame] = []
    for number, payload in enumerate(payloads):
        if speaker.compresses:
            several.append(speaker.compressed(payload.octets))
        elif number % 3 == 0:
            cuts = list(range(FRAGMENT, len(payload.octets), FRAGMENT))
            several += frames.fragments(payload.octets, cuts)
        else:
            several.append(frames.text(payload.octets))
    speaker.send_frames(several, "good")
    return [payload.of(speaker) for payload in payloads]


def expect_in_order(wire: Wire, said: Sequence[Said], *members: Client) -> None:
    """Fail unless each member receives what was said, each sender's in that order."""
    for member in members:
        since = member.cursor
        wire.expect_all(member, *said)
        for wsid in dict.fromkeys(each.wsid for each in said):
            got = [each.get("Message") for each in member.chats(since) if each.get("WSID") == wsid]
            expect_same(member, [each.message for each in said if each.wsid == wsid], got)


def expect_same(member: Client, sent: Sequence[str], got: Sequence[object]) -> None:
    """Fail unless the member got what one sender sent in that order."""
    for place, (seen, message) in enumerate(zip(got, sent, strict=False)):
        if seen != message:
            words = f"the Chat at place {place} is {str(seen)[:20]!r} ({len(str(seen))} long)"
            allowed = f"{member} gets {message[:20]!r} ({len(message)} long) at place {place}"
            raise Broken(allowed, words, member.name)


# BCAST-4


@requirement("BCAST-4")
def test_one_senders_chats_come_in_the_order_sent(wire: Wire) -> None:
    """Each receiver gets one sender's Chats in the order sent (500 pipelined), whatever their sizes."""
    room = wire.new_room()
    members = wire.join_many(*[room] * 4)
    said = [members[0].say(b"%d:" % number + b"-" * (number * 7 % 100)) for number in range(500)]
    expect_in_order(wire, said, *members)


@requirement("BCAST-4", "long-and-short")
@cases("join", JOINS)
def test_no_short_message_overtakes_a_long_one(wire: Wire, join: Join) -> None:
    """Each receiver gets one sender's Chats in the order sent, whatever their sizes."""
    need(wire, join)
    room = wire.new_room()
    ann, bob, cy, dee = (*(join(wire, room) for _ in range(3)), wire.join(room))
    members = (ann, bob, cy, dee)
    said = [each for speaker in (ann, bob) for each in pipeline(speaker, contents(len(SIZES)))]
    expect_in_order(wire, said, *members)
    for number in range(5):
        pair = pipeline(ann, [sized(100 + number, LONG), sized(200 + number, 1)])
        expect_in_order(wire, pair, *members)


CROWD = 40


@requirement("BCAST-4", "to-many")
def test_no_short_message_overtakes_a_long_one_on_the_way_to_many(wire: Wire) -> None:
    """Each receiver gets one sender's Chats in the order sent, whatever their sizes."""
    members = wire.join_many(*[wire.new_room()] * CROWD)
    said = pipeline(members[0], contents(4))
    said += pipeline(members[-1], contents(4))
    expect_in_order(wire, said, *members)


# BCAST-5


@requirement("BCAST-5")
def test_all_members_see_one_order(wire: Wire) -> None:
    """All members see the Chats of a room in the same order, with several senders at once."""
    room = wire.new_room()
    members = wire.join_many(*[room] * 6)
    said: list[Said] = []
    for _ in range(40):
        said += [speaker.say() for speaker in members]
        wire.pump()
    expect_one_order(wire, said, members)


@requirement("BCAST-5", "long-and-short")
def test_all_members_see_one_order_of_long_and_short_messages(wire: Wire) -> None:
    """All members see the Chats of a room in the same order, with several senders at once."""
    room = wire.new_room()
    members = [*wire.join_many(*[room] * 3), join_compressing(wire, room)]
    said: list[Said] = []
    for begin in range(0, len(SIZES), 2):
        for speaker, shift in ((members[0], 0), (members[3], 1), (members[1], 2)):
            said += pipeline(speaker, contents(len(SIZES) + shift)[begin + shift : begin + shift + 2])
        wire.pump()
    expect_one_order(wire, said, members)


def expect_one_order(wire: Wire, said: Sequence[Said], members: Sequence[Client]) -> None:
    """Fail unless all members get what was said in one order."""
    for member in members:
        wire.expect_all(member, *said)
    reference = order_of(members[0])
    for member in members[1:]:
        differing = [(a, b) for a, b in zip(reference, order_of(member), strict=False) if a != b]
        if differing:
            seen = f"{differing[0][0]} came to {members[0]} where {differing[0][1]} came to {member}"
            raise Broken("one order for all members", seen, members[0].name, member.name)


def order_of(member: Client) -> list[tuple[object, str]]:
    """Return the member's Chats in the order received, each by its WSID and the beginning of its words."""
    return [(each.get("WSID"), str(each.get("Message"))[:40]) for each in member.chats()]


# BCAST-12


@requirement("BCAST-12", "long-ones")
@cases("join", JOINS)
def test_a_long_message_right_before_a_clean_close_is_delivered(wire: Wire, join: Join) -> None:
    """What a sender sent before its clean Close is delivered to the rest."""
    need(wire, join)
    room = wire.new_room()
    bob, cy = join(wire, room), wire.join(room)
    for sizes in ([LONG], [LONG, 1], [1, LONG, LONG]):
        ann = join(wire, room)
        said = pipeline(ann, [sized(number, size) for number, size in enumerate(sizes)])
        ann.send_close()
        expect_in_order(wire, said, bob, cy)


# NICK-2 and NICK-3


@requirement("NICK-2", "long-and-short")
def test_each_message_has_its_own_author_whatever_its_size(wire: Wire) -> None:
    """A changed `Author` counts from that message on; so it does for short messages behind long ones."""
    room = wire.new_room()
    ann, bob = wire.join_many(room, room)
    one, other, third = (wire.new_name() for _ in range(3))
    names = [None, one, other, None, one, third, None, None, other]
    carried = ["unknown", one, other, other, one, third, third, third, other]
    sizes = (LONG, 1, LONG, 1, LONG, 1, LONG, 1, 1)
    said = pipeline(ann, [sized(number, size) for number, size in enumerate(sizes)], *names)
    expect_authors(wire, said, carried, ann, bob)


@requirement("NICK-2", "an-author-alone-in-its-place")
def test_an_author_alone_counts_from_its_place_on(wire: Wire) -> None:
    """A changed `Author` counts from that message on; an Author alone stands in its place, too."""
    wire.needs("nick")
    room = wire.new_room()
    ann, bob = wire.join_many(room, room)
    names = [wire.new_name() for _ in range(4)]
    said, carried = [], []
    for number, size in enumerate((LONG, 1, LONG, LONG, 1, 1)):
        said += pipeline(ann, [sized(number, size)])
        carried.append("unknown" if number == 0 else names[(number - 1) % len(names)])
        ann.rename(names[number % len(names)])
    expect_authors(wire, said, carried, ann, bob)


def expect_authors(wire: Wire, said: Sequence[Said], carried: Sequence[str], *clients: Client) -> None:
    """Fail unless each client receives what was said under the names that it should carry."""
    for client in clients:
        wire.expect_all(client, *said)
        got = {each.get("Message"): each.get("Author") for each in client.chats()}
        for number, (each, name) in enumerate(zip(said, carried, strict=True)):
            if got[each.message] != name:
                raise Broken.of_field(f"Author of message {number}", name, got[each.message], client.name)
