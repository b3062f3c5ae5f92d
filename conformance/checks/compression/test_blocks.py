"""WS: what a compressed message may be made of (RFC 7692 sections 6 and 7.2)."""

import random
import secrets
from collections.abc import Callable, Iterator, Sequence

from ...findings import Broken
from ...messages.matchers import chat, error
from ...payloads.chat_payload import Payload, new_payload, varied_payload
from ...payloads.compression_recipes import BLOCKS, WINDOWS, last_then_more
from ...requirement import cases, requirement
from ...scenes.failed_connection import (
    INVALID_DATA,
    PROTOCOL_ERROR,
    OffenderScene,
    expect_undisturbed,
    new_scene,
    read_or_failed,
)
from ...steps.common import REFUSALS, has_ended
from ...steps.compressed_members import compressing
from ...wire.client import Client
from ...wire.compression.blocks import EMPTY_BLOCK, TAIL, Recipe, ordinary
from ...wire.compression.extensions import CLIENT_NO_CONTEXT_TAKEOVER
from ...wire.descriptions import describe
from ...wire.framing.frames import RSV1, Frame, Opcode, fragments
from ...wire.waits.patience import LEAVING
from ...wire.wire import Wire

KIB = 1 << 10
VARIED = 300
"""Random bytes of a message: enough for blocks of each type, and for a reference to be worth it."""


def pairs(wire: Wire) -> Iterator[tuple[Client, Client]]:
    """Yield a member that compresses and one that does not, with and without a context to take over."""
    for parameters in ((), (CLIENT_NO_CONTEXT_TAKEOVER,)):
        ann = compressing(wire, *parameters)
        yield ann, wire.join(ann.room)


def tell(
    wire: Wire, ann: Client, bob: Client, recipe: Recipe = ordinary, payload: Payload | None = None
) -> None:
    """Let ``ann`` send a message made by ``recipe``, and wait until both have it."""
    payload = payload or varied_payload(VARIED)
    ann.send_frame(ann.compressed(payload.octets, recipe), "open")
    wire.expect_chat(payload.of(ann), ann, bob)


# WS-19: blocks.


@requirement("WS-19", "blocks")
@cases("recipe", BLOCKS)
def test_a_message_of_any_blocks_is_read(wire: Wire, recipe: Recipe) -> None:
    """A compressed message is read whatever it is made of: blocks of any type and number, with BFINAL set or
    not (what stands behind such a block, in the message or in the next, is read on, §7.2.3.4, §7.2.3.5).
    """
    for ann, bob in pairs(wire):
        for _ in range(2):
            tell(wire, ann, bob, recipe)
            ann.forget_window()  # that it outlives a last block has a check of its own
            tell(wire, ann, bob)
        wire.fence(ann, bob)


@requirement("WS-19", "last-block-unfinished")
def test_a_last_block_without_the_octet_behind_it_is_read_or_fails(wire: Wire) -> None:
    """What stands behind a block with BFINAL is read on. The octet that §7.2.3.4 has a client send behind it
    is missing here, so the server may also fail the connection.
    """
    scene = new_scene(wire, compressing(wire))
    ann = scene.offender
    for recipe in (BLOCKS["last-block-dynamic"], ordinary):
        payload = varied_payload(VARIED)
        octets = ann.compressed(payload.octets, recipe).payload
        ann.forget_window()
        octets = octets if recipe is ordinary else octets.removesuffix(EMPTY_BLOCK)
        ann.send_frame(Frame(Opcode.TEXT, octets, rsv=RSV1), "open")
        if not read_or_failed(wire, scene, payload.message, PROTOCOL_ERROR, INVALID_DATA):
            return
    wire.note("a last block without an octet behind it is read")


# WS-19: the window.

NOISE = random.Random(7692).randbytes(VARIED)
"""What messages share, so that the later refers to the earlier."""
FAR = 22 * KIB
"""Random bytes whose base64, in a message, leaves little of a window of 32 KiB."""


@requirement("WS-19", "window-behind")
@cases("recipe", WINDOWS)
def test_the_window_outlives_a_message_of_any_blocks(wire: Wire, recipe: Recipe) -> None:
    """The window outlives a message, also one with BFINAL (to fail the connection, as zlib does by itself, is
    a WARN), §7.2.2.
    """
    scene = new_scene(wire, compressing(wire))
    for made_by, noise in ((recipe, NOISE * 2), (ordinary, NOISE)):
        payload = varied_payload(3, noise)
        scene.offender.send_frame(scene.offender.compressed(payload.octets, made_by), "open")
        if not read_or_failed(wire, scene, payload.message, PROTOCOL_ERROR, INVALID_DATA):
            wire.warn("what refers to a place before a block with BFINAL fails the connection (§7.2.2)")
            return


def plain(ann: Client) -> None:
    """Send a good message that is not compressed."""
    ann.say(NOISE[::-1])


def bad(ann: Client) -> None:
    """Send a message that is no JSON."""
    ann.send_frame(ann.compressed(b'{"Message":' + NOISE.hex().encode()), "bad")


def binary(ann: Client) -> None:
    """Send a message that is not text."""
    ann.send_frame(Frame(Opcode.BINARY, ann.compressed(NOISE).payload, rsv=RSV1), "bad")


def nothing(ann: Client) -> None:
    """Send a message that inflates to nothing."""
    ann.send_frame(ann.compressed(b""), "bad")


def ping(ann: Client) -> None:
    """Send a Ping and a Pong."""
    ann.send_frames([Frame(Opcode.PING, b"ping" * 20), Frame(Opcode.PONG, b"pong" * 20)])


BETWEEN = {
    "plain-between": plain,
    "bad-between": bad,
    "binary-between": binary,
    "empty-between": nothing,
    "ping-and-pong-between": ping,
}


BAD_ONES = (bad, binary, nothing)


@requirement("WS-19", "window")
@cases("between", BETWEEN)
def test_the_window_outlives_what_comes_between(wire: Wire, between: Callable[[Client], None]) -> None:
    """The window outlives a message, plain and bad ones between too (§7.2.2)."""
    for patience in (wire.deadlines.reaction, wire.deadlines.wait):
        ann = compressing(wire)
        bob = wire.join(ann.room)
        if all(is_read_on(wire, ann, bob, between, patience) for _ in range(2)) or ann.close_code is not None:
            return
        # What was sent behind the bad message may have met a closing connection, whose reset hid the Close.
    expect_refused(wire, ann)


def is_read_on(
    wire: Wire, ann: Client, bob: Client, between: Callable[[Client], None], patience: float
) -> bool:
    """Return whether a message that refers to one before another is read; if not, the other was a bad one,
    and ended the connection.
    """
    tell(wire, ann, bob, payload=varied_payload(3, NOISE))
    wait_for_reaction(wire, ann, lambda: between(ann), patience if between in BAD_ONES else 0.0)
    payload = varied_payload(3, NOISE)
    return is_read_or_refused(wire, ann, bob, payload, may_be_refused=between in BAD_ONES)


def wait_for_reaction(wire: Wire, ann: Client, send: Callable[[], None], patience: float) -> None:
    """Send something, and wait for an Error or an end of the connection, which need not come."""
    told = len(ann.received(error()))
    send()
    wire.wait(lambda: len(ann.received(error())) > told or has_ended(ann), patience)


def is_read_or_refused(
    wire: Wire, ann: Client, bob: Client, payload: Payload, may_be_refused: bool = True
) -> bool:
    """Send a message; return whether it is read; fail unless it is, or a bad one before it was refused."""
    if not has_ended(ann):
        said = payload.of(ann).as_chat
        ann.send_frame(ann.compressed(payload.octets), "open")
        allowed = f"{bob} receives {said!r}"
        wire.until(lambda: bool(bob.received(said)) or has_ended(ann), allowed, ann, bob)
        if bob.received(said):
            wire.expect(bob, said)
            return True
    wire.wait(lambda: ann.is_over, what=LEAVING)
    if ann.close_code is not None or not may_be_refused:
        expect_refused(wire, ann, may_be_refused)
    return False


def expect_refused(wire: Wire, ann: Client, may_be_refused: bool = True) -> None:
    """Fail unless ``ann``'s bad message was refused by one of the close codes for it (BAD-1)."""
    if ann.close_code not in REFUSALS or not may_be_refused:
        wire.canary()
        allowed = "a close code that refuses a message" if may_be_refused else "an open connection"
        raise Broken(allowed, describe(ann), ann.name)
    wire.note(f"a bad message closes the connection with {ann.close_code}")


@requirement("WS-19", "window-of-each")
def test_each_member_has_a_window_of_its_own(wire: Wire) -> None:
    """The window outlives a message (§7.2.2): a connection's own, whatever others send."""
    ann = compressing(wire)
    bob = compressing(wire, room=ann.room)
    for _ in range(3):
        for speaker, listener, noise in ((ann, bob, NOISE), (bob, ann, NOISE[::-1])):
            tell(wire, speaker, listener, payload=varied_payload(3, noise))


@requirement("WS-19", "window-of-32-KiB")
def test_a_message_may_refer_as_far_back_as_the_window_reaches(wire: Wire) -> None:
    """The window outlives a message (§7.2.2)."""
    ann = compressing(wire)
    bob = wire.join(ann.room)
    noise = secrets.token_bytes(FAR)
    sizes = []
    for _ in range(3):
        payload = varied_payload(3, noise)
        frame = ann.compressed(payload.octets)
        sizes.append(len(frame.payload))
        ann.send_frame(frame, "open")
        wire.expect_chat(payload.of(ann), ann, bob)
    wire.note(f"the same of {sizes[0]} bytes comes to {sizes[-1]} when it is said again")


# WS-19: sizes.

SIZES: dict[str, tuple[Callable[[], Payload], Recipe]] = {
    "32-KiB-of-noise": (lambda: varied_payload(24 * KIB - 60), ordinary),
    "32-KiB-of-one-letter": (lambda: new_payload(32 * KIB), ordinary),
    "31-KiB-stored": (lambda: varied_payload(23 * KIB), BLOCKS["stored-blocks"]),
}


@requirement("WS-19", "size")
@cases("size", SIZES)
def test_a_large_compressed_message_is_read(wire: Wire, size: tuple[Callable[[], Payload], Recipe]) -> None:
    """A compressed message is read whatever it is made of (SEC-1: a message of 32 KiB is accepted)."""
    make, recipe = size
    for ann, bob in pairs(wire):
        for _ in range(2):
            tell(wire, ann, bob, recipe, make())
        tell(wire, ann, bob)


# WS-19: fragments.

Cut = Callable[[bytes], Sequence[Frame]]


def cut_at(octets: bytes, *places: int) -> list[Frame]:
    """Return a compressed message in fragments."""
    first, *others = fragments(octets, list(places))
    return [Frame(Opcode.TEXT, first.payload, fin=first.fin, rsv=RSV1), *others]


def with_controls(octets: bytes) -> list[Frame]:
    """Return a message in three fragments with a Ping and a Pong between them."""
    first, second, third = cut_at(octets, len(octets) // 3, len(octets) // 2)
    return [first, Frame(Opcode.PING, b"ping"), second, Frame(Opcode.PONG, b"pong"), third]


def tail_apart(octets: bytes) -> list[Frame]:
    """Return a message in a flushed fragment, and a last one that holds nothing (§7.2.3.6)."""
    return cut_at(octets + TAIL + EMPTY_BLOCK, len(octets + TAIL))


CUTS: dict[str, tuple[Recipe, Cut]] = {
    "single-bytes": (ordinary, lambda octets: cut_at(octets, *range(1, len(octets)))),
    "last-empty": (ordinary, lambda octets: cut_at(octets, len(octets))),
    "first-and-others-empty": (ordinary, lambda octets: cut_at(octets, 0, 0, 9, 9, 9)),
    "tail-apart": (ordinary, tail_apart),
    "ping-and-pong-between": (ordinary, with_controls),
    "last-block-in-single-bytes": (last_then_more, lambda octets: cut_at(octets, *range(1, len(octets)))),
}


@requirement("WS-19", "fragments")
@cases("cut", CUTS)
def test_a_compressed_message_in_any_fragments_is_read(wire: Wire, cut: tuple[Recipe, Cut]) -> None:
    """A compressed message is read whatever it is made of: fragments cut anywhere, control frames between
    them.
    """
    recipe, fragmented = cut
    for ann, bob in pairs(wire):
        for _ in range(2):
            payload = varied_payload(30)
            ann.send_frames(fragmented(ann.compressed(payload.octets, recipe).payload), "open")
            wire.expect_chat(payload.of(ann), ann, bob)
            ann.forget_window()
            tell(wire, ann, bob)
        if fragmented is with_controls:
            expect_pongs(wire, ann, b"ping")


@requirement("WS-19", "fragments-cut-everywhere")
def test_a_compressed_message_may_be_cut_at_each_byte(wire: Wire) -> None:
    """A compressed message is read whatever it is made of: fragments cut anywhere."""
    ann = compressing(wire)
    bob = wire.join(ann.room)
    payloads = [new_payload(author="\u00e9\u2603\U0001f600") for _ in range(90)]
    for place, payload in enumerate(payloads):
        octets = ann.compressed(payload.octets).payload
        ann.send_frames(cut_at(octets, place % (len(octets) + 1)), "open")
    wire.expect_all(bob, *(payload.of(ann) for payload in payloads))


@requirement("WS-19", "fragments-apart")
def test_a_ping_is_answered_inside_a_compressed_message(wire: Wire) -> None:
    """A compressed message is read whatever it is made of: fragments, control frames between them."""
    for ann, bob in pairs(wire):
        payload = varied_payload(VARIED)
        first, second, third = cut_at(ann.compressed(payload.octets).payload, 1, 50)
        for frame, question in ((first, b"one"), (second, b"two")):
            ann.send_frame(frame, "open")
            ann.ping(question)
            expect_pongs(wire, ann, question)
            wire.fence(bob, ann)
        ann.send_frame(third)
        wire.expect_chat(payload.of(ann), ann, bob)
        tell(wire, ann, bob)


def expect_pongs(wire: Wire, ann: Client, *pongs: bytes) -> None:
    """Wait until these are the latest Pongs."""
    allowed = f"{ann} receives the Pongs {pongs!r}"
    wire.until(lambda: ann.pongs[-len(pongs) :] == list(pongs) or ann.is_over, allowed, ann)
    if ann.is_over:
        wire.canary()
        raise Broken(allowed, describe(ann), ann.name)


# WS-19: nothing.

EMPTY: dict[str, Sequence[Frame]] = {
    "stored-block": [Frame(Opcode.TEXT, b"\x00", rsv=RSV1)],
    "fixed-block": [Frame(Opcode.TEXT, b"\x02\x00", rsv=RSV1)],
    "last-block": [Frame(Opcode.TEXT, b"\x03\x00\x00", rsv=RSV1)],
    "fragments": cut_at(b"\x00", 0, 0, 1),
}


@requirement("WS-19", "empty")
@cases("several", EMPTY)
def test_a_compressed_message_of_nothing_is_empty_text(wire: Wire, several: Sequence[Frame]) -> None:
    """A compressed message that inflates to nothing is empty text (BAD)."""
    for parameters in ((), (CLIENT_NO_CONTEXT_TAKEOVER,)):
        for patience in (wire.deadlines.reaction, wire.deadlines.wait):
            scene = new_scene(wire, compressing(wire, *parameters))
            if is_empty_text(wire, scene, several, patience) or scene.offender.close_code is not None:
                break
            # What was sent behind it may have met a closing connection, whose reset hid the Close.
        else:
            expect_refused(wire, scene.offender)


def is_empty_text(wire: Wire, scene: OffenderScene, several: Sequence[Frame], patience: float) -> bool:
    """Return whether nothing comes of these frames; if not, they ended the connection."""
    ann, bob = scene.offender, scene.near
    payloads = [new_payload() for _ in range(4)]
    for payload in payloads:
        if not is_read_or_refused(wire, ann, bob, payload):
            expect_undisturbed(wire, scene)
            return False
        wait_for_reaction(wire, ann, lambda: ann.send_frames(several, "bad"), patience)
        ann.forget_window()
    wire.fence(bob)
    for payload in payloads:
        wire.expect_count(bob, chat(Message=payload.message), 1)
    return True
