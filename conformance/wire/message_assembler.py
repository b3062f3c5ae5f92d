"""Data frames put together into messages (RFC 6455 §5.4), inflated where that was agreed (RFC 7692 §7.2.2).

Invariant: ``held`` is the size of what has come of a message that is not whole; 0 between messages.
"""

from typing import NamedTuple

from .compression.deflate import Inflater
from .framing.bounds import LONGEST_MESSAGE, longer_than_taken
from .framing.frames import RSV1, Frame, Opcode


class Assembled(NamedTuple):
    """A whole message."""

    opcode: int
    payload: bytes
    is_new: bool
    """Whether its payload was made here, and is not that of a single frame."""


class MessageAssembler:
    """Takes the data frames of one connection in their order."""

    def __init__(self) -> None:
        self.held = 0
        """Bytes of a message that is not whole."""
        self._parts: list[bytes] = []
        self._opcode = -1
        self._is_compressed = False
        self._inflater: Inflater | None = None

    def inflate_with(self, inflater: Inflater) -> None:
        """Inflate compressed messages from here on."""
        self._inflater = inflater

    def discard(self) -> None:
        """Forget what is not whole."""
        self._parts, self.held = [], 0

    def take(self, frame: Frame) -> Assembled | None:
        """Take a data frame; return the message that it ends, None where it ends none.

        Raises BoundError for a message that is longer than is taken, DeflateError for one that cannot be
        inflated.
        """
        # RFC 6455 §5.4: all fragments but the first are continuations. One that breaks the rule is put
        # together as it comes; the oracle judges it (WS-22).
        if frame.opcode != Opcode.CONTINUATION:
            self.discard()
            self._opcode = frame.opcode
            # RFC 7692 §6: RSV1 of the first frame says that the whole message is compressed.
            self._is_compressed = bool(frame.rsv & RSV1)
        self._parts.append(frame.payload)
        self.held += len(frame.payload)
        if self.held > LONGEST_MESSAGE:
            raise longer_than_taken("a message of several frames")
        return self._whole() if frame.fin else None

    def _whole(self) -> Assembled:
        is_new = len(self._parts) > 1 or self._is_compressed
        payload = b"".join(self._parts)
        self.discard()
        # RFC 7692 §7.2.2: the payloads of all fragments are one compressed message. RSV1 without an agreement
        # is WS-6's, and the payload is kept as it is.
        if self._is_compressed and self._inflater:
            payload = self._inflater.inflate(payload)
        return Assembled(self._opcode, payload, is_new)
