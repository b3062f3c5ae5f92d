import zlib

import pytest
from websockets.frames import Frame, Opcode

from hubbub.load.websocket.inflater import Inflater

LIMIT = 10_000
RSV1 = 0x40


def compressed(text: bytes, mask: bool = False) -> bytes:
    deflating = zlib.compressobj(wbits=-12)
    data = deflating.compress(text) + deflating.flush(zlib.Z_SYNC_FLUSH)
    wire = Frame(Opcode.TEXT, data[:-4]).serialize(mask=mask)
    return bytes((wire[0] | RSV1,)) + wire[1:]


def plain(text: bytes) -> bytes:
    return Frame(Opcode.TEXT, text).serialize(mask=False)


@pytest.fixture
def inflater() -> Inflater:
    return Inflater(LIMIT)


@pytest.mark.parametrize("size", [0, 1, 5, 200, 9_999, 10_000])
def test_texts_of_all_sizes_are_inflated_again_and_again(inflater: Inflater, size: int) -> None:
    text = bytes(range(32, 127)) * 110
    wire = compressed(text[:size])
    assert [inflater.scan(wire) for _ in range(2)] == [([text[:size]], len(wire))] * 2


def test_plain_and_compressed_frames_keep_their_order(inflater: Inflater) -> None:
    wire = plain(b"a") + compressed(b"b") + compressed(b"c") + plain(b"d") + compressed(b"e")
    assert inflater.scan(wire) == ([b"a", b"b", b"c", b"d", b"e"], len(wire))
    assert inflater.scan(b"??" + wire, 2) == ([b"a", b"b", b"c", b"d", b"e"], len(wire) + 2)


def test_blocks_behind_one_that_says_it_is_the_last_are_read(inflater: Inflater) -> None:
    def last(text: bytes) -> bytes:
        deflating = zlib.compressobj(wbits=-12)
        return deflating.compress(text) + deflating.flush()

    def frame(data: bytes) -> bytes:
        wire = Frame(Opcode.TEXT, data).serialize(mask=False)
        return bytes((wire[0] | RSV1,)) + wire[1:]

    wire = (
        frame(last(b"one ") + b"\x00") + frame(last(b"one ") + last(b"two") + b"\x00") + compressed(b"three")
    )
    assert inflater.scan(wire) == ([b"one ", b"one two", b"three"], len(wire))
    too_long = frame(last(b"x" * LIMIT) + last(b"x") + b"\x00")
    assert inflater.scan(too_long) == ([], 0)


def test_what_is_incomplete_is_left(inflater: Inflater) -> None:
    whole = compressed(b"whole")
    rest = compressed(b"x" * 500 + bytes(range(256)))
    assert all(inflater.scan(whole + rest[:cut]) == ([b"whole"], len(whole)) for cut in range(len(rest)))


@pytest.mark.parametrize(
    "frame",
    [
        compressed(b"hello", mask=True),
        b"\xc1\x03\xff\xff\xff",
        compressed(b"x" * (LIMIT + 1)),
        b"\x89\x00",
        b"\xc2\x00",
        b"\x41\x00",
    ],
    ids=["masked", "no deflate", "too long", "ping", "binary", "fragment"],
)
def test_what_needs_a_parser_is_left_to_it(inflater: Inflater, frame: bytes) -> None:
    whole = compressed(b"whole")
    assert inflater.scan(whole + frame) == ([b"whole"], len(whole))


def test_it_forgets_and_inflates_anew(inflater: Inflater) -> None:
    wires = [compressed(b"%d" % number) for number in range(10_000)]
    for wire in (*wires, *wires):
        [text], _ = inflater.scan(wire)
        assert compressed(text) == wire
