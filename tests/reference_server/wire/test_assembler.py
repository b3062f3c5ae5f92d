import pytest
from websockets.frames import Frame, Opcode

from reference_server.wire.assembler import MOST_FRAGMENTS, Assembler, Message, TooManyFragmentsError


def test_a_whole_frame_is_a_message() -> None:
    assembler = Assembler()
    assert assembler.add(Frame(Opcode.TEXT, b"a")) == Message(b"a", is_text=True)
    assert assembler.add(Frame(Opcode.BINARY, b"b")) == Message(b"b", is_text=False)


def test_fragments_are_one_message_of_the_first_ones_kind() -> None:
    assembler = Assembler()
    assert assembler.add(Frame(Opcode.BINARY, b"a", fin=False)) is None
    assert assembler.add(Frame(Opcode.CONT, b"", fin=False)) is None
    assert assembler.add(Frame(Opcode.CONT, b"b")) == Message(b"ab", is_text=False)
    assert assembler.add(Frame(Opcode.TEXT, b"c")) == Message(b"c", is_text=True)


def test_fragments_are_counted_by_message_and_have_a_limit() -> None:
    assembler = Assembler()
    for _ in range(2):
        assert assembler.add(Frame(Opcode.TEXT, b"", fin=False)) is None
        for _ in range(MOST_FRAGMENTS - 2):
            assembler.add(Frame(Opcode.CONT, b"", fin=False))
        assert assembler.add(Frame(Opcode.CONT, b"a")) == Message(b"a", is_text=True)
    assembler.add(Frame(Opcode.TEXT, b"", fin=False))
    with pytest.raises(TooManyFragmentsError):
        for _ in range(MOST_FRAGMENTS):
            assembler.add(Frame(Opcode.CONT, b"", fin=False))
