"""One golden table feeds the scanner whole, byte by byte, and with other things after it."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Frame, Opcode

from hubbub.load.websocket.frame_scanner import frame_end, scan_text

A_64K = b"x" * 65_536

TEXTS = {
    "empty": (b"\x81\x00", [b""]),
    "one byte": (b"\x81\x01a", [b"a"]),
    "the longest short one": (b"\x81\x7d" + b"a" * 125, [b"a" * 125]),
    "the shortest 16-bit one": (b"\x81\x7e\x00\x7e" + b"a" * 126, [b"a" * 126]),
    "the longest 16-bit one": (b"\x81\x7e\xff\xff" + b"a" * 65_535, [b"a" * 65_535]),
    "the shortest 64-bit one": (b"\x81\x7f\x00\x00\x00\x00\x00\x01\x00\x00" + A_64K, [A_64K]),
    "two": (b"\x81\x01a\x81\x02bc", [b"a", b"bc"]),
    "a long one between short ones": (
        b"\x81\x00\x81\x7e\x01\x00" + b"z" * 256 + b"\x81\x01!",
        [b"", b"z" * 256, b"!"],
    ),
    "a frame's own bytes as payload": (b"\x81\x04\x81\x02\x88\x00", [b"\x81\x02\x88\x00"]),
}
"""Bytes on the wire, and the payloads in them."""

OTHERS = {
    "ping": b"\x89\x01p",
    "close": b"\x88\x02\x03\xe8",
    "binary": b"\x82\x01b",
    "first fragment": b"\x01\x01f",
    "last fragment": b"\x80\x01f",
    "compressed": b"\xc1\x02\x00\x00",
    "reserved bit": b"\xa1\x01r",
    "masked": b"\x81\x81\x00\x00\x00\x00m",
    "masked, 16-bit": b"\x81\xfe\x00\x7e\x00\x00\x00\x00" + b"m" * 126,
}
"""Frames that are for a full parser."""


@pytest.mark.parametrize(("wire", "payloads"), TEXTS.values(), ids=TEXTS)
def test_whole_texts_are_found(wire: bytes, payloads: list[bytes]) -> None:
    assert scan_text(wire) == (payloads, len(wire))


@pytest.mark.parametrize(("wire", "payloads"), TEXTS.values(), ids=TEXTS)
def test_texts_are_found_when_they_come_byte_by_byte(wire: bytes, payloads: list[bytes]) -> None:
    found, rest = [], b""
    for byte in wire:
        rest += bytes([byte])
        fresh, position = scan_text(rest)
        found += fresh
        rest = rest[position:]
    assert (found, rest) == (payloads, b"")


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
@pytest.mark.parametrize(("wire", "payloads"), TEXTS.values(), ids=TEXTS)
def test_scanning_stops_where_another_frame_begins(wire: bytes, payloads: list[bytes], other: bytes) -> None:
    assert scan_text(wire + other + wire) == (payloads, len(wire))


@pytest.mark.parametrize(("wire", "payloads"), TEXTS.values(), ids=TEXTS)
def test_scanning_begins_where_it_is_told(wire: bytes, payloads: list[bytes]) -> None:
    assert scan_text(b"\x89\x00" + wire, 2) == (payloads, 2 + len(wire))


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
def test_the_end_of_any_frame_is_known_as_soon_as_its_header_is_there(other: bytes) -> None:
    header = 4 if other[1] & 0x7F == 126 else 2
    ends = [frame_end(other[:size], 0) for size in range(len(other) + 1)]
    assert ends == [None] * header + [len(other)] * (len(other) + 1 - header)


@pytest.mark.parametrize(("wire", "payloads"), TEXTS.values(), ids=TEXTS)
def test_the_ends_of_text_frames_follow_one_another(wire: bytes, payloads: list[bytes]) -> None:
    position = 0
    for _ in payloads:
        end = frame_end(wire, position)
        assert end is not None
        position = end
    assert position == len(wire)


def test_a_huge_announced_length_is_told_and_not_waited_for() -> None:
    assert frame_end(b"\x81\x7f" + b"\xff" * 8, 0) == 10 + 2**64 - 1


@given(st.lists(st.binary(max_size=70_000), max_size=6), st.lists(st.integers(0, 200_000), max_size=8))
def test_texts_survive_any_cutting_into_reads(payloads: list[bytes], cuts: list[int]) -> None:
    wire = b"".join(Frame(Opcode.TEXT, payload).serialize(mask=False) for payload in payloads)
    edges = sorted({0, len(wire), *(cut for cut in cuts if cut < len(wire))})
    found, rest = [], b""
    for start, stop in pairwise(edges):
        rest += wire[start:stop]
        fresh, position = scan_text(rest)
        found += fresh
        rest = rest[position:]
    assert (found, rest) == (payloads, b"")


@given(st.binary(max_size=300))
def test_no_bytes_make_the_scanner_fail_or_run_over_the_end(data: bytes) -> None:
    payloads, position = scan_text(data)
    assert sum(map(len, payloads)) <= position <= len(data)
