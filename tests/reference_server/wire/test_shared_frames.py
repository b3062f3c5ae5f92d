import struct
import zlib

import pytest

from reference_server.wire.shared_frames import Batch, Outgoing, text_frame


@pytest.mark.parametrize(
    ("size", "header"),
    [
        (0, b"\x81\x00"),
        (125, b"\x81\x7d"),
        (126, b"\x81\x7e\x00\x7e"),
        (65535, b"\x81\x7e\xff\xff"),
        (65536, b"\x81\x7f" + struct.pack("!Q", 65536)),
    ],
)
def test_the_length_takes_its_shortest_form(size: int, header: bytes) -> None:
    assert text_frame(b"x" * size) == header + b"x" * size


@pytest.mark.parametrize("window", range(9, 16))
def test_a_compressed_frame_inflates_in_its_window_and_needs_none_before_it(window: int) -> None:
    payload = b"".join(b'{"n":%d}' % number for number in range(2000))
    frame = text_frame(payload, window)
    start = 4
    assert frame[0] == 0xC1
    assert zlib.decompressobj(wbits=-window).decompress(frame[start:] + b"\0\0\xff\xff") == payload


def test_what_compression_does_not_make_smaller_stays_plain() -> None:
    assert text_frame(b"{}", 12) == text_frame(b"{}")


def test_a_batch_is_framed_once_for_each_window() -> None:
    batch = Batch([Outgoing(b"a" * 99), Outgoing(b"b" * 99)])
    assert batch.frames(0) == text_frame(b"a" * 99) + text_frame(b"b" * 99)
    assert batch.frames(12) is batch.frames(12)
