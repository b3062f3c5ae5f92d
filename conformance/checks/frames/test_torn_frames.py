"""WS: frames that TCP cuts anywhere (RFC 6455 section 5.2).

Each place has a member of its own, so all are torn at once: the first pieces are sent, another member's
message goes there and back, and then the second ones are. By then a server has read the first by themselves.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise

from ...configuration.profile import Profile
from ...findings import Broken
from ...messages.matchers import error
from ...payloads.chat_payload import Payload, new_payload, varied_payload
from ...requirement import cases, requirement
from ...steps.common import has_ended
from ...steps.compressed_members import compressing
from ...wire.client import Client
from ...wire.descriptions import describe
from ...wire.framing import frames
from ...wire.framing.frames import Frame, Opcode, fragments
from ...wire.wire import Wire

KEY = 4
"""Bytes of a mask."""
HEADS = {0: 2 + KEY, 2: 4 + KEY, 8: 10 + KEY}
"""Bytes of a client's frame before its payload, by those of the extended length."""
INSIDE = (1, 2, 3, 5)
"""Places behind the head, so that a mask that begins anew shows."""
_LAST = -1
KIB = 1 << 10
ONE_BY_ONE = 30
"""Bytes that come one by one, more than two heads; those behind them come nine by nine."""
BUFFERS = 80
"""KiB sent in one piece."""


def places_in(head: int) -> list[int]:
    """Return where to cut a frame with a head of so many bytes: at each of its bytes, and inside."""
    return [*range(1, head + 1), *(head + place for place in INSIDE), _LAST]


def tear(wire: Wire, witness: Client, torn: Sequence[tuple[Client, bytes, int]]) -> None:
    """Send the bytes of each client in two pieces that its server reads one by one."""
    for client, data, place in torn:
        client.send_unrecorded(data[:place])
    for _ in range(2):  # where each connection has a thread, the witness's may be ahead
        wire.fence(witness)
    for client, data, place in torn:
        client.send_unrecorded(data[place:])


def expect_in_step(wire: Wire, clients: Sequence[Client]) -> None:
    """Fail unless the server reads what each sends next as it is."""
    said = [(client, client.say()) for client in clients]
    for client, each in said:
        wire.expect_chat(each, client)


def new_members(wire: Wire, count: int) -> tuple[Client, list[Client]]:
    """Return a witness, and so many members with a room for each."""
    witness, *members = wire.join_many(*(wire.new_room() for _ in range(count + 1)))
    return witness, members


# WS-20: messages.

Writing = Callable[[Payload], Sequence[Frame]]


def whole(payload: Payload) -> Sequence[Frame]:
    """Return a message in one frame."""
    return [frames.text(payload.octets)]


def continued(payload: Payload) -> Sequence[Frame]:
    """Return a message whose first fragment is short: the cuts are in the other."""
    return fragments(payload.octets, [1])


def behind_another(payload: Payload) -> Sequence[Frame]:
    """Return a message behind a Ping, which is whole."""
    return [Frame(Opcode.PING, b"before"), *whole(payload)]


FORMS: dict[str, tuple[int, Writing, int]] = {
    "7-bit-length": (100, whole, 0),
    "16-bit-length": (300, whole, 0),
    "16-bit-length-of-32-KiB": (32 << 10, whole, 0),
    "continuation": (100, continued, HEADS[0] + 1),
    "long-continuation": (300, continued, HEADS[0] + 1),
    "behind-a-frame": (100, behind_another, HEADS[0] + len(b"before")),
    "long-behind-a-frame": (300, behind_another, HEADS[0] + len(b"before")),
}
"""For each case: bytes of the message, the frames made of it, and how many bytes come before the torn one."""


@requirement("WS-20", "message")
@cases("form", FORMS)
def test_a_torn_message_is_read(wire: Wire, form: tuple[int, Writing, int]) -> None:
    """A frame is read alike however TCP cuts it: at each byte of its head, of each form of the length, inside
    its payload, and with the frames before it in one segment (§5.2).
    """
    size, writing, start = form
    tear_messages(wire, size, writing, start, HEADS[frames.minimal_form(size - 1)])


@requirement("WS-20", "message-64-bit-length")
def test_a_torn_message_of_the_64_bit_form_is_read(wire: Wire, profile: Profile) -> None:
    """A frame is read alike however TCP cuts it: at each byte of its head, of each form of the length
    (§5.2).
    """
    size = 1 << 16
    if not takes(wire, profile, size):
        wire.note("65,536 bytes are over the limit: the 64-bit form is not torn")
        return
    tear_messages(wire, size, whole, 0, HEADS[8])


def takes(wire: Wire, profile: Profile, size: int) -> bool:
    """Whether the server takes a message of this size: as it declares, or as it shows."""
    if profile.message_limit is not None:
        return profile.message_limit >= size
    ann = wire.join(wire.new_room())
    payload = new_payload(size)
    ann.send_text(payload.octets, "open")
    said = payload.of(ann).as_chat
    allowed = f"{ann} receives {said!r}, or is refused"
    wire.until(lambda: bool(ann.received(said) or ann.received(error())) or has_ended(ann), allowed, ann)
    return bool(ann.received(said))


def tear_messages(wire: Wire, size: int, writing: Writing, start: int, head: int) -> None:
    """Tear a message of ``size`` bytes behind its first ``start``, at each byte of a ``head`` and inside."""
    places = [place if place == _LAST else start + place for place in places_in(head)]
    witness, members = new_members(wire, len(places))
    payloads = [new_payload(size) for _ in members]
    torn = [
        (member, member.record_as_sent(writing(payload), "open"), place)
        for member, payload, place in zip(members, payloads, places, strict=True)
    ]
    tear(wire, witness, torn)
    for member, payload in zip(members, payloads, strict=True):
        wire.expect_chat(payload.of(member), member)
    expect_in_step(wire, members)


@requirement("WS-20", "message-compressed")
def test_a_torn_compressed_message_is_read(wire: Wire) -> None:
    """A frame is read alike however TCP cuts it: at each byte of its head, inside its payload (§5.2)."""
    wire.needs("deflate")
    witness = wire.join(wire.new_room())
    for size, form in ((3, 0), (300, 2)):
        torn, said = [], []
        for place in places_in(HEADS[form]):
            member = compressing(wire)
            payload = varied_payload(size)
            octets = member.compressed(payload.octets).payload
            frame = Frame(Opcode.TEXT, octets, rsv=frames.RSV1)
            torn.append((member, member.record_as_sent([frame], "open"), place))
            said.append((member, payload.of(member)))
        tear(wire, witness, torn)
        for member, each in said:
            wire.expect_chat(each, member)
        expect_in_step(wire, [member for member, _ in said])


@requirement("WS-20", "message-byte-by-byte")
def test_messages_that_come_byte_by_byte_are_read(wire: Wire) -> None:
    """A frame is read alike however TCP cuts it: byte by byte (§5.2)."""
    witness, members = new_members(wire, 3)
    several = [(150, whole), (80, continued), (60, behind_another)]
    payloads = [new_payload(size) for size, _ in several]
    pending = [
        member.record_as_sent(writing(payload), "open")
        for member, payload, (_, writing) in zip(members, payloads, several, strict=True)
    ]
    places = [*range(ONE_BY_ONE), *range(ONE_BY_ONE, max(map(len, pending)), 9), None]
    for place, end in pairwise(places):
        for member, data in zip(members, pending, strict=True):
            member.send_unrecorded(data[place:end])
        wire.fence(witness)
    for member, payload in zip(members, payloads, strict=True):
        wire.expect_chat(payload.of(member), member)
    expect_in_step(wire, members)


@requirement("WS-20", "several-in-a-segment")
def test_what_a_segment_ends_with_is_kept_for_the_next(wire: Wire) -> None:
    """A frame is read alike however TCP cuts it: with the frames before it in one segment (§5.2)."""
    witness, members = new_members(wire, len(range(1, HEADS[0] + 1)))
    torn, said = [], []
    for place, member in enumerate(members, start=1):
        payloads = [new_payload() for _ in range(4)]
        data = [member.record_as_sent(whole(payload), "open") for payload in payloads]
        torn.append((member, b"".join(data), len(b"".join(data[:2])) + place))
        said.append((member, payloads))
    tear(wire, witness, torn)
    for member, payloads in said:
        for payload in payloads:
            wire.expect_chat(payload.of(member), member)
    expect_in_step(wire, members)


@requirement("WS-20", "many-in-a-segment")
def test_heads_may_lie_across_the_end_of_any_buffer(wire: Wire) -> None:
    """A frame is read alike however TCP cuts it: with the frames before it in one segment (§5.2).

    A head lies across each 1,024th byte of what is sent, at another of its bytes each time: servers read
    into buffers of 1, 4, 16 or 64 KiB.
    """
    ann = wire.join(wire.new_room())
    payloads, data = [], b""
    for number in range(1, BUFFERS + 1):
        into_head = 1 + number % (HEADS[2] - 1)
        payload = new_payload(number * KIB - into_head - len(data) - HEADS[2])
        payloads.append(payload)
        data += ann.record_as_sent(whole(payload), "open")
    wire.pump()
    ann.send_unrecorded(data)
    for payload in payloads:
        wire.expect_chat(payload.of(ann), ann)
    expect_in_step(wire, [ann])


@requirement("WS-20", "behind-the-handshake")
def test_a_frame_torn_behind_the_handshake_is_read(wire: Wire) -> None:
    """A frame is read alike however TCP cuts it: with the handshake before it in one segment (§5.2)."""
    witness = wire.join(wire.new_room())
    torn = []
    for place in (*range(1, HEADS[0] + 1), HEADS[0] + 3):
        room = wire.new_room()
        client = wire.dial(room, wire.target.of_room(room))
        payload = new_payload()
        request = wire.request(wire.target.of_room(room)).encode()
        data = client.record_as_sent(whole(payload), "open")
        torn.append((client, payload, request + data, len(request) + place))
    tear(wire, witness, [(client, data, place) for client, _, data, place in torn])
    for client, payload, _, _ in torn:
        wire.expect_greeted(client)
        wire.expect_chat(payload.of(client), client)


FORBIDDEN = {
    "reserved-bit": lambda: Frame(Opcode.TEXT, new_payload().octets, rsv=frames.RSV2),
    "reserved-opcode": lambda: Frame(0x3, new_payload().octets),
    "unmasked": lambda: Frame(Opcode.TEXT, new_payload().octets, masked=False),
}


@requirement("WS-20", "forbidden")
@cases("forbidden", FORBIDDEN)
def test_a_torn_frame_is_forbidden_no_less(wire: Wire, forbidden: Callable[[], Frame]) -> None:
    """A frame is read alike however TCP cuts it: one that fails the connection does so (§5.2, §5.1)."""
    places = (1, 2, 3)
    witness, members = new_members(wire, len(places))
    held = [member.record_as_sent([forbidden()]) for member in members]
    tear(wire, witness, list(zip(members, held, places, strict=True)))
    for member in members:
        allowed = f"the server fails {member}'s connection"
        expect_ended(wire, member, allowed)
    expect_in_step(wire, [witness])


def expect_ended(wire: Wire, member: Client, allowed: str) -> None:
    """Wait until the server has ended the connection."""
    wire.until(lambda: has_ended(member), allowed, member)


# WS-20: control frames.

CONTROLS = {
    "ping": Frame(Opcode.PING, b"payload"),
    "ping-without-payload": Frame(Opcode.PING),
    "ping-of-125-bytes": Frame(Opcode.PING, bytes(range(125))),
    "pong": Frame(Opcode.PONG, b"payload"),
}


@requirement("WS-20", "control")
@cases("frame", CONTROLS)
def test_a_torn_control_frame_is_read(wire: Wire, frame: Frame) -> None:
    """A frame is read alike however TCP cuts it: at each byte of its head, inside its payload (§5.2)."""
    places = [place for place in places_in(HEADS[0]) if place < HEADS[0] + max(1, len(frame.payload))]
    witness, members = new_members(wire, len(places))
    tear(
        wire,
        witness,
        [(each, each.record_as_sent([frame]), place) for each, place in zip(members, places, strict=True)],
    )
    if frame.opcode == Opcode.PING:
        for member in members:
            expect_pong(wire, member, frame.payload)
    expect_in_step(wire, members)


def expect_pong(wire: Wire, member: Client, payload: bytes) -> None:
    """Wait for the Pong that answers a Ping."""
    allowed = f"{member} receives a Pong with {payload!r}"
    wire.until(lambda: payload in member.pongs or member.is_over, allowed, member)
    if payload not in member.pongs:
        wire.canary()
        raise Broken(allowed, describe(member), member.name)


@requirement("WS-20", "close")
@cases("reason", {"with-a-code": b"", "with-a-reason": b"so long"})
def test_a_torn_close_is_answered(wire: Wire, reason: bytes) -> None:
    """A frame is read alike however TCP cuts it: at each byte of its head, inside its payload (§5.2)."""
    frame = frames.close(1000, reason)
    places = range(1, HEADS[0] + len(frame.payload))
    witness, members = new_members(wire, len(places))
    tear(
        wire,
        witness,
        [(each, each.record_as_sent([frame]), place) for each, place in zip(members, places, strict=True)],
    )
    for member in members:
        expect_close(wire, member)


def expect_close(wire: Wire, member: Client) -> None:
    """Wait for the Close that answers a Close."""
    allowed = f"{member}'s Close is answered with Close"
    wire.until(lambda: has_ended(member), allowed, member)
    if member.close_code is None:
        wire.canary()
        raise Broken(allowed, describe(member), member.name)
