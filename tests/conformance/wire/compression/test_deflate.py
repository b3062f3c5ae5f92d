"""The suite's own permessage-deflate: what it writes, what it reads, and what it refuses to read."""

import random
import zlib

import pytest

from conformance.wire.compression.deflate import (
    INVALID_BLOCK,
    Agreement,
    DeflateError,
    Deflater,
    Inflater,
    Side,
    bomb,
)
from conformance.wire.framing.bounds import LONGEST_MESSAGE, BoundError

WORDS = b'{"Message": "aGVsbG8gaGVsbG8gaGVsbG8="}'


@pytest.mark.parametrize("takes_over", [True, False])
@pytest.mark.parametrize("bits", range(8, 16))
def test_what_was_deflated_inflates_to_the_same(takes_over: bool, bits: int) -> None:
    side = Side(takes_over, bits)
    deflater, inflater = Deflater(side), Inflater(side)
    for message in (WORDS, WORDS, b"", WORDS * 500, random.Random(bits).randbytes(5000)):
        assert inflater.inflate(deflater.deflate(message)) == message


def test_rfc_7692s_own_examples_inflate() -> None:
    # §7.2.3: one block; the same with the context taken over; a stored block; a last block; two blocks.
    inflater = Inflater(Side())
    for compressed in ("f248cdc9c90700", "f200110000", "000500faff48656c6c6f00", "f348cdc9c9070000"):
        assert inflater.inflate(bytes.fromhex(compressed)) == b"Hello"
    assert Inflater(Side()).inflate(bytes.fromhex("f24805000000ffffcac9c90700")) == b"Hello"


def test_a_context_taken_over_makes_a_message_said_again_small() -> None:
    deflater = Deflater(Side())
    assert len(deflater.deflate(WORDS)) > 2 * len(deflater.deflate(WORDS))


def test_without_context_takeover_each_message_stands_alone() -> None:
    deflater = Deflater(Side(takes_over=False))
    assert deflater.deflate(WORDS) == deflater.deflate(WORDS)


def test_a_message_that_refers_to_the_one_before_is_refused_where_that_was_not_agreed() -> None:
    deflater, inflater = Deflater(Side()), Inflater(Side(takes_over=False))
    assert inflater.inflate(deflater.deflate(WORDS)) == WORDS
    with pytest.raises(DeflateError, match="too far back"):
        inflater.inflate(deflater.deflate(WORDS))


def test_a_message_that_refers_beyond_the_agreed_window_is_refused() -> None:
    noise = random.Random(1).randbytes(1200)
    with pytest.raises(DeflateError, match="too far back"):
        Inflater(Side(bits=10)).inflate(Deflater(Side(bits=15)).deflate(noise + noise))


@pytest.mark.parametrize("payload", [INVALID_BLOCK, b"\xff\xff", b"\x00\x05\x00"])
def test_what_is_no_deflate_stream_is_refused(payload: bytes) -> None:
    with pytest.raises(DeflateError, match="cannot be inflated"):
        Inflater(Side()).inflate(payload)


def test_a_bomb_is_small_and_holds_a_message_of_exactly_its_size() -> None:
    compressed = bomb(1_000_003)
    message = zlib.decompressobj(-15).decompress(compressed + b"\x00\x00\xff\xff")
    assert len(compressed) < 2000
    assert len(message) == 1_000_003
    assert message.startswith(b'{"Message":"AAAA')
    assert message.endswith(b'AA"}')


@pytest.mark.parametrize(
    ("header", "agreement"),
    [
        (None, None),
        ("x-unknown", None),
        ("permessage-deflate", Agreement(Side(), Side())),
        (
            "permessage-deflate; server_no_context_takeover; client_max_window_bits=9",
            Agreement(client=Side(True, 9), server=Side(False, 15)),
        ),
        (
            "permessage-deflate; client_no_context_takeover; server_max_window_bits=12",
            Agreement(client=Side(False, 15), server=Side(True, 12)),
        ),
    ],
)
def test_an_agreement_is_what_the_answer_says(header: str | None, agreement: Agreement | None) -> None:
    assert Agreement.of(header) == agreement


@pytest.mark.parametrize("size", [LONGEST_MESSAGE + 1, 200 << 20])
def test_a_bomb_is_inflated_no_further_than_a_message_may_be_long(size: int) -> None:
    with pytest.raises(BoundError, match="a compressed message came, over the 17 MiB that the suite takes"):
        Inflater(Side()).inflate(bomb(size))


def test_a_message_as_long_as_may_be_is_inflated() -> None:
    assert len(Inflater(Side()).inflate(bomb(LONGEST_MESSAGE))) == LONGEST_MESSAGE


def test_random_bytes_of_many_slices_come_back() -> None:
    noise = random.Random(1).randbytes(300_000)
    assert Inflater(Side(bits=9)).inflate(Deflater(Side(bits=9)).deflate(noise)) == noise


def test_last_blocks_without_end_are_an_error() -> None:
    last = b"\x03\x00"
    assert Inflater(Side()).inflate(last * 900 + b"\x00") == b""
    with pytest.raises(DeflateError, match="over 1000 last blocks"):
        Inflater(Side()).inflate(last * 100_000)
