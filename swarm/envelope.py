"""The envelope that every published message carries, so that each delivery can be accounted for.

A message is base64 of one fixed header, padding to the asked size, and a CRC-32 over both. Nothing else of
the server's behaviour is relied upon.
"""

import struct
from binascii import a2b_base64, b2a_base64
from functools import lru_cache
from zlib import crc32

import msgspec

MAGIC = b"HUB1"

_HEADER = struct.Struct(">4sQIIIqqI")
_CRC = struct.Struct(">I")

MIN_SIZE = _HEADER.size + _CRC.size
"""The smallest message that holds an envelope, in bytes before base64."""

MAX_SIZE = 12_000_000
"""The largest message, in bytes before base64: with its base64 and its JSON it stays under 16 MiB, which is
the longest that a client of ours takes."""

_PADDING = bytes(range(256))


class BadEnvelopeError(ValueError):
    """A text that is no whole envelope; its message says what is broken."""


class Envelope(msgspec.Struct, frozen=True, gc=False):
    """What a message says of itself."""

    run: int
    """The run's random 64-bit number, so that two runs against one server are told apart."""
    room: int
    publisher: int
    """The number of the user that sent it."""
    sequence: int
    """Counts each publisher's messages from 0."""
    intended: int
    """When the schedule wanted it sent, in ns on the run's clock."""
    sent: int
    """When it was handed to the socket, in ns on the run's clock."""
    origin: int
    """What the server must say of the sender, as ``Dialect.origin`` condenses it to 32 bits."""


def seal(envelope: Envelope, size: int) -> str:
    """Return the base64 text of ``envelope``, padded so that it decodes to ``size`` bytes.

    Sizes below ``MIN_SIZE`` give ``MIN_SIZE`` bytes.
    """
    header = _HEADER.pack(
        MAGIC,
        envelope.run,
        envelope.room,
        envelope.publisher,
        envelope.sequence,
        envelope.intended,
        envelope.sent,
        envelope.origin,
    )
    body = header + _padding(size - MIN_SIZE)
    return b2a_base64(body + _CRC.pack(crc32(body)), newline=False).decode("ascii")


def unseal(text: str) -> Envelope:
    """Return the envelope in ``text``.

    Raises BadEnvelopeError where it is not base64, not an envelope, or its CRC is wrong.
    """
    try:
        message = a2b_base64(text, strict_mode=True)
    except ValueError as error:
        raise BadEnvelopeError(f"not base64: {error}") from error
    if len(message) < MIN_SIZE or not message.startswith(MAGIC):
        raise BadEnvelopeError("not an envelope")
    end = len(message) - _CRC.size
    if _CRC.unpack_from(message, end)[0] != crc32(memoryview(message)[:end]):
        raise BadEnvelopeError("its CRC is wrong")
    _, *fields = _HEADER.unpack_from(message)
    return Envelope(*fields)


@lru_cache(maxsize=16)
def _padding(size: int) -> bytes:
    if size <= 0:
        return b""
    return (_PADDING * (size // len(_PADDING) + 1))[:size]
