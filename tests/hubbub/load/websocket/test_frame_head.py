import pytest

from hubbub.load.websocket.frame_head import MASKED, text_head
from hubbub.load.websocket.frame_scanner import frame_end, scan_text

HEADS = {
    0: "81 00",
    1: "81 01",
    125: "81 7d",
    126: "81 7e 00 7e",
    255: "81 7e 00 ff",
    65_535: "81 7e ff ff",
    65_536: "81 7f 00 00 00 00 00 01 00 00",
    1 << 24: "81 7f 00 00 00 00 01 00 00 00",
}


@pytest.mark.parametrize(("size", "head"), HEADS.items())
def test_the_head_of_a_text_has_its_length_in_the_shortest_form(size: int, head: str) -> None:
    assert text_head(size) == bytes.fromhex(head)


@pytest.mark.parametrize("size", HEADS)
def test_a_masked_frame_differs_in_one_bit_of_its_head(size: int) -> None:
    plain, masked = text_head(size), text_head(size, MASKED)
    assert masked[1] == plain[1] | 0x80
    assert masked[:1] + masked[2:] == plain[:1] + plain[2:]


@pytest.mark.parametrize("size", [0, 125, 126, 65_535, 65_536])
def test_the_scanner_reads_what_has_such_a_head(size: int) -> None:
    wire = text_head(size) + b"x" * size
    assert scan_text(wire) == ([b"x" * size], len(wire))
    assert frame_end(text_head(size, MASKED), 0) == len(wire) + 4
