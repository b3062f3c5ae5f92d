"""The frames that make up nearly all that a user sends: whole, unfragmented, uncompressed text.

RFC 6455 sections 5.2 and 5.3. Each is masked by four fresh bytes of the system's random numbers, as a
browser's are: the server is to do the work that it does for browsers, and nobody can foresee what goes over
the wire (section 10.3). That costs half a microsecond.
"""

import struct
from os import urandom

from websockets.frames import apply_mask  # type: ignore[attr-defined]  # in C, where that could be built

_TEXT = 0x81
"""FIN set, reserved bits clear, opcode 1."""

_MASKED = 0x80
_LENGTH_16 = 126
_LENGTH_64 = 127
_KEY_SIZE = 4
_HEADER_16 = struct.Struct("!BBH")
_HEADER_64 = struct.Struct("!BBQ")


def text_frame(payload: bytes) -> bytes:
    """Return the masked frame of one text message."""
    key = urandom(_KEY_SIZE)
    return _header(len(payload)) + key + apply_mask(payload, key)


def _header(size: int) -> bytes:
    """Return the frame's first bytes, with the length in its shortest form."""
    if size < _LENGTH_16:
        return bytes((_TEXT, _MASKED | size))
    if size < 1 << 16:
        return _HEADER_16.pack(_TEXT, _MASKED | _LENGTH_16, size)
    return _HEADER_64.pack(_TEXT, _MASKED | _LENGTH_64, size)
