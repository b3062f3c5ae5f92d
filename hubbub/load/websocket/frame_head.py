"""The first bytes of a frame: what it is, and how long (RFC 6455 section 5.2); and whole frames of text.

::

     0               1                                 2 to 3, or 2 to 9
    +-+-+-+-+-------+-+-------------+-----------------------------------+
    |F|R|R|R| opcode|M| length      | the length, where those seven     |
    |I|S|S|S|       |A|             | bits say 126 (16 bits follow) or  |
    |N|V|V|V|       |S|             | 127 (64 bits), in network order   |
    | |1|2|3|       |K|             |                                   |
    +-+-+-+-+-------+-+-------------+-----------------------------------+
"""

import struct
from os import urandom

from websockets.frames import apply_mask  # type: ignore[attr-defined]  # in C, where that could be built

TEXT = 0x81
"""The first byte of a whole message of text: FIN set, reserved bits clear, opcode 1."""
COMPRESSED_TEXT = 0xC1
"""The same with RSV1, by which permessage-deflate marks a compressed message (RFC 7692 section 7.2.3)."""
MASKED = 0x80
"""The bit of the second byte that says that a masking key follows; a client's frames must have it."""
LENGTH_16 = 126
LENGTH_64 = 127
_KEY_SIZE = 4

_HEAD_16 = struct.Struct("!BBH")
_HEAD_64 = struct.Struct("!BBQ")


def text_head(size: int, masked: int = 0) -> bytes:
    """Return the head of a whole text frame of ``size`` bytes, without a masking key.

    ``masked`` is ``MASKED`` for a client's frame, 0 for a server's.
    """
    # "The minimal number of bytes MUST be used to encode the length" (section 5.2).
    if size < LENGTH_16:
        return bytes((TEXT, masked | size))
    if size < 1 << 16:
        return _HEAD_16.pack(TEXT, masked | LENGTH_16, size)
    return _HEAD_64.pack(TEXT, masked | LENGTH_64, size)


def text_frame(payload: bytes) -> bytes:
    """Return the masked frame of one text message: whole, unfragmented, uncompressed."""
    # "The masking key MUST be derived from a strong source of entropy" (RFC 6455 sections 5.3 and 10.3): the
    # server is to do the work that it does for browsers, and nobody can foresee what goes over the wire.
    # Measured: fresh random numbers of the system for each frame cost half a microsecond.
    key = urandom(_KEY_SIZE)
    return text_head(len(payload), MASKED) + key + apply_mask(payload, key)
