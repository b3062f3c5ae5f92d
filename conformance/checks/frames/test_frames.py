"""WS: frames and control frames (RFC 6455 section 5)."""

from ...configuration.profile import Profile
from ...findings import Broken
from ...messages.matchers import error
from ...payloads.chat_payload import new_payload
from ...requirement import cases, requirement
from ...scenes.failed_connection import (
    PROTOCOL_ERROR,
    TOO_BIG,
    expect_alive,
    expect_failed,
    new_scene,
    read_or_failed,
)
from ...wire.client import Client
from ...wire.framing import frames
from ...wire.framing.frames import RSV1, RSV2, RSV3, Frame, Opcode
from ...wire.transcript import Received
from ...wire.wire import Wire

LARGEST_CONTROL = 125
TOP_BIT = 1 << 63
LENGTHS = {0: "7", 2: "7+16", 8: "7+64"}
"""The forms of a length by the bytes that follow the first seven bits, as section 5.2 calls them."""

# WS-6


@requirement("WS-6")
def test_server_frames_are_well_formed(wire: Wire, profile: Profile) -> None:
    """Server frames are not masked (§5.1); lengths are minimal, opcodes known, reserved bits 0 unless
    negotiated (§5.2).
    """
    room = wire.new_room()
    ann, bob = wire.join_many(room, room)
    # The oracle holds the rule against every frame; this makes the server write each form of the length.
    for size in (64, 126, 1 << 10, 32 << 10):
        payload = new_payload(size)
        ann.send_text(payload.octets, "good")
        wire.expect_chat(payload.of(ann), ann, bob)
    if (profile.message_limit or 0) >= 1 << 16:
        payload = new_payload(1 << 16)
        ann.send_text(payload.octets, "good")
        wire.expect_chat(payload.of(ann), ann, bob)
    ann.ping(b"?" * LARGEST_CONTROL)
    wire.until(lambda: bool(ann.pongs), f"{ann} receives a Pong", ann)
    wire.leave(ann, bob)
    received = [event.frame for event in wire.transcript.events if isinstance(event, Received)]
    forms = sorted({frame.extended_length or 0 for frame in received})
    wire.note(f"the server wrote lengths of {', '.join(LENGTHS[form] for form in forms)} bits")


# WS-22

WRITTEN = {"short": 64, "of-4-KiB": 4 << 10, "of-32-KiB": 32 << 10}


@requirement("WS-22")
@cases("size", WRITTEN)
def test_what_the_server_writes_is_in_order(wire: Wire, size: int) -> None:
    """A message from the server is one frame, or fragments of which the first alone bears its opcode and
    RSV1, with nothing but control frames between; control frames are whole and of at most 125 bytes.
    """
    room = wire.new_room()
    ann, bob = wire.join_many(room, room)
    # The oracle holds the rule against every frame.
    for number in range(3):
        payload = new_payload(size)
        ann.send_text(payload.octets, "good")
        bob.ping(bytes(LARGEST_CONTROL - number))
        wire.expect_chat(payload.of(ann), ann, bob)
    wire.until(lambda: bool(bob.pongs), f"{bob} receives a Pong", bob)
    bob.send_text("no JSON", "bad")
    wire.wait(lambda: bool(bob.received(error())) or not bob.is_open, wire.deadlines.reaction)
    wire.fence(ann)
    wire.leave(ann, bob)


# In WS-7, WS-8 and WS-11 the message in the frames is a good one. It is not sent as a "bad" one, so that a
# server which takes it has broken that one requirement, and not BAD-3, too.

# WS-7


@requirement("WS-7")
@cases("opcode", {"text": Opcode.TEXT, "ping": Opcode.PING, "close": Opcode.CLOSE})
def test_an_unmasked_frame_fails_the_connection(wire: Wire, opcode: Opcode) -> None:
    """An unmasked client frame fails the connection (§5.1)."""
    scene = new_scene(wire)
    contents = {Opcode.TEXT: new_payload().octets, Opcode.PING: b"unmasked", Opcode.CLOSE: b"\x03\xe8"}
    scene.offender.send_frame(Frame(opcode, contents[opcode], masked=False))
    expect_failed(wire, scene, PROTOCOL_ERROR)


# WS-8

BITS = {"RSV1": RSV1, "RSV2": RSV2, "RSV3": RSV3, "all": RSV1 | RSV2 | RSV3}


@requirement("WS-8")
@cases("bits", BITS)
def test_a_reserved_bit_fails_the_connection(wire: Wire, bits: int) -> None:
    """Reserved bits (RSV1 where deflate is not agreed) fail the connection (§5.2)."""
    scene = new_scene(wire)
    scene.offender.send_frame(Frame(Opcode.TEXT, new_payload().octets, rsv=bits))
    expect_failed(wire, scene, PROTOCOL_ERROR)


@requirement("WS-8", "on-ping")
@cases("bits", BITS)
def test_a_reserved_bit_on_a_control_frame_fails_the_connection(wire: Wire, bits: int) -> None:
    """Reserved bits (RSV1 where deflate is not agreed) fail the connection (§5.2)."""
    scene = new_scene(wire)
    scene.offender.send_frame(Frame(Opcode.PING, b"reserved", rsv=bits), "bad")
    expect_failed(wire, scene, PROTOCOL_ERROR)


@requirement("WS-8")
@cases("opcode", {f"opcode-{code:x}": code for code in (*range(0x3, 0x8), *range(0xB, 0x10))})
def test_a_reserved_opcode_fails_the_connection(wire: Wire, opcode: int) -> None:
    """Reserved opcodes fail the connection (§5.2)."""
    scene = new_scene(wire)
    is_control = opcode >= Opcode.CLOSE
    scene.offender.send_frame(Frame(opcode, b"reserved" if is_control else new_payload().octets), "bad")
    expect_failed(wire, scene, PROTOCOL_ERROR)


# WS-9


@requirement("WS-9")
@cases("size", {f"{size}-bytes": size for size in (125, 126, 127, 32 << 10)})
def test_a_payload_of_each_length_is_read(wire: Wire, size: int) -> None:
    """Payloads of 125, 126, 127 bytes and of the 16-bit form are read (§5.2)."""
    room = wire.new_room()
    ann, bob = wire.join_many(room, room)
    payload = new_payload(size)
    ann.send_text(payload.octets, "good")
    wire.expect_chat(payload.of(ann), ann, bob)


@requirement("WS-9", "65536-bytes")
def test_a_payload_in_the_64_bit_form_is_read(wire: Wire, profile: Profile) -> None:
    """Payloads of 65,536 bytes in the 64-bit form are read if the limit allows (else 1009) (§5.2)."""
    scene = new_scene(wire)
    payload = new_payload(1 << 16)
    limit = profile.message_limit
    if limit is not None and limit >= 1 << 16:
        scene.offender.send_text(payload.octets, "good")
        wire.expect_chat(payload.of(scene.offender), scene.offender, scene.near)
        return
    scene.offender.send_text(payload.octets, "open" if limit is None else "bad")
    if read_or_failed(wire, scene, payload.message, TOO_BIG, codes={TOO_BIG}):
        wire.note("65,536 bytes are read")


@requirement("WS-9")
@cases("form", {"16-bit-for-100": (100, 2), "64-bit-for-100": (100, 8), "64-bit-for-1000": (1000, 8)})
def test_a_length_that_is_not_minimal_is_read_or_fails(
    wire: Wire, form: tuple[int, frames.ExtendedLength]
) -> None:
    """A non-minimal length may be read or fail (§5.2)."""
    scene = new_scene(wire)
    size, extended = form
    payload = new_payload(size)
    scene.offender.send_frame(Frame(Opcode.TEXT, payload.octets, extended_length=extended), "open")
    if read_or_failed(wire, scene, payload.message, PROTOCOL_ERROR):
        wire.note("a length that is not minimal is read")


@requirement("WS-9")
@cases("announced", {"top-bit": TOP_BIT, "top-bit-and-more": TOP_BIT + 100, "all-bits": (1 << 64) - 1})
def test_a_length_with_the_top_bit_fails_the_connection(wire: Wire, announced: int) -> None:
    """A length with the top bit set fails the connection (§5.2)."""
    scene = new_scene(wire)
    frame = Frame(Opcode.TEXT, new_payload(100).octets, extended_length=8, announced=announced)
    scene.offender.send_frame(frame, "bad")
    expect_failed(wire, scene, PROTOCOL_ERROR, TOO_BIG)


# WS-12

PINGS = {
    "0-bytes": b"",
    "1-byte": b"!",
    "125-bytes": bytes(range(LARGEST_CONTROL)),
    "not-UTF-8": b"\xff\xfe\x00\x80",
}


@requirement("WS-12", "ping")
@cases("payload", PINGS)
def test_a_ping_is_answered_with_its_payload(wire: Wire, payload: bytes) -> None:
    """A Ping of 0 and of 125 bytes is answered with its payload (§5.5.2)."""
    ann = wire.join(wire.new_room())
    ann.ping(payload)
    expect_pong(wire, ann, payload)
    wire.fence(ann)


@requirement("WS-12", "several-pings")
def test_of_several_pings_the_last_is_answered(wire: Wire) -> None:
    """A Ping is answered with its payload (of several in a row the last is enough, §5.5.3)."""
    ann = wire.join(wire.new_room())
    pings = [f"ping {number}".encode() for number in range(10)]
    ann.send_frames([Frame(Opcode.PING, payload) for payload in pings])
    expect_pong(wire, ann, pings[-1])
    wire.fence(ann)
    wire.note(f"{len(ann.pongs)} of {len(pings)} Pings in a row are answered")
    strange = [payload for payload in ann.pongs if payload not in pings]
    if strange:
        raise Broken("Pongs with the payloads of Pings", repr(strange[0]), ann.name)


@requirement("WS-12", "pong")
@cases("payload", {"0-bytes": b"", "125-bytes": bytes(LARGEST_CONTROL)})
def test_a_pong_that_nobody_asked_for_is_ignored(wire: Wire, payload: bytes) -> None:
    """An unsolicited Pong is ignored (§5.5.3)."""
    ann = wire.join(wire.new_room())
    ann.send_frame(Frame(Opcode.PONG, payload))
    wire.fence(ann)
    expect_alive(wire, ann, "an unsolicited Pong is ignored")


def expect_pong(wire: Wire, client: Client, payload: bytes) -> None:
    """Wait for the Pong with this payload."""
    allowed = f"{client} receives a Pong with {payload!r}"
    wire.until(lambda: payload in client.pongs or client.is_over, allowed, client)
    if payload not in client.pongs:
        wire.canary()
        raise Broken(allowed, f"Pongs {client.pongs!r}, and the end: {client.end}", client.name)


# WS-13

LONG_OR_CUT = {
    "ping-of-126": Frame(Opcode.PING, bytes(126)),
    "pong-of-126": Frame(Opcode.PONG, bytes(126)),
    "close-of-126": frames.close(1000, b"x" * 124),
    "ping-of-65536": Frame(Opcode.PING, bytes(1 << 16)),
    "fragmented-ping": Frame(Opcode.PING, b"first half", fin=False),
    "fragmented-pong": Frame(Opcode.PONG, b"first half", fin=False),
    "fragmented-close": Frame(Opcode.CLOSE, b"\x03\xe8", fin=False),
}


@requirement("WS-13")
@cases("frame", LONG_OR_CUT)
def test_a_control_frame_that_is_long_or_cut_fails_the_connection(wire: Wire, frame: Frame) -> None:
    """A control frame over 125 bytes or fragmented fails the connection (§5.5)."""
    scene = new_scene(wire)
    scene.offender.send_frame(frame, "bad")
    expect_failed(wire, scene, PROTOCOL_ERROR)
