from websockets.frames import Frame, Opcode

from reference_server.assembler import Assembler, Message


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
