"""WS: compression (RFC 7692)."""

import random

from ...findings import Broken
from ...payloads.chat_payload import new_payload
from ...requirement import cases, requirement
from ...scenes.failed_connection import INVALID_DATA, PROTOCOL_ERROR, OffenderScene, expect_failed, new_scene
from ...steps.compressed_members import compressing, offer
from ...wire.client import Client
from ...wire.compression.blocks import Run, write_runs
from ...wire.compression.deflate import INVALID_BLOCK
from ...wire.compression.extensions import PERMESSAGE_DEFLATE, fault_of_answer
from ...wire.framing.frames import RSV1, RSV2, RSV3, Frame, Opcode, fragments
from ...wire.transcript import Received
from ...wire.wire import Wire

WORDS = "some words, said again and again, " * 5
"""What compresses well, and better when it is said again."""

FAR_BACK = 6000
"""Bytes between the halves of a message, which are alike: over a window of 12 bits, not over one of 15."""


def answer_of(client: Client) -> str | None:
    """Return the ``Sec-WebSocket-Extensions`` of the server's answer."""
    return None if client.response is None else client.response.header("Sec-WebSocket-Extensions")


def expect_right_answer(client: Client, extensions: str) -> None:
    """Fail unless the answer is one that this offer allows (RFC 7692 section 7.1)."""
    fault = fault_of_answer(answer_of(client), extensions)
    if fault:
        allowed = f"an answer that RFC 7692 allows to {extensions or 'no offer'!r}"
        raise Broken(allowed, f"{answer_of(client)!r}: {fault}", client.name)


# WS-17

OFFERS = {
    "plain": "",
    "client-window": "client_max_window_bits",
    "client-window-of-10-bits": "client_max_window_bits=10",
    "client-window-of-8-bits": "client_max_window_bits=8",
    "server-window-of-8-bits": "server_max_window_bits=8",
    "server-window-of-9-bits": "server_max_window_bits=9",
    "windows-of-9-bits": "server_max_window_bits=9; client_max_window_bits=9",
    "server-window-of-9-bits-without-context": "server_max_window_bits=9; server_no_context_takeover",
    "server-window-of-15-bits": "server_max_window_bits=15",
    "server-without-context": "server_no_context_takeover",
    "client-without-context": "client_no_context_takeover",
    "neither-with-context": "server_no_context_takeover; client_no_context_takeover",
    "as-a-browser": "client_max_window_bits; server_no_context_takeover",
    "everything": "server_no_context_takeover; client_no_context_takeover; server_max_window_bits=12; "
    "client_max_window_bits=12",
}


@requirement("WS-17", "not-offered")
def test_compression_is_not_agreed_unless_offered(wire: Wire) -> None:
    """permessage-deflate is negotiated by RFC 7692 only if offered."""
    for extensions in ("", "x-unheard-of"):
        ann = offer(wire, extensions)
        wire.expect_greeted(ann)
        expect_right_answer(ann, extensions)
        wire.fence(ann)


@requirement("WS-17", "offer")
@cases("parameters", OFFERS)
def test_compressed_messages_carry_the_same_chat(wire: Wire, parameters: str) -> None:
    """permessage-deflate is negotiated by RFC 7692; compressed messages both ways carry the same chat, with
    and without context takeover.
    """
    extensions = "; ".join(filter(None, (PERMESSAGE_DEFLATE, parameters)))
    ann = offer(wire, extensions)
    expect_chat_both_ways(wire, ann, extensions, must_agree=not parameters)


SEVERAL = {
    "unknown-first": f"x-unheard-of; a=1, {PERMESSAGE_DEFLATE}",
    "two-offers": f"{PERMESSAGE_DEFLATE}; server_max_window_bits=10, {PERMESSAGE_DEFLATE}",
    "impossible-first": f"{PERMESSAGE_DEFLATE}; x-unheard-of, {PERMESSAGE_DEFLATE}",
    "quoted": f'{PERMESSAGE_DEFLATE}; server_max_window_bits="12"',
}


@requirement("WS-17", "offers")
@cases("extensions", SEVERAL)
def test_one_of_several_offers_is_taken_or_none(wire: Wire, extensions: str) -> None:
    """permessage-deflate is negotiated by RFC 7692, and an offer it cannot take is declined; compressed
    messages both ways carry the same chat.
    """
    expect_chat_both_ways(wire, offer(wire, extensions), extensions)


IMPOSSIBLE = {
    "unknown-parameter": "x-unheard-of",
    "unknown-parameter-with-value": "x-unheard-of=1",
    "flag-with-value": "server_no_context_takeover=1",
    "server-window-without-value": "server_max_window_bits",
    "server-window-of-7-bits": "server_max_window_bits=7",
    "server-window-of-16-bits": "server_max_window_bits=16",
    "client-window-of-16-bits": "client_max_window_bits=16",
    "client-window-no-number": "client_max_window_bits=wide",
    "window-with-a-leading-zero": "server_max_window_bits=010",
    "twice-the-same": "client_no_context_takeover; client_no_context_takeover",
}


@requirement("WS-17", "impossible-offer")
@cases("parameters", IMPOSSIBLE)
def test_an_offer_that_cannot_be_taken_is_declined(wire: Wire, parameters: str) -> None:
    """An offer it cannot take is declined (a refusal with 400 is a WARN)."""
    extensions = f"{PERMESSAGE_DEFLATE}; {parameters}"
    expect_chat_both_ways(wire, offer(wire, extensions), extensions)


def expect_chat_both_ways(wire: Wire, ann: Client, extensions: str, must_agree: bool = False) -> None:
    """Fail unless the answer is right, and what ``ann`` and a plain member say is the same for both."""
    if ann.response is not None and ann.response.status == 400:
        wire.warn("HTTP 400 refuses the handshake for its offer, which could be declined")
        return
    wire.expect_greeted(ann)
    expect_right_answer(ann, extensions)
    wire.note(f"answered with {answer_of(ann) or 'no extension'}")
    if must_agree and ann.agreement is None:
        raise Broken("the server agrees to permessage-deflate, as it declares", "no extension", ann.name)
    bob = wire.join(ann.room)
    ann.compresses = ann.agreement is not None
    for _ in range(3):
        for speaker in (ann, bob):
            wire.expect_chat(speaker.say(WORDS, Author=f"{speaker}-{wire.new_name()}"), ann, bob)
    expect_far_reaching(wire, ann, bob)
    ann.compresses = False
    wire.fence(ann, bob)
    wire.note(f"{count_compressed(wire, ann)} of the server's messages are compressed")


def expect_far_reaching(wire: Wire, ann: Client, bob: Client) -> None:
    """Fail unless messages that repeat themselves after a long way arrive whole, each way."""
    for speaker in (ann, bob):
        noise = random.Random(repr(speaker)).randbytes(FAR_BACK // 4 * 3)
        for _ in range(2):
            wire.expect_chat(speaker.say(noise + noise), ann, bob)


def count_compressed(wire: Wire, client: Client) -> int:
    """Return how many of the messages that the client received were compressed."""
    received = (event for event in wire.transcript.events if isinstance(event, Received))
    return sum(event.client == client.name and bool(event.frame.rsv & RSV1) for event in received)


MIXED = (
    "",
    PERMESSAGE_DEFLATE,
    f"{PERMESSAGE_DEFLATE}; server_max_window_bits=9",
    f"{PERMESSAGE_DEFLATE}; server_no_context_takeover",
    f"{PERMESSAGE_DEFLATE}; server_max_window_bits=9; server_no_context_takeover",
)


@requirement("WS-17", "mixed")
def test_members_with_different_agreements_hear_the_same(wire: Wire) -> None:
    """Compressed messages both ways carry the same chat, with and without context takeover, whatever was
    agreed on with the others in the room.
    """
    room = wire.new_room()
    members: list[Client] = []
    for extensions in (*MIXED, PERMESSAGE_DEFLATE, ""):  # each is there while others join behind it
        member = offer(wire, extensions, room)
        if member.refused:
            wire.warn(f"the handshake is refused for its offer {extensions}, which could be declined")
            continue
        wire.expect_greeted(member)
        member.compresses = member.agreement is not None
        members.append(member)
        noise = random.Random(extensions).randbytes(FAR_BACK // 4 * 3)
        for words in (WORDS, noise + noise):
            wire.expect_chat(member.say(words), *members)
    for speaker in members:
        wire.expect_chat(speaker.say(WORDS), *members)


@requirement("WS-17", "fragmented")
def test_a_compressed_message_in_fragments_is_one_message(wire: Wire) -> None:
    """Compressed messages both ways carry the same chat; in fragments too (§6.1: RSV1 on the first)."""
    scene = compressing_scene(wire)
    payload = new_payload(2000)
    whole = scene.offender.compressed(payload.octets)
    size = len(whole.payload)
    first, *others = fragments(whole.payload, [0, size // 3, size // 3, size // 2])
    scene.offender.send_frames([Frame(Opcode.TEXT, first.payload, fin=False, rsv=RSV1), *others], "good")
    wire.expect_chat(payload.of(scene.offender), scene.offender, scene.near)
    wire.fence(scene.offender, scene.near)


def compressing_scene(wire: Wire) -> OffenderScene:
    """Return a scene whose offender has agreed to compression."""
    return new_scene(wire, compressing(wire))


# WS-18


@requirement("WS-18")
@cases("opcode", {"ping": Opcode.PING, "pong": Opcode.PONG, "close": Opcode.CLOSE})
def test_rsv1_on_a_control_frame_fails_the_connection(wire: Wire, opcode: Opcode) -> None:
    """RSV1 on a control frame fails the connection (RFC 7692 §6)."""
    scene = compressing_scene(wire)
    scene.offender.send_frame(Frame(opcode, b"\x03\xe8", rsv=RSV1))
    expect_failed(wire, scene, PROTOCOL_ERROR)


@requirement("WS-18", "continuation")
@cases("compressed", {"of-a-compressed-message": True, "of-a-plain-message": False})
def test_rsv1_on_a_continuation_fails_the_connection(wire: Wire, compressed: bool) -> None:
    """RSV1 on a continuation frame fails the connection (RFC 7692 §6)."""
    scene = compressing_scene(wire)
    octets = new_payload().octets
    whole = scene.offender.compressed(octets).payload if compressed else octets
    first, second = whole[:9], whole[9:]
    start = Frame(Opcode.TEXT, first, fin=False, rsv=RSV1 if compressed else 0)
    scene.offender.send_frames([start, Frame(Opcode.CONTINUATION, second, rsv=RSV1)], "bad")
    expect_failed(wire, scene, PROTOCOL_ERROR)


@requirement("WS-18")
@cases("bits", {"RSV2": RSV1 | RSV2, "RSV3": RSV1 | RSV3})
def test_other_reserved_bits_stay_reserved(wire: Wire, bits: int) -> None:
    """RSV2 and RSV3 fail the connection where compression is agreed too (RFC 7692 §6; RFC 6455 §5.2)."""
    scene = compressing_scene(wire)
    payload = scene.offender.compressed(new_payload().octets).payload
    scene.offender.send_frame(Frame(Opcode.TEXT, payload, rsv=bits), "bad")
    expect_failed(wire, scene, PROTOCOL_ERROR)


CORRUPT = {
    "invalid-block-type": INVALID_BLOCK,
    "invalid-block-type-behind-good-ones": bytes.fromhex("f248cdc9c90700") + INVALID_BLOCK,
    "stored-block-of-wrong-length": b"\x00\x05\x00\x05\x00hello",
    "reference-before-the-beginning": write_runs([Run(b"never said " * 9)], b"never said " * 9, 15),
}


@requirement("WS-18")
@cases("payload", CORRUPT)
def test_a_corrupt_compressed_message_fails_the_connection(wire: Wire, payload: bytes) -> None:
    """A corrupt compressed message (an invalid block type) fails the connection (RFC 7692 §6)."""
    scene = compressing_scene(wire)
    scene.offender.send_frame(Frame(Opcode.TEXT, payload, rsv=RSV1), "bad")
    expect_failed(wire, scene, PROTOCOL_ERROR, INVALID_DATA)
