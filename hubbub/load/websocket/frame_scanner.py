"""A scanner for the frames that make up nearly all traffic: whole, unfragmented, uncompressed text.

RFC 6455 section 5.2. Everything else (control frames, fragments, binary, reserved bits, masks) is left where
it stands, for a full parser.
"""

_TEXT = 0x81
"""FIN set, reserved bits clear, opcode 1."""

_LENGTH_16 = 126
_LENGTH_64 = 127
_MASKED = 0x80


def scan_text(data: bytes, position: int = 0) -> tuple[list[bytes], int]:
    """Return the payloads of the text frames that stand whole at ``position``, and where they end.

    What stands there is an incomplete frame, a frame of another kind, or nothing.
    """
    payloads = []
    end = len(data)
    while end - position >= 2 and data[position] == _TEXT:
        length = data[position + 1]
        start = position + 2
        if length >= _LENGTH_16:
            if length == _LENGTH_16 and end >= start + 2:
                length = data[start] << 8 | data[start + 1]
                start += 2
            elif length == _LENGTH_64 and end >= start + 8:
                length = int.from_bytes(data[start : start + 8], "big")
                start += 8
            else:
                break
        stop = start + length
        if stop > end:
            break
        payloads.append(data[start:stop])
        position = stop
    return payloads, position


def frame_end(data: bytes, position: int) -> int | None:
    """Return where the frame of any kind at ``position`` will end; None where its header is incomplete."""
    if len(data) < position + 2:
        return None
    length = data[position + 1] & ~_MASKED
    start = position + 2
    if length >= _LENGTH_16:
        size = 2 if length == _LENGTH_16 else 8
        if len(data) < start + size:
            return None
        length = int.from_bytes(data[start : start + size], "big")
        start += size
    return start + length + (4 if data[position + 1] & _MASKED else 0)
