"""Data frames become messages, whatever the order in which they come."""

import pytest

from conformance.wire.compression.deflate import DeflateError, Deflater, Inflater, Side
from conformance.wire.framing import bounds
from conformance.wire.framing.bounds import BoundError
from conformance.wire.framing.frames import RSV1, Frame, Opcode, fragments, text
from conformance.wire.message_assembler import Assembled, MessageAssembler


@pytest.fixture
def assembler() -> MessageAssembler:
    return MessageAssembler()


def test_a_frame_with_fin_is_a_message_of_its_own(assembler: MessageAssembler) -> None:
    assert assembler.take(text("hello")) == Assembled(Opcode.TEXT, b"hello", is_new=False)
    assert assembler.held == 0


def test_fragments_are_one_message_and_count_until_it_is_whole(assembler: MessageAssembler) -> None:
    first, second, last = fragments(b"one message", [3, 7])
    assert assembler.take(first) is None
    assert assembler.take(second) is None
    assert assembler.held == 7
    assert assembler.take(last) == Assembled(Opcode.TEXT, b"one message", is_new=True)
    assert assembler.held == 0


def test_a_message_that_begins_inside_another_takes_its_place(assembler: MessageAssembler) -> None:
    assembler.take(Frame(Opcode.BINARY, b"never finished", fin=False))
    assert assembler.take(text("hello")) == Assembled(Opcode.TEXT, b"hello", is_new=False)


def test_a_compressed_message_in_fragments_is_inflated_as_a_whole(assembler: MessageAssembler) -> None:
    assembler.inflate_with(Inflater(Side()))
    octets = Deflater(Side()).deflate(b"the same words, the same words")
    first, last = fragments(octets, [4])
    assembler.take(Frame(first.opcode, first.payload, fin=False, rsv=RSV1))
    whole = assembler.take(last)
    assert whole == Assembled(Opcode.TEXT, b"the same words, the same words", is_new=True)


def test_what_cannot_be_inflated_is_an_error_and_what_was_not_agreed_on_stays_as_it_came(
    assembler: MessageAssembler,
) -> None:
    broken = Frame(Opcode.TEXT, b"\x07", rsv=RSV1)
    assert assembler.take(broken) == Assembled(Opcode.TEXT, b"\x07", is_new=True)
    assembler.inflate_with(Inflater(Side()))
    with pytest.raises(DeflateError):
        assembler.take(broken)


def test_a_message_of_more_fragments_than_are_taken_is_refused(assembler: MessageAssembler) -> None:
    half = bytes(bounds.LONGEST_MESSAGE // 2 + 1)
    assembler.take(Frame(Opcode.BINARY, half, fin=False))
    with pytest.raises(BoundError, match="a message of several frames came"):
        assembler.take(Frame(Opcode.CONTINUATION, half, fin=False))
