"""Compressed messages of any blocks, one after the other."""

import random
import zlib

import pytest

from hubbub.protocol.inflating import MessageInflater, TooLongError

WORDS = b'{"Message": "aGVsbG8gaGVsbG8gaGVsbG8="}'


def whole(inflater: MessageInflater, data: bytes, limit: int | None = None) -> bytes:
    """Return the message in one frame."""
    inflater.begin()
    return inflater.inflate(data, True, limit)


def deflated(text: bytes, end: int = zlib.Z_SYNC_FLUSH, window: bytes = b"") -> bytes:
    """Return blocks that may refer to ``window``."""
    deflating = zlib.compressobj(9, wbits=-15, zdict=window)
    return deflating.compress(text) + deflating.flush(end)


@pytest.mark.parametrize("takes_over", [True, False])
def test_messages_go_on_behind_one_that_ends_in_a_last_block(takes_over: bool) -> None:
    inflater = MessageInflater(15, takes_over)
    last = deflated(WORDS, zlib.Z_FINISH)
    for data in (last + b"\x00", deflated(WORDS)[:-4], last, last + b"\x00", deflated(WORDS)[:-4]):
        assert whole(inflater, data) == WORDS


def test_a_block_behind_the_last_belongs_to_the_message() -> None:
    inflater = MessageInflater(15, takes_over=True)
    for _ in range(2):
        message = deflated(b"Hel", zlib.Z_FINISH) + deflated(b"lo", zlib.Z_FINISH) + deflated(b"!")[:-4]
        assert whole(inflater, message) == b"Hello!"


@pytest.mark.parametrize("bits", [9, 12, 15])
def test_the_window_outlives_a_last_block(bits: int) -> None:
    inflater = MessageInflater(bits, takes_over=True)
    noise = random.Random(bits).randbytes((1 << bits) - 300)
    assert whole(inflater, deflated(noise, zlib.Z_FINISH) + b"\x00") == noise
    again = deflated(noise, window=noise)[:-4]
    assert len(again) < len(noise) // 2
    assert whole(inflater, again) == noise


def test_without_context_takeover_nothing_outlives_a_message() -> None:
    inflater = MessageInflater(15, takes_over=False)
    assert whole(inflater, deflated(WORDS)[:-4]) == WORDS
    with pytest.raises(zlib.error, match="too far back"):
        whole(inflater, deflated(WORDS, window=WORDS)[:-4])
    assert whole(inflater, deflated(WORDS)[:-4]) == WORDS


@pytest.mark.parametrize("empty", [b"", b"\x00", b"\x02\x00", b"\x03\x00", b"\x03\x00\x00"])
def test_a_message_may_inflate_to_nothing(empty: bytes) -> None:
    inflater = MessageInflater(15, takes_over=True)
    assert whole(inflater, deflated(WORDS)[:-4]) == WORDS
    assert whole(inflater, empty) == b""
    assert whole(inflater, deflated(WORDS, window=WORDS)[:-4]) == WORDS


@pytest.mark.parametrize("end", [zlib.Z_SYNC_FLUSH, zlib.Z_FINISH])
def test_frames_may_be_cut_anywhere(end: int) -> None:
    inflater = MessageInflater(15, takes_over=True)
    data = deflated(WORDS, zlib.Z_FINISH) + deflated(WORDS, end)
    data = data.removesuffix(b"\x00\x00\xff\xff") + b"\x00" * (end == zlib.Z_FINISH)
    for cut in range(len(data) + 1):
        inflater.begin()
        first, second = inflater.inflate(data[:cut], False), inflater.inflate(data[cut:], True)
        assert first + second == WORDS + WORDS


@pytest.mark.parametrize("end", [zlib.Z_SYNC_FLUSH, zlib.Z_FINISH])
@pytest.mark.parametrize("size", [1, 1000, 100_000])
def test_the_limit_is_the_largest_size_that_is_taken(size: int, end: int) -> None:
    data = deflated(b"a" * (size - 1), zlib.Z_FINISH) + deflated(b"b", end)
    assert whole(MessageInflater(15, takes_over=True), data, size) == b"a" * (size - 1) + b"b"
    with pytest.raises(TooLongError):
        whole(MessageInflater(15, takes_over=True), data, size - 1)


def test_a_bomb_is_not_inflated_beyond_the_limit() -> None:
    bomb = deflated(bytes(1 << 20)) * 64
    with pytest.raises(TooLongError):
        whole(MessageInflater(15, takes_over=True), bomb, 1000)


def test_last_blocks_without_number_take_time_that_grows_with_them() -> None:
    inflater = MessageInflater(15, takes_over=True)
    assert whole(inflater, deflated(b"", zlib.Z_FINISH) * 32_000 + deflated(WORDS)[:-4]) == WORDS
