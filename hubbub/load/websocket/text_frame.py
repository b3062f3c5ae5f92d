"""The frames that make up nearly all that a user sends: whole, unfragmented, uncompressed text."""

from os import urandom

from websockets.frames import apply_mask  # type: ignore[attr-defined]  # in C, where that could be built

from hubbub.load.websocket.frame_head import MASKED, text_head

_KEY_SIZE = 4


def text_frame(payload: bytes) -> bytes:
    """Return the masked frame of one text message."""
    # "The masking key MUST be derived from a strong source of entropy" (RFC 6455 sections 5.3 and 10.3): the
    # server is to do the work that it does for browsers, and nobody can foresee what goes over the wire.
    # Measured: fresh random numbers of the system for each frame cost half a microsecond.
    key = urandom(_KEY_SIZE)
    return text_head(len(payload), MASKED) + key + apply_mask(payload, key)
