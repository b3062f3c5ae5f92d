"""WS: fragmented messages and text (RFC 6455 sections 5.4 and 8.1)."""

from collections.abc import Callable, Sequence

from ...messages.matchers import chat
from ...payloads.chat_payload import new_payload
from ...requirement import cases, requirement
from ...scenes.failed_connection import INVALID_DATA, PROTOCOL_ERROR, expect_failed, new_scene
from ...steps.compressed_members import compressing
from ...wire.client import Client
from ...wire.framing.frames import Frame, Opcode, fragments
from ...wire.wire import Wire

Cut = Callable[[bytes], list[Frame]]

# WS-10


def at(*shares: float) -> Cut:
    """Return what cuts a message at these places, told as shares of its length."""
    return lambda octets: fragments(octets, [int(share * len(octets)) for share in shares])


def into(count: int) -> Cut:
    """Return what cuts a message into this many fragments."""
    return lambda octets: fragments(octets, [len(octets) * number // count for number in range(1, count)])


def with_pings(octets: bytes) -> list[Frame]:
    """Return a message in four fragments with a Ping behind each but the last."""
    first, *others = into(4)(octets)
    return [first, *(frame for other in others for frame in (Frame(Opcode.PING, b"between"), other))]


CUTS: dict[str, Cut] = {
    "2-fragments": into(2),
    "3-fragments": into(3),
    "1000-fragments": into(1000),
    "first-empty": at(0),
    "last-empty": at(1),
    "empty-between": at(0.5, 0.5),
    "all-but-one-empty": at(0, 0, 0, 1, 1),
    "pings-between": with_pings,
}


@requirement("WS-10")
@cases("cut", CUTS)
def test_a_message_in_fragments_is_one_message(wire: Wire, cut: Cut) -> None:
    """A message in 2, 3 and 1,000 fragments, with empty ones, with Pings between, is one message (§5.4)."""
    room = wire.new_room()
    ann, bob = wire.join_many(room, room)
    payload = new_payload(2000)
    ann.send_frames(cut(payload.octets), "good")
    expect_once(wire, ann, bob, payload.message)
    if cut is with_pings:
        wire.until(lambda: b"between" in ann.pongs, f"{ann} receives a Pong", ann)


@requirement("WS-10")
@cases(
    "character",
    {"2-byte-character": "\u00e9", "3-byte-character": "\u2603", "4-byte-character": "\U0001f600"},
)
def test_a_message_cut_inside_a_character_is_one_message(wire: Wire, character: str) -> None:
    """A message cut inside a character is one message (§5.4)."""
    room = wire.new_room()
    ann, bob = wire.join_many(room, room)
    size = len(character.encode())
    for within in range(1, size):
        payload = new_payload(author=f"{character}-{wire.new_name()}")
        place = payload.octets.index(character.encode()) + within
        ann.send_frames(fragments(payload.octets, [place]), "good")
        expect_once(wire, ann, bob, payload.message)


@requirement("WS-10")
@cases("empty", {"each-byte-by-itself": False, "each-byte-between-empty-ones": True})
def test_a_message_whose_characters_are_spread_over_fragments_is_one_message(wire: Wire, empty: bool) -> None:
    """A message in fragments, with empty ones, cut inside a character, is one message (§5.4)."""
    room = wire.new_room()
    ann, bob = wire.join_many(room, room)
    payload = new_payload(author=f"\u00e9\u2603\U0001f600-{wire.new_name()}")
    places = sorted([*range(1, len(payload.octets))] * (2 if empty else 1))
    ann.send_frames(fragments(payload.octets, places), "good")
    expect_once(wire, ann, bob, payload.message)


@requirement("WS-10", "apart")
def test_a_message_whose_fragments_come_apart_is_one_message(wire: Wire) -> None:
    """A message in 2 fragments, with Pings between, is one message (§5.4)."""
    room = wire.new_room()
    ann, bob = wire.join_many(room, room)
    payload = new_payload(2000)
    first, second = into(2)(payload.octets)
    ann.send_frame(first, "good")
    ann.ping(b"half")
    wire.until(lambda: b"half" in ann.pongs, f"{ann} receives a Pong inside its message", ann)
    wire.fence(bob, ann)
    ann.send_frame(second)
    expect_once(wire, ann, bob, payload.message)


@requirement("WS-10", "three-at-once")
def test_messages_whose_fragments_come_by_turns_are_each_one_message(wire: Wire) -> None:
    """A message in 3 fragments, while others send theirs, is one message (§5.4)."""
    room = wire.new_room()
    speakers = wire.join_many(room, room, wire.new_room())
    payloads = [new_payload(2000) for _ in speakers]
    parts = [into(3)(payload.octets) for payload in payloads]
    for turn in range(3):
        for speaker, frames in zip(speakers, parts, strict=True):
            speaker.send_frame(frames[turn], "good")
            speaker.ping(b"taken")
        allowed = "each receives a Pong behind each fragment"
        wire.until(lambda: all(speaker.pongs for speaker in speakers), allowed, *speakers)
        for speaker in speakers:
            speaker.pongs.clear()
    ann, bob, cy = speakers
    of_ann, of_bob, of_cy = (each.of(speaker) for each, speaker in zip(payloads, speakers, strict=True))
    for client in (ann, bob):
        wire.expect_all(client, of_ann, of_bob)
    wire.expect_chat(of_cy, cy)
    wire.fence(ann, bob)


def expect_once(wire: Wire, speaker: Client, listener: Client, message: str) -> None:
    """Fail unless both receive what the speaker has sent in fragments, once; its Author is the oracle's."""
    said = chat(Message=message, WSID=speaker.wsid)
    for client in (speaker, listener):
        wire.expect(client, said)
    wire.fence(speaker, listener)
    wire.expect_count(listener, said, 1)


# WS-11


def text(fin: bool = True) -> Frame:
    """Return a text frame with a good message, or one that begins with it."""
    return Frame(Opcode.TEXT, new_payload().octets, fin=fin)


def continuation(fin: bool = True) -> Frame:
    """Return a continuation frame with a good message, or one that goes on."""
    return Frame(Opcode.CONTINUATION, new_payload().octets, fin=fin)


MISPLACED: dict[str, Callable[[], Sequence[Frame]]] = {
    "orphan-continuation": lambda: [continuation()],
    "orphan-continuation-that-goes-on": lambda: [continuation(fin=False)],
    "orphan-continuation-empty": lambda: [Frame(Opcode.CONTINUATION)],
    "text-inside-a-message": lambda: [Frame(Opcode.TEXT, b"{", fin=False), text()],
    "text-behind-an-empty-fragment": lambda: [Frame(Opcode.TEXT, fin=False), text()],
    "text-that-goes-on-inside-a-message": lambda: [Frame(Opcode.TEXT, b"{", fin=False), text(fin=False)],
    "binary-inside-a-message": lambda: [Frame(Opcode.TEXT, b"{", fin=False), Frame(Opcode.BINARY, b"\0")],
}


@requirement("WS-11")
@cases("misplaced", MISPLACED)
def test_a_data_frame_in_the_wrong_place_fails_the_connection(
    wire: Wire, misplaced: Callable[[], Sequence[Frame]]
) -> None:
    """An orphan continuation, or a new data frame inside a fragmented message, fails the connection
    (§5.4).
    """
    scene = new_scene(wire)
    scene.offender.send_frames(misplaced())
    expect_failed(wire, scene, PROTOCOL_ERROR)


@requirement("WS-11", "continuation-behind-a-message")
def test_a_continuation_behind_a_whole_message_fails_the_connection(wire: Wire) -> None:
    """An orphan continuation fails the connection (§5.4)."""
    scene = new_scene(wire)
    payload = new_payload()
    scene.offender.send_frames(fragments(payload.octets, [5]), "good")
    wire.expect_chat(payload.of(scene.offender), scene.near)
    scene.offender.send_frame(continuation())
    expect_failed(wire, scene, PROTOCOL_ERROR)


# WS-16

NOT_UTF8 = {
    "overlong-2-bytes": b"\xc0\xaf",
    "overlong-3-bytes": b"\xe0\x80\xaf",
    "overlong-4-bytes": b"\xf0\x80\x80\xaf",
    "overlong-NUL": b"\xc0\x80",
    "surrogate-high": b"\xed\xa0\x80",
    "surrogate-low": b"\xed\xbf\xbf",
    "surrogate-pair": b"\xed\xa0\xbd\xed\xb8\x80",
    "over-U+10FFFF": b"\xf4\x90\x80\x80",
    "over-U+1FFFFF": b"\xf8\x88\x80\x80\x80",
    "cut-off-2-bytes": b"\xc3",
    "cut-off-3-bytes": b"\xe2\x82",
    "cut-off-4-bytes": b"\xf0\x9f\x98",
    "continuation-byte-alone": b"\x80",
    "FF": b"\xff",
    "latin-1": b"Andr\xe9",
}


@requirement("WS-16")
@cases("octets", NOT_UTF8)
def test_text_that_is_not_utf8_fails_the_connection(wire: Wire, octets: bytes) -> None:
    """Text that is not UTF-8 (overlong, surrogate, over U+10FFFF, cut off) fails the connection (§8.1; 1007
    is the code).
    """
    scene = new_scene(wire)
    scene.offender.send_text(with_author(octets), "bad")
    expect_failed(wire, scene, INVALID_DATA)


@requirement("WS-16", "in-fragments")
@cases("octets", {"overlong": b"\xc0\xaf", "surrogate": b"\xed\xa0\x80"})
def test_fragmented_text_that_is_not_utf8_fails_the_connection(wire: Wire, octets: bytes) -> None:
    """Text that is not UTF-8 fails the connection (§8.1; 1007 is the code)."""
    scene = new_scene(wire)
    payload = with_author(octets)
    scene.offender.send_frames(fragments(payload, [payload.index(octets) + 1]), "bad")
    expect_failed(wire, scene, INVALID_DATA)


@requirement("WS-16", "compressed")
@cases("octets", {"overlong": b"\xc0\xaf", "surrogate": b"\xed\xa0\x80", "cut-off": b"\xf0\x9f\x98"})
def test_compressed_text_that_is_not_utf8_fails_the_connection(wire: Wire, octets: bytes) -> None:
    """Text that is not UTF-8 fails the connection (§8.1; 1007 is the code), what was compressed too (RFC 7692
    §6.2).
    """
    wire.needs("deflate")
    scene = new_scene(wire, compressing(wire))
    scene.offender.send_frame(scene.offender.compressed(with_author(octets)), "bad")
    expect_failed(wire, scene, INVALID_DATA)


@requirement("WS-16", "end-cut-off")
@cases("fragmented", {"whole": False, "in-fragments": True})
def test_text_that_ends_inside_a_character_fails_the_connection(wire: Wire, fragmented: bool) -> None:
    """Text that is not UTF-8 (cut off) fails the connection (§8.1; 1007 is the code)."""
    scene = new_scene(wire)
    payload = new_payload().octets + "\u20ac".encode()[:2]
    scene.offender.send_frames(fragments(payload, [len(payload) // 2] if fragmented else []), "bad")
    expect_failed(wire, scene, INVALID_DATA)


def with_author(octets: bytes) -> bytes:
    """Return a message that would be good, were these bytes of its Author text."""
    return new_payload(author="@").octets.replace(b"@", octets)
