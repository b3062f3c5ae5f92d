"""Frames come out of a byte stream however it is cut, and none that is longer than the suite takes."""

import pytest

from conformance.wire.framing.bounds import LONGEST_MESSAGE, BoundError
from conformance.wire.framing.frame_reader import FrameError, FrameReader
from conformance.wire.framing.frames import Frame, Opcode, write_frame

SEVERAL = [
    Frame(Opcode.TEXT, b"hello", masked=False, extended_length=0),
    Frame(Opcode.BINARY, b"x" * 126, masked=False, extended_length=2),
    Frame(Opcode.TEXT, b"y" * 70_000, fin=False, masked=False, extended_length=8),
    Frame(Opcode.PING, b"", masked=True, extended_length=0),
]


def test_frames_come_out_whole_however_the_bytes_are_cut() -> None:
    octets = b"".join(map(write_frame, SEVERAL))
    for step in (1, 7, 4096, len(octets)):
        reader = FrameReader()
        got: list[Frame] = []
        for start in range(0, len(octets), step):
            reader.feed(octets[start : start + step])
            got += reader.frames()
        assert got == SEVERAL
        assert reader.rest == 0


def test_frames_wait_until_they_are_asked_for() -> None:
    reader = FrameReader()
    reader.feed(write_frame(SEVERAL[0]) * 3)
    frames = reader.frames()
    assert next(frames) == SEVERAL[0]
    assert reader.rest == 2 * len(write_frame(Frame(Opcode.TEXT, b"hello", masked=False)))
    assert list(reader.frames()) == SEVERAL[:1] * 2


@pytest.mark.parametrize("length", [LONGEST_MESSAGE + 1, 1 << 40, 1 << 62])
def test_a_frame_that_announces_too_much_ends_the_stream_before_its_bytes_come(length: int) -> None:
    reader = FrameReader()
    head = write_frame(Frame(Opcode.TEXT, masked=False, announced=length))
    reader.feed(write_frame(SEVERAL[0]) + head[:-1])
    assert list(reader.frames()) == SEVERAL[:1], "what came before it counts"
    reader.feed(head[-1:])
    with pytest.raises(BoundError, match=f"the head of a frame of {length:,} bytes came, over the 17 MiB"):
        list(reader.frames())


def test_a_length_with_the_top_bit_set_is_none() -> None:
    reader = FrameReader()
    reader.feed(write_frame(Frame(Opcode.TEXT, masked=False, announced=1 << 63, extended_length=8)))
    with pytest.raises(FrameError, match="its length has the top bit set"):
        list(reader.frames())
