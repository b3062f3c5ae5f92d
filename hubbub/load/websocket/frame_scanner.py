"""A scanner for the frames that make up nearly all traffic: whole, unfragmented, uncompressed text.

RFC 6455 section 5.2. Everything else (control frames, fragments, binary, reserved bits, masks) is left where
it stands, for a full parser. So the scanner never has to refuse anything: it only ever stops.
"""

from hubbub.load.websocket.frame_head import LENGTH_16, LENGTH_64, MASKED, TEXT

_KEY_SIZE = 4


def scan_text(data: bytes, position: int = 0) -> tuple[list[bytes], int]:
    """Return the payloads of the text frames that stand whole at ``position``, and where they end.

    What stands there is an incomplete frame, a frame of another kind, or nothing.
    """
    payloads = []
    end = len(data)
    # Hot: run for each read. One comparison settles FIN, RSV1 to RSV3 and the opcode together.
    while end - position >= 2 and data[position] == TEXT:
        length = data[position + 1]
        start = position + 2
        if length >= LENGTH_16:
            if length == LENGTH_16 and end >= start + 2:
                length = data[start] << 8 | data[start + 1]
                start += 2
            elif length == LENGTH_64 and end >= start + 8:
                length = int.from_bytes(data[start : start + 8], "big")
                start += 8
            else:
                # A head that is not whole yet, or (128 and more) a masked frame, which a server must not
                # send (section 5.1): the full parser says so.
                break
        stop = start + length
        if stop > end:
            break
        payloads.append(data[start:stop])
        position = stop
    return payloads, position


def frame_end(data: bytes, position: int) -> int | None:
    """Return where the frame of any kind at ``position`` will end; None where its head is incomplete."""
    if len(data) < position + 2:
        return None
    length = data[position + 1] & ~MASKED
    start = position + 2
    if length >= LENGTH_16:
        size = 2 if length == LENGTH_16 else 8
        if len(data) < start + size:
            return None
        length = int.from_bytes(data[start : start + size], "big")
        start += size
    # Only a broken server masks its frames; the parser that refuses them wants them whole, key included.
    return start + length + (_KEY_SIZE if data[position + 1] & MASKED else 0)
