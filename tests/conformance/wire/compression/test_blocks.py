"""Compressed messages block by block: zlib makes of them what they say."""

import random
import zlib
from collections.abc import Sequence

import pytest

from conformance.payloads.compression_recipes import BLOCKS, WINDOWS
from conformance.wire.compression.blocks import EMPTY_BLOCK, TAIL, Recipe, Run, ordinary, write_runs
from conformance.wire.compression.deflate import DeflateError, Deflater, Inflater, Side

TEXT = random.Random(1).randbytes(300).hex().encode()
STORED, FIXED, DYNAMIC = 0, 1, 2


def first_block(data: bytes) -> tuple[bool, int]:
    """Return whether the first block says that it is the last, and its type."""
    return bool(data[0] & 1), data[0] >> 1 & 3


@pytest.mark.parametrize(
    ("runs", "block"),
    [
        ([Run(TEXT)], (False, DYNAMIC)),
        ([Run(TEXT, kind="fixed")], (False, FIXED)),
        ([Run(TEXT, kind="stored")], (False, STORED)),
        ([Run(TEXT, "last")], (True, DYNAMIC)),
        ([Run(TEXT, "last", "fixed")], (True, FIXED)),
        ([Run(TEXT, "last", "stored")], (True, STORED)),
    ],
)
def test_a_run_is_made_of_blocks_of_its_kind(runs: Sequence[Run], block: tuple[bool, int]) -> None:
    data = write_runs(runs, b"", 15)
    assert first_block(data) == block
    assert data.endswith(EMPTY_BLOCK)
    assert not data.endswith(TAIL)


@pytest.mark.parametrize("bits", [8, 9, 15])
@pytest.mark.parametrize("recipe", [*BLOCKS.values(), *WINDOWS.values()])
def test_the_suite_reads_itself_what_it_writes(recipe: Recipe, bits: int) -> None:
    deflater, inflater = Deflater(Side(bits=bits)), Inflater(Side(bits=bits))
    for made_by in (recipe, ordinary, recipe, ordinary):
        assert inflater.inflate(deflater.deflate(TEXT, made_by)) == TEXT


@pytest.mark.parametrize("name", ["flushes-of-each-kind", "blocks-of-each-type", "stored-blocks"])
def test_a_message_of_several_blocks_was_flushed_inside(name: str) -> None:
    assert TAIL in write_runs(BLOCKS[name](TEXT), b"", 15)


def test_a_run_that_refers_to_nothing_can_be_read_alone() -> None:
    data = write_runs([Run(TEXT, refers=False)], TEXT, 15)
    assert zlib.decompressobj(-15).decompress(data + TAIL) == TEXT
    assert len(write_runs([Run(TEXT)], TEXT, 15)) < len(data) // 4


def test_what_was_forgotten_is_not_referred_to() -> None:
    deflater = Deflater(Side())
    alone = deflater.deflate(TEXT)
    assert len(deflater.deflate(TEXT)) < len(alone)
    deflater.forget()
    assert deflater.deflate(TEXT) == alone


@pytest.mark.parametrize("broken", [TAIL, b""], ids=["tail kept", "last block bare"])
def test_a_message_that_does_not_end_with_a_block_is_refused(broken: bytes) -> None:
    data = (
        write_runs([Run(TEXT)], b"", 15) + TAIL if broken else write_runs([Run(TEXT, "last")], b"", 15)[:-1]
    )
    with pytest.raises(DeflateError, match="a compressed message that"):
        Inflater(Side()).inflate(data)


@pytest.mark.parametrize("empty", [b"\x00", b"\x02\x00", b"\x03\x00\x00"])
def test_a_message_of_nothing_is_read(empty: bytes) -> None:
    assert Inflater(Side()).inflate(empty) == b""
