"""SEC: how long a frame may say that it is."""

from collections.abc import Callable

from ...findings import Broken
from ...requirement import cases, requirement
from ...scenes.failed_connection import expect_undisturbed, new_scene
from ...steps.bystanders import Delay, expect_no_stall, longest_echo
from ...steps.common import has_ended
from ...steps.server_memory import Memory
from ...wire.client import Client
from ...wire.framing.frames import Frame, Opcode
from ...wire.wire import Wire

# SEC-3

LENGTHS = {
    "1-mib": 1 << 20,
    "over-16-mib": (16 << 20) + 1,
    "256-mib": 1 << 28,
    "31-bits": (1 << 31) - 1,
    "2-gib": 1 << 31,
    "4-gib": 1 << 32,
    "1-tib": 1 << 40,
    "62-bits": 1 << 62,
    "63-bits": (1 << 63) - 1,
}
SOME_LENGTHS = [LENGTHS[name] for name in ("1-mib", "256-mib", "2-gib", "1-tib", "63-bits")]

MUCH_MEMORY = 128 << 20
"""Bytes that are seen if they are taken, whatever else a server does."""

Announce = Callable[[Client, int], None]
"""What lets a client send a frame that announces so many bytes."""


def announcing(opcode: int, payload: bytes = b"") -> Announce:
    """Return what announces a length, and sends ``payload`` of what it announces."""
    return lambda client, length: client.send_frame(Frame(opcode, payload, announced=length), "bad")


def in_the_middle(client: Client, length: int) -> None:
    """Announce the length of a continuation, behind a first fragment."""
    client.send_frame(Frame(Opcode.TEXT, b'{"Message":"', fin=False), "bad")
    client.send_frame(Frame(Opcode.CONTINUATION, announced=length, fin=False), "bad")


@requirement("SEC-3")
@cases("length", LENGTHS)
def test_a_huge_length_without_bytes_stalls_nobody_and_costs_no_memory(wire: Wire, length: int) -> None:
    """Frames that announce a huge length and send nothing do not stall others, and cost no matching memory
    (seen only where the process is at hand).
    """
    expect_harmless(wire, announcing(Opcode.TEXT), [length])


PLACES: dict[str, Announce] = {
    "first-fragment": lambda client, length: client.send_frame(
        Frame(Opcode.TEXT, announced=length, fin=False), "bad"
    ),
    "continuation": in_the_middle,
    "binary": announcing(Opcode.BINARY),
    "ping": announcing(Opcode.PING),
    "close": announcing(Opcode.CLOSE),
    "little-behind": announcing(Opcode.TEXT, b'{"Message":"YSBiZWdpbm5pbmc'),
}


@requirement("SEC-3", "in")
@cases("announce", PLACES)
def test_a_huge_length_stalls_nobody_wherever_it_stands(wire: Wire, announce: Announce) -> None:
    """Frames that announce a huge length, wherever they stand, do not stall others, and cost no matching
    memory.
    """
    expect_harmless(wire, announce, SOME_LENGTHS, behind_a_message=True)


@requirement("SEC-3", "of-ten-at-once")
def test_many_huge_lengths_at_once_stall_nobody(wire: Wire) -> None:
    """Frames that announce a huge length, however many, do not stall others, and cost no matching memory."""
    expect_harmless(wire, announcing(Opcode.TEXT), [1 << 28] * 10)


def expect_harmless(
    wire: Wire, announce: Announce, lengths: list[int], *, behind_a_message: bool = False
) -> None:
    """Fail if connections that each announce one of ``lengths`` stall others, or cost such memory."""
    memory = Memory.of(wire.target.pid)
    ended = 0

    def attempt() -> Delay:
        nonlocal ended
        scene = new_scene(wire)
        others = (scene.near, scene.far)
        offenders = [scene.offender, *wire.join_many(*(wire.new_room() for _ in lengths[1:]))]
        if behind_a_message:
            longest_echo(wire, offenders, times=1)
        before = longest_echo(wire, others)
        for offender, length in zip(offenders, lengths, strict=True):
            announce(offender, length)
        meanwhile = longest_echo(wire, others)
        expect_undisturbed(wire, scene)
        ended += sum(map(has_ended, offenders))
        for offender in offenders:
            offender.reset()
        return Delay(before, meanwhile)

    expect_no_stall(wire, attempt, "lengths that are announced")
    grown = memory.grown
    if max(lengths) >= MUCH_MEMORY and grown >= MUCH_MEMORY // 2:
        raise Broken("no memory to match the announced length", f"{grown >> 20} MiB more in use")
    wire.note(f"{'' if ended else 'no '}connections are ended at once")
    if memory.process is None:
        wire.note("the server's memory cannot be seen from here")
