"""Whole messages from data frames (RFC 6455 section 5.4)."""

from dataclasses import dataclass

from websockets.frames import Frame, Opcode


@dataclass(frozen=True)
class Message:
    """One whole message of a client."""

    payload: bytes
    is_text: bool


MOST_FRAGMENTS = 100_000
"""How many frames one message may have. So many that only empty ones reach it, since others are bytes too,
and the message's own limit ends it (SEC-2).
"""


class TooManyFragmentsError(Exception):
    """A message whose fragments do not end (SEC-11)."""


class Assembler:
    """Joins fragments; websockets has checked their order and their size together."""

    def __init__(self) -> None:
        self._is_text = True
        self._fragments = bytearray()
        self._count = 0

    def add(self, frame: Frame) -> Message | None:
        """Return the message that the data frame ``frame`` completes, if it does.

        Raises TooManyFragmentsError.
        """
        if frame.opcode is not Opcode.CONT:
            self._count = 0
            self._is_text = frame.opcode is Opcode.TEXT
            if frame.fin:
                return Message(bytes(frame.data), self._is_text)
        self._fragments += frame.data
        self._count += 1
        if self._count > MOST_FRAGMENTS:
            raise TooManyFragmentsError(f"more than {MOST_FRAGMENTS} fragments")
        if not frame.fin:
            return None
        message = Message(bytes(self._fragments), self._is_text)
        self._fragments.clear()
        return message
