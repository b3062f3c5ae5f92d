"""SEC: messages in very many fragments, and frames that never become a message."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from ...findings import Broken
from ...payloads import many_fragments
from ...payloads.chat_payload import new_payload
from ...payloads.many_fragments import Make, Many
from ...requirement import cases, requirement
from ...scenes.failed_connection import OffenderScene, expect_failed, expect_undisturbed, new_scene
from ...steps.bursts import NEVER_LIMITED, burst_time
from ...steps.bystanders import Delay, expect_no_stall, longest_echo
from ...steps.common import REFUSALS, has_ended
from ...steps.compressed_members import compressing
from ...steps.server_memory import Memory
from ...wire.descriptions import describe
from ...wire.framing import frames
from ...wire.framing.frames import Frame, Opcode, fragments
from ...wire.wire import Wire

# SEC-10

REFUSING = frozenset({1008, 1009})
"""The close codes that refuse a message for its fragments."""

ROUNDS = 3
"""So many times a message must be slower than ten of a tenth: once may be the machine's doing."""
SLACK = 4.0
"""How many times slower it may be: where a fragment costs as much as all before it, it is nearly ten."""
_LEAST_EXCESS = 0.2
"""Seconds that no verdict is made of."""
_SHORTEST, _LONGEST = 3.0, 10.0
"""Seconds between which reading is too slow, whatever messages take."""
_SLOWER = 2.0
"""How many times longer than so many messages fragments may take."""


@dataclass(frozen=True)
class Kind:
    """Messages of one kind."""

    make: Make
    count: int
    """How many fragments a message has."""
    compressed: bool = False


KINDS = {
    "one-byte": Kind(many_fragments.of_bytes(1), 60_000),
    "two-bytes": Kind(many_fragments.of_bytes(2), 10_000),
    "empty": Kind(many_fragments.mostly_empty, 70_000),
    "pings-between": Kind(many_fragments.with_pings, 10_000),
    "compressed": Kind(many_fragments.compressed, 5_000, compressed=True),
    "binary": Kind(many_fragments.binary, 10_000),
    "not-JSON": Kind(many_fragments.not_json, 10_000),
}


@requirement("SEC-10")
@cases("kind", KINDS)
def test_a_message_in_many_fragments_is_read_in_time_or_refused(wire: Wire, kind: Kind) -> None:
    """A message in more than 1,000 fragments, empty ones too, is read or refused by close 1008 or 1009 (or a
    TCP end). Reading takes no longer than reading as many messages as it has fragments, if they were not
    limited, and as long for ten times as many fragments as for ten such messages; others are undisturbed.
    """
    if kind.compressed:
        wire.needs("deflate")
    scene = new_scene(wire)
    reading = Reading(wire, scene, kind, burst_time(wire, scene.near, scene.offender))
    few = many = float("inf")
    reading.read(1, kind.count // 10)
    for _ in range(ROUNDS):
        few = min(few, reading.read(10, kind.count // 10))
        many = min(many, reading.read(1, kind.count))
        if reading.is_refused:
            because = "a message for its fragments" + (", or as a bad one" if reading.is_bad else "")
            codes = REFUSALS if reading.is_bad else REFUSING
            expect_failed(wire, reading.scene, *codes, codes=codes, because=because)
            return
        if many <= SLACK * few + _LEAST_EXCESS:
            wire.fence(scene.far)
            wire.fence(reading.scene.offender, scene.near)
            return
    allowed = f"{kind.count} fragments are read in about the time of ten messages of {kind.count // 10}"
    raise Broken(allowed, f"{many:.3g} s, {few:.3g} s for those", scene.offender.name)


@dataclass
class Reading:
    """Lets the server read messages in many fragments, and takes the time."""

    wire: Wire
    scene: OffenderScene
    kind: Kind
    burst: float
    """Seconds that 500 messages take, which are never limited."""
    is_refused: bool = False
    is_bad: bool = False
    """Whether the messages are bad ones, which may be refused as such (BAD-1)."""

    def read(self, messages: int, count: int) -> float:
        """Return how long it takes to read so many messages of ``count`` fragments; 0 once they are refused.

        Each time they come on a connection of their own.
        """
        if self.is_refused:
            return 0.0
        near = self.scene.near
        client = (compressing if self.kind.compressed else Wire.join)(self.wire, room=near.room)
        self.scene = replace(self.scene, offender=client)
        several = [self.kind.make(client, count) for _ in range(messages)]
        self.is_bad = any(each.said is None for each in several)
        began = time.monotonic()
        for each in several:
            client.send_as(each.whole, each.octets, each.intent)
        marker = client.say()
        since = len(near.messages)

        def is_settled() -> bool:
            return bool(near.received(marker.as_chat, since)) or has_ended(client)

        pace = _SLOWER * messages * count / NEVER_LIMITED * self.burst
        limit = min(_LONGEST, max(_SHORTEST, pace))
        allowed = f"{messages * count} fragments are read, or {client} is refused"
        self._talk_until(is_settled, began + limit)
        self.wire.until(is_settled, allowed, near, client, within=max(0.1, began + limit - time.monotonic()))
        took = time.monotonic() - began
        self.is_refused = has_ended(client)
        if not self.is_refused:
            self._expect_all(several)
            self.wire.expect_chat(marker, near)
        return took

    def _talk_until(self, ready: Callable[[], bool], limit: float) -> None:
        """Let somebody in another room talk meanwhile, who must not be held up for longer than the limit."""
        while not ready() and time.monotonic() < limit:
            self.wire.fence(self.scene.far)
            self.wire.wait(ready, 0.01)

    def _expect_all(self, several: list[Many]) -> None:
        for each in several:
            if each.said is not None:
                self.wire.expect_chat(each.said, self.scene.near)


@requirement("SEC-10", "20-messages-of-1000")
def test_messages_in_1000_fragments_are_read_however_many_there_are(wire: Wire) -> None:
    """A message in more than 1,000 fragments may be refused: the fragments of each message count, not those
    of a connection.
    """
    room = wire.new_room()
    ann, bob = wire.join_many(room, room)
    said = []
    for _ in range(20):
        payload = new_payload(1000)
        said.append(payload.of(ann))
        octets = b"".join(map(frames.write_frame, fragments(payload.octets, list(range(1, 1000)))))
        ann.send_as(frames.text(payload.octets), octets)
    wire.expect_all(bob, *said)
    wire.fence(ann, bob)


# SEC-11

LIMITING = REFUSING | {1013}
TURNS = 24
_AHEAD = 64 * 1024
_MUCH_MEMORY = 32 << 20


@dataclass(frozen=True)
class Endless:
    """Frames that never become a message."""

    first: bytes
    frame: bytes
    at_once: int


def endless(frame: Frame, at_once: int, *before: Frame) -> Endless:
    """Return a stream of such frames, so many in a write, behind these."""
    return Endless(b"".join(map(frames.write_frame, before)), frames.write_frame(frame), at_once)


ENDLESS = {
    "empty-fragments": endless(Frame(Opcode.CONTINUATION, fin=False), 5000, Frame(Opcode.TEXT, fin=False)),
    "empty-fragments-of-a-message": endless(
        Frame(Opcode.CONTINUATION, fin=False), 5000, Frame(Opcode.TEXT, b'{"Message":"', fin=False)
    ),
    "empty-binary-fragments": endless(
        Frame(Opcode.CONTINUATION, fin=False), 5000, Frame(Opcode.BINARY, fin=False)
    ),
    "pings": endless(Frame(Opcode.PING, b"endless"), 1000),
    "pongs": endless(Frame(Opcode.PONG, b"endless"), 5000),
    "pongs-within-a-message": endless(Frame(Opcode.PONG), 5000, Frame(Opcode.TEXT, b"{", fin=False)),
}


@requirement("SEC-11")
@cases("stream", ENDLESS)
def test_frames_that_never_become_a_message_hold_up_nobody(wire: Wire, stream: Endless) -> None:
    """Frames without end that complete no message (empty fragments, Pings, Pongs) do not hold up others, and
    cost bounded memory (seen only where the process is at hand). The server may read them slowly, or end the
    connection by close 1008, 1009 or 1013 (or a TCP end).
    """
    memory = Memory.of(wire.target.pid)

    def attempt() -> Delay:
        scene = new_scene(wire)
        delay = flood(wire, scene, stream)
        expect_allowed_end(wire, scene)
        scene.offender.reset()
        expect_undisturbed(wire, scene)
        return delay

    expect_no_stall(wire, attempt, "frames that complete no message")
    if memory.grown >= _MUCH_MEMORY:
        raise Broken("bounded memory", f"{memory.grown >> 20} MiB more in use")


def flood(wire: Wire, scene: OffenderScene, stream: Endless) -> Delay:
    """Send frames as fast as they are read, for some turns, or until others are held up."""
    client, others = scene.offender, (scene.near, scene.far)
    delay = Delay(longest_echo(wire, others), 0.0)
    client.send_bytes(stream.first + stream.frame)
    for _ in range(TURNS):
        if has_ended(client) or delay.is_stall():
            break
        if client.link.unsent < _AHEAD:
            client.send_unrecorded(stream.frame * stream.at_once)
        delay = Delay(delay.before, max(delay.meanwhile, longest_echo(wire, others, times=1)))
    return delay


def expect_allowed_end(wire: Wire, scene: OffenderScene) -> None:
    """Fail if the server has ended the offender's connection in another way than it may."""
    client = scene.offender
    code = client.close_code
    if code is not None and code not in LIMITING:
        wire.canary()
        words = ", ".join(map(str, sorted(LIMITING)))
        raise Broken(f"the connection goes on, or ends by close {words}", describe(client), client.name)
    ended = f"ended by {f'close {code}' if code else client.end}" if has_ended(client) else "kept"
    wire.note(f"the connection is {ended}")
