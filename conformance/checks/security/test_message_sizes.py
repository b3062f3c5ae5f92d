"""SEC: how large a message may be."""

import json
from collections.abc import Callable, Iterable, Iterator

from ...configuration.profile import Profile
from ...findings import NotDeclared
from ...payloads.chat_payload import Payload, new_payload
from ...requirement import cases, requirement
from ...scenes.failed_connection import TOO_BIG, OffenderScene, expect_failed, new_scene
from ...steps.common import REFUSALS
from ...steps.compressed_members import compressing
from ...steps.pouring import cut, pour
from ...wire.compression.deflate import bomb
from ...wire.framing import frames
from ...wire.framing.frames import RSV1, Frame, Opcode, fragments
from ...wire.wire import Wire

ACCEPTED = 32 * 1024
"""Bytes of a message that every server takes (SEC-1)."""

LARGEST_LIMIT = 16 << 20
"""Bytes of the largest message that a server may take that declares no limit (SEC-2)."""


def limit_of(profile: Profile) -> int:
    """Return over how many bytes a message must be refused."""
    return LARGEST_LIMIT if profile.message_limit is None else profile.message_limit


# SEC-1

SHAPES = {"whole": 1, "in-4-fragments": 4, "in-1000-fragments": 1000}


@requirement("SEC-1")
@cases("parts", SHAPES)
def test_a_message_of_32_kib_is_accepted(wire: Wire, parts: int) -> None:
    """A client message of 32 KiB is accepted, whole or in up to 1,000 fragments."""
    scene = new_scene(wire)
    expect_taken(wire, scene, new_payload(ACCEPTED), parts)


def escaped(size: int) -> Payload:
    """Return a message of so many bytes, each character of its ``Message`` written as an escape."""
    message = new_payload().message
    message += "A" * ((size - len(in_escapes(message))) // 24 * 4)
    return Payload(in_escapes(message).ljust(size), message)


def in_escapes(message: str) -> bytes:
    """Return the JSON of a ``Message``, each of its characters an escape."""
    return b'{"Message":"%s"}' % "".join(f"\\u{ord(each):04x}" for each in message).encode()


def spaced(size: int) -> Payload:
    """Return a short message, filled up with the white space that JSON allows."""
    payload = new_payload()
    return Payload(payload.octets.ljust(size), payload.message)


@requirement("SEC-1")
@cases("made", {"escaped": escaped, "white-space": spaced})
def test_a_message_of_32_kib_is_accepted_however_it_is_written(
    wire: Wire, made: Callable[[int], Payload]
) -> None:
    """A client message of 32 KiB is accepted, however its JSON is written: its bytes count."""
    expect_taken(wire, new_scene(wire), made(ACCEPTED))


@requirement("SEC-1", "compressed")
def test_a_compressed_message_of_32_kib_is_accepted(wire: Wire) -> None:
    """A client message of 32 KiB is accepted, compressed too."""
    wire.needs("deflate")
    expect_compressed_taken(wire, ACCEPTED)


def expect_taken(wire: Wire, scene: OffenderScene, payload: Payload, parts: int = 1) -> None:
    """Fail unless this message, in so many frames, reaches the room."""
    scene.offender.send_frames(in_parts(payload.octets, parts), "good")
    wire.expect_chat(payload.of(scene.offender), scene.offender, scene.near)


def in_parts(octets: bytes, parts: int) -> list[Frame]:
    """Return a message in so many fragments of like size."""
    return fragments(octets, [len(octets) * part // parts for part in range(1, parts)])


def expect_compressed_taken(wire: Wire, size: int) -> None:
    """Fail unless a compressed message that inflates to ``size`` bytes reaches the room."""
    scene = new_scene(wire, compressing(wire))
    payload = new_payload(size)
    scene.offender.send_frame(scene.offender.compressed(payload.octets), "good")
    wire.expect_chat(payload.of(scene.offender), scene.offender, scene.near)


# SEC-2


@requirement("SEC-2", "at-the-limit")
@cases("parts", {"whole": 1, "in-16-fragments": 16})
def test_a_message_as_large_as_the_declared_limit_is_accepted(
    wire: Wire, profile: Profile, parts: int
) -> None:
    """The server has a limit: the declared one."""
    expect_taken(wire, new_scene(wire), new_payload(declared(profile)), parts)


@requirement("SEC-2", "at-the-limit-compressed")
def test_a_compressed_message_as_large_as_the_declared_limit_is_accepted(
    wire: Wire, profile: Profile
) -> None:
    """The server has a limit: the declared one. What a compressed message inflates to counts."""
    wire.needs("deflate")
    expect_compressed_taken(wire, declared(profile))


def declared(profile: Profile) -> int:
    """Return the declared limit; ends the check as N/A where there is none."""
    if profile.message_limit is None:
        raise NotDeclared("the server declares no limit")
    return profile.message_limit


Cut = Callable[[int], Iterable[Frame]]
"""What makes a message over the limit, of a size that it is told."""


def in_fragments(count: int) -> Cut:
    """Return what makes a message of so many fragments of like size."""

    return lambda size: in_parts(new_payload(size).octets, count)


def small(size: int) -> int:
    """Return the size of fragments each of which every server takes, and a thousand would be far over."""
    return min(ACCEPTED, size // 16)


def in_small_fragments(size: int) -> Iterator[Frame]:
    """Return a message in fragments each of which would be a message that any server takes."""
    return cut(new_payload(size).octets, small(size), Opcode.TEXT)


def with_pings_between(size: int) -> Iterator[Frame]:
    """Return such fragments, with a Ping behind each second one."""
    for number, frame in enumerate(in_small_fragments(size)):
        yield frame
        if number % 2:
            yield Frame(Opcode.PING, b"between")


def never_finished(size: int) -> Iterator[Frame]:
    """Return fragments without a last one."""
    return cut(new_payload(size).octets, small(size), Opcode.TEXT, finished=False)


def in_4_byte_characters(size: int) -> Iterable[Frame]:
    """Return a message that has a quarter as many characters, and half as many UTF-16 units."""
    fields = {"Message": new_payload().message, "Note": ""}
    length = len(json.dumps(fields).encode())
    fields["Note"] = "\U0001f375" * ((size - length) // 4)
    return [frames.text(json.dumps(fields, ensure_ascii=False).encode().ljust(size))]


OVER: dict[str, Cut] = {
    "whole": in_fragments(1),
    "in-2-fragments": in_fragments(2),
    "in-16-fragments": in_fragments(16),
    "in-small-fragments": in_small_fragments,
    "with-pings-between": with_pings_between,
    "one-byte-behind-the-limit": lambda size: fragments(new_payload(size).octets, [size - 1]),
    "never-finished": never_finished,
    "in-4-byte-characters": in_4_byte_characters,
}


@requirement("SEC-2", "over-the-limit")
@cases("over", OVER)
def test_a_message_over_the_limit_ends_the_connection(wire: Wire, profile: Profile, over: Cut) -> None:
    """A message over the limit (the declared one, else 16 MiB) gets close 1009 (or a TCP end), whole or
    fragmented, its last fragment there or not: its bytes count, whatever its frames' are. An Error alone is
    not enough; others are undisturbed.
    """
    scene = new_scene(wire)
    pour(wire, scene.offender, over(limit_of(profile) + 1))
    expect_failed(wire, scene, TOO_BIG, codes={TOO_BIG})


@requirement("SEC-2", "over-the-limit-behind-good-ones")
def test_the_limit_holds_for_later_messages_too(wire: Wire, profile: Profile) -> None:
    """A message over the limit gets close 1009 (or a TCP end)."""
    scene = new_scene(wire)
    expect_taken(wire, scene, new_payload(), 2)
    expect_taken(wire, scene, new_payload(ACCEPTED))
    pour(wire, scene.offender, in_small_fragments(limit_of(profile) + 1))
    expect_failed(wire, scene, TOO_BIG, codes={TOO_BIG})


@requirement("SEC-2", "over-the-limit-binary")
@cases("parts", {"whole": 1, "in-16-fragments": 16})
def test_the_limit_holds_for_binary_messages_too(wire: Wire, profile: Profile, parts: int) -> None:
    """A message over the limit gets close 1009 (or a TCP end); one that is refused as binary before it is
    whole gets the code of that.
    """
    scene = new_scene(wire)
    size = limit_of(profile) + 1
    pour(wire, scene.offender, cut(bytes(size), -(-size // parts), Opcode.BINARY))
    expect_failed(wire, scene, *REFUSALS, codes=REFUSALS)


AT_ONCE = 50
"""Messages between two fences: far fewer than a flood."""


@requirement("SEC-2", "a-long-life")
@cases("parts", {"whole": 1, "in-4-fragments": 4})
def test_the_limit_is_one_of_messages_and_not_of_connections(
    wire: Wire, profile: Profile, parts: int
) -> None:
    """The server has a limit for a message: many that are under it may be over it together."""
    scene = new_scene(wire)
    for number in range(limit_of(profile) // ACCEPTED + 2):
        octets = spaced(ACCEPTED).octets
        whole = frames.text(octets.strip())
        scene.offender.send_as(whole, b"".join(map(frames.write_frame, in_parts(octets, parts))))
        if number % AT_ONCE == AT_ONCE - 1:
            wire.fence(scene.offender)
    wire.fence(scene.offender, scene.near)


# SEC-9


def at_once(compressed: bytes) -> Iterable[Frame]:
    """Return a compressed message in one frame."""
    return [Frame(Opcode.TEXT, compressed, rsv=RSV1)]


def in_16(compressed: bytes) -> Iterator[Frame]:
    """Return a compressed message in fragments, none of which inflates to much by itself."""
    first, *others = cut(compressed, -(-len(compressed) // 16), Opcode.TEXT)
    yield Frame(first.opcode, first.payload, first.fin, rsv=RSV1)
    yield from others


INFLATED: dict[str, tuple[int, Callable[[bytes], Iterable[Frame]]]] = {
    "one-byte-over": (1, at_once),
    "a-thousand-times-its-size": (48 << 20, at_once),
    "in-16-fragments": (1, in_16),
}


@requirement("SEC-9")
@cases("over", INFLATED)
def test_a_message_that_inflates_over_the_limit_gets_close_1009(
    wire: Wire, profile: Profile, over: tuple[int, Callable[[bytes], Iterable[Frame]]]
) -> None:
    """A compressed message that inflates over the limit gets close 1009, in however many fragments."""
    more, parted = over
    scene = new_scene(wire, compressing(wire))
    pour(wire, scene.offender, parted(bomb(limit_of(profile) + more)))
    expect_failed(wire, scene, TOO_BIG, codes={TOO_BIG})
