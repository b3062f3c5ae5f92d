import pytest
from websockets.frames import Frame, Opcode
from websockets.streams import StreamReader

from hubbub.load.websocket.frame_head import text_frame


def read(wire: bytes) -> Frame:
    """Return the only frame in ``wire``, as a server reads it."""
    reader = StreamReader()
    reader.feed_data(wire)
    parsing = Frame.parse(reader.read_exact, mask=True)
    with pytest.raises(StopIteration) as end:
        next(parsing)
    reader.feed_eof()
    assert not list(reader.read_to_eof(1))
    frame = end.value.value
    assert isinstance(frame, Frame)
    return frame


@pytest.mark.parametrize("size", [0, 1, 125, 126, 127, 65_535, 65_536, 1_000_001])
def test_a_server_reads_what_was_framed(size: int) -> None:
    payload = (b"hubbub" * (size // 6 + 1))[:size]
    assert read(text_frame(payload)) == Frame(Opcode.TEXT, payload)


@pytest.mark.parametrize("size", [125, 126, 65_535, 65_536])
def test_the_length_is_in_its_shortest_form(size: int) -> None:
    header = 2 + (0 if size < 126 else 2 if size < 65_536 else 8)
    assert len(text_frame(b"x" * size)) == header + 4 + size


def test_every_frame_has_a_mask_of_its_own() -> None:
    assert len({text_frame(b"again")[2:6] for _ in range(1000)}) > 990
