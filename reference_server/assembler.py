"""Whole messages from data frames (RFC 6455 section 5.4)."""

from dataclasses import dataclass

from websockets.frames import Frame, Opcode


@dataclass(frozen=True)
class Message:
    """One whole message of a client."""

    payload: bytes
    is_text: bool


class Assembler:
    """Joins fragments; websockets has checked their order and their size together."""

    def __init__(self) -> None:
        self._is_text = True
        self._fragments = bytearray()

    def add(self, frame: Frame) -> Message | None:
        """Return the message that the data frame ``frame`` completes, if it does."""
        if frame.opcode is not Opcode.CONT:
            self._is_text = frame.opcode is Opcode.TEXT
            if frame.fin:
                return Message(bytes(frame.data), self._is_text)
        self._fragments += frame.data
        if not frame.fin:
            return None
        message = Message(bytes(self._fragments), self._is_text)
        self._fragments.clear()
        return message
