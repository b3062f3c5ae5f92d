"""The envelope that every published message carries, so that each delivery can be accounted for.

A message is base64 of one fixed header, padding to the asked size, and a CRC-32 over both. Nothing else of
the server's behaviour is relied upon.

A message may be sent several times over, equal to the last character. Each of these is a message with a
number of its own, and all of them have one envelope: it says how many they are, so that whoever reads one
knows how often it is to come.
"""

import struct
from binascii import a2b_base64, b2a_base64
from zlib import crc32

import msgspec

from hubbub.load.messages.message_key import MessageKey, pack

_MAGIC = {copies: b"HUB%d" % copies for copies in range(1, 10)}
_COPIES = {magic: copies for copies, magic in _MAGIC.items()}

MAX_COPIES = max(_MAGIC)
"""How often a message may be sent."""

_HEADER = struct.Struct(">4sQIIIqqI")
_CRC = struct.Struct(">I")
_MAGIC_SIZE = 4

MIN_SIZE = _HEADER.size + _CRC.size
"""The smallest message that holds an envelope, in bytes before base64."""

_LONG = 1 << 16
"""Up to this size the padding is at hand."""

MAX_SIZE = 12_000_000
"""The largest message, in bytes before base64: with its base64 and its JSON it stays under 16 MiB, which is
the longest that a client of ours takes."""

_PATTERN = bytes(range(256))
_PADDING = _PATTERN * 256
"""What messages are padded with begins like this."""


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
    """Counts each publisher's messages from 0; of several equal ones it is the first's."""
    intended: int
    """When the schedule wanted it sent, in ns on the run's clock."""
    sent: int
    """When it was handed to the socket, in ns on the run's clock."""
    origin: int
    """What the server must say of the sender, as ``Dialect.origin`` condenses it to 32 bits."""
    copies: int = 1
    """How many messages, numbered on and on from ``sequence``, are equal to this one, itself included."""

    @property
    def key(self) -> MessageKey:
        """The key of the message, of several equal ones the first's."""
        return pack(self.publisher, self.sequence)


def seal(envelope: Envelope, size: int) -> str:
    """Return the base64 text of ``envelope``, padded so that it decodes to ``size`` bytes.

    Sizes below ``MIN_SIZE`` give ``MIN_SIZE`` bytes.
    """
    header = _HEADER.pack(
        _MAGIC[envelope.copies],
        envelope.run,
        envelope.room,
        envelope.publisher,
        envelope.sequence,
        envelope.intended,
        envelope.sent,
        envelope.origin,
    )
    body = header + (_PADDING[: size - MIN_SIZE] if MIN_SIZE <= size <= _LONG else _pad(size - MIN_SIZE))
    return b2a_base64(body + _CRC.pack(crc32(body)), newline=False).decode("ascii")


def unseal(text: str) -> Envelope:
    """Return the envelope in ``text``.

    Raises BadEnvelopeError where it is not base64, not an envelope, or its CRC is wrong.
    """
    try:
        message = a2b_base64(text, strict_mode=True)
    except ValueError as error:
        raise BadEnvelopeError(f"not base64: {error}") from error
    copies = _COPIES.get(message[:_MAGIC_SIZE])
    if len(message) < MIN_SIZE or copies is None:
        raise BadEnvelopeError("not an envelope")
    end = len(message) - _CRC.size
    if _CRC.unpack_from(message, end)[0] != crc32(memoryview(message)[:end]):
        raise BadEnvelopeError("its CRC is wrong")
    _, *fields = (*_HEADER.unpack_from(message), copies)
    return Envelope(*fields)


def _pad(size: int) -> bytes:
    if size <= 0:
        return b""
    return (_PATTERN * (size // len(_PATTERN) + 1))[:size]
