"""Whether a client is inside a frame, however its bytes are cut."""

import pytest

from conformance.wire.framing.frame_position import FramePosition
from conformance.wire.framing.frames import Frame, Opcode, write_frame

HANDSHAKE = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
FRAMES = [
    Frame(Opcode.PING),
    Frame(Opcode.TEXT, b"short"),
    Frame(Opcode.TEXT, bytes(126)),
    Frame(Opcode.TEXT, b"unmasked", masked=False),
    Frame(Opcode.TEXT, bytes(70_000)),
    Frame(Opcode.PONG, b"!", masked=False),
]
WIRE = [write_frame(frame) for frame in FRAMES]


def edges() -> set[int]:
    """Return where in the stream no frame is begun."""
    return {len(HANDSHAKE) + sum(map(len, WIRE[:count])) for count in range(len(WIRE) + 1)}


@pytest.mark.parametrize("step", [1, 2, 3, 7, 1000, 100_000])
def test_it_is_inside_a_frame_but_at_the_edges(step: int) -> None:
    outgoing, data = FramePosition(), HANDSHAKE + b"".join(WIRE)
    for place in range(0, len(data), step):
        outgoing.follow(data[place : place + step])
        sent = min(place + step, len(data))
        assert outgoing.is_inside == (sent > len(HANDSHAKE) and sent not in edges())


@pytest.mark.parametrize("cut", range(1, 9))
def test_a_head_that_is_not_whole_is_a_frame_begun(cut: int) -> None:
    outgoing = FramePosition()
    outgoing.follow(HANDSHAKE + WIRE[2][:cut])
    assert outgoing.is_inside
    outgoing.follow(WIRE[2][cut:])
    assert not outgoing.is_inside


def test_many_frames_at_once_are_followed() -> None:
    outgoing = FramePosition()
    outgoing.follow(HANDSHAKE)
    outgoing.follow(WIRE[1] * 20_000 + WIRE[1][:3])
    assert outgoing.is_inside
