"""SEC: how large a message may be, and how long a frame may say that it is."""

from conformance.failing import TOO_BIG, Scene, expect_failed, expect_undisturbed, has_ended, new_scene
from conformance.findings import Broken, NotDeclared
from conformance.memory import Memory
from conformance.payloads import new_payload
from conformance.plugin.profile import Profile
from conformance.requirement import cases, requirement
from conformance.wire import frames
from conformance.wire.client import Client
from conformance.wire.deflate import bomb
from conformance.wire.extensions import PERMESSAGE_DEFLATE
from conformance.wire.frames import RSV1, Frame, Opcode, fragments
from conformance.wire.wire import Wire

ACCEPTED = 32 * 1024
"""Bytes of a message that every server takes (SEC-1)."""

LARGEST_LIMIT = 16 << 20
"""Bytes of the largest message that a server may take that declares no limit (SEC-2)."""


def limit_of(profile: Profile) -> int:
    """Return over how many bytes a message must be refused."""
    return LARGEST_LIMIT if profile.message_limit is None else profile.message_limit


# SEC-1

SHAPES = {"whole": 1, "in-4-fragments": 4}


@requirement("SEC-1")
@cases("parts", SHAPES)
def test_a_message_of_32_kib_is_accepted(wire: Wire, parts: int) -> None:
    """A client message of 32 KiB is accepted."""
    scene = new_scene(wire)
    expect_taken(wire, scene, ACCEPTED, parts)


def expect_taken(wire: Wire, scene: Scene, size: int, parts: int = 1) -> None:
    """Fail unless a message of ``size`` bytes in so many frames reaches the room."""
    payload = new_payload(size)
    cuts = [size * part // parts for part in range(1, parts)]
    scene.offender.send_frames(fragments(payload.octets, cuts), "good")
    wire.expect_chat(payload.of(scene.offender), scene.offender, scene.near)


# SEC-2


@requirement("SEC-2", "at-the-limit")
def test_a_message_as_large_as_the_declared_limit_is_accepted(wire: Wire, profile: Profile) -> None:
    """The server has a limit: the declared one."""
    if profile.message_limit is None:
        raise NotDeclared("the server declares no limit")
    expect_taken(wire, new_scene(wire), profile.message_limit)


OVER = {"whole": 1, "in-2-fragments": 2, "in-16-fragments": 16}


@requirement("SEC-2", "over-the-limit")
@cases("parts", OVER)
def test_a_message_over_the_limit_ends_the_connection(wire: Wire, profile: Profile, parts: int) -> None:
    """A message over the limit (the declared one, else 16 MiB) gets close 1009 (or a TCP end), whole or
    fragmented; an Error alone is not enough; others are undisturbed.
    """
    scene = new_scene(wire)
    payload = new_payload(limit_of(profile) + 1)
    size = len(payload.octets)
    cuts = [size * part // parts for part in range(1, parts)]
    for frame in fragments(payload.octets, cuts):
        send_large(scene.offender, frame)
    expect_failed(wire, scene, TOO_BIG, codes={TOO_BIG})


def send_large(client: Client, frame: Frame) -> None:
    """Send a frame of which the transcript keeps the beginning only."""
    octets = frames.write_frame(frame)
    client.send_bytes(octets[:64])
    client.send_unrecorded(octets[64:])


# SEC-3

ANNOUNCED = {"256-mib": 1 << 28, "4-gib": 1 << 32, "63-bits": (1 << 63) - 1}


@requirement("SEC-3")
@cases("length", ANNOUNCED)
def test_a_huge_length_without_bytes_stalls_nobody_and_costs_no_memory(wire: Wire, length: int) -> None:
    """A frame that announces a huge length and sends nothing does not stall others, and costs no matching
    memory (seen only where the process is at hand).
    """
    scene = new_scene(wire)
    memory = Memory.of(wire.target.pid)
    scene.offender.send_frame(Frame(Opcode.TEXT, announced=length), "bad")
    expect_undisturbed(wire, scene)
    grown = memory.grown
    if grown >= min(length, 1 << 28) // 2:
        raise Broken("no memory to match the announced length", f"{grown >> 20} MiB more in use")
    ended = has_ended(scene.offender)
    wire.note(f"the connection is {'ended at once' if ended else 'kept, waiting for the bytes'}")
    if memory.process is None:
        wire.note("the server's memory cannot be seen from here")


# SEC-9

INFLATED = {"one-byte-over": 1, "a-thousand-times-its-size": 48 << 20}


@requirement("SEC-9")
@cases("over", INFLATED)
def test_a_message_that_inflates_over_the_limit_gets_close_1009(
    wire: Wire, profile: Profile, over: int
) -> None:
    """A compressed message that inflates over the limit gets close 1009."""
    room = wire.new_room()
    offender = wire.dial(room, wire.target.of_room(room))
    request = wire.request(wire.target.of_room(room))
    offender.send_request(request.but(Sec_WebSocket_Extensions=PERMESSAGE_DEFLATE))
    wire.expect_greeted(offender)
    if offender.agreement is None:
        raise Broken("the server agrees to permessage-deflate, as it declares", "no extension", offender.name)
    scene = new_scene(wire, offender)
    send_large(offender, Frame(Opcode.TEXT, bomb(limit_of(profile) + over), rsv=RSV1))
    expect_failed(wire, scene, TOO_BIG, codes={TOO_BIG})
