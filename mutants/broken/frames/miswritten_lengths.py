"""Servers that write some lengths wrongly (WS-6)."""

import struct

from mutants.machinery.incoming_frames import PONG, RSV1
from mutants.machinery.outgoing_frames import Frame, RewritingConnection
from mutants.machinery.registration import Registry

MUTANTS = Registry()

LAST_SHORT, LAST_MEDIUM = 125, 65535
"""The longest payloads of the 7-bit and of the 16-bit form."""


def with_head(frame: Frame, short: int, form: str = "", length: int | None = None) -> bytes:
    """Return a frame with this second byte and, in ``form``, this length or its own."""
    length = len(frame.payload) if length is None else length
    extended = struct.pack(form, length) if form else b""
    return bytes((frame.first, short)) + extended + frame.payload


def medium(frame: Frame) -> bytes:
    """Return a frame with the 16-bit form, whatever its length."""
    return with_head(frame, 126, "!H", len(frame.payload) & 0xFFFF)


def long(frame: Frame) -> bytes:
    """Return a frame with the 64-bit form, whatever its length."""
    return with_head(frame, 127, "!Q")


@MUTANTS.broken("length-of-125", "WS-6")
class LengthOf125(RewritingConnection):
    """A payload of 125 bytes is written with the 16-bit form of the length, by comparing with < 125."""

    def rewrite(self, frame: Frame) -> Frame | bytes:
        return medium(frame) if frame.is_text and len(frame.payload) == LAST_SHORT else frame


@MUTANTS.broken("length-of-126", "WS-6")
class LengthOf126(RewritingConnection):
    """A payload of 126 bytes is written with the 7-bit form of the length, by comparing with <= 126."""

    def rewrite(self, frame: Frame) -> Frame | bytes:
        return with_head(frame, 126) if len(frame.payload) == LAST_SHORT + 1 else frame


@MUTANTS.broken("length-of-127", "WS-6")
class LengthOf127(RewritingConnection):
    """A payload of 127 bytes is written with the 64-bit form of the length."""

    def rewrite(self, frame: Frame) -> Frame | bytes:
        return long(frame) if len(frame.payload) == LAST_SHORT + 2 else frame


@MUTANTS.broken("length-of-256", "WS-6")
class LengthOf256(RewritingConnection):
    """The length 256, the first of two bytes, is written with these the other way round."""

    def rewrite(self, frame: Frame) -> Frame | bytes:
        swapped = len(frame.payload) == 256
        return with_head(frame, 126, "<H") if swapped else frame


@MUTANTS.broken("length-signed-written", "WS-6")
class LengthSigned(RewritingConnection):
    """From 32,768 bytes on, where a signed number of 16 bits ends, the 64-bit form of the length is used."""

    def rewrite(self, frame: Frame) -> Frame | bytes:
        return long(frame) if 32768 <= len(frame.payload) <= LAST_MEDIUM else frame


@MUTANTS.broken("length-of-65535", "WS-6")
class LengthOf65535(RewritingConnection):
    """A payload of 65,535 bytes is written with the 64-bit form of the length, by comparing with < 65535."""

    def rewrite(self, frame: Frame) -> Frame | bytes:
        return long(frame) if len(frame.payload) == LAST_MEDIUM else frame


@MUTANTS.broken("length-of-65536", "WS-6")
class LengthOf65536(RewritingConnection):
    """A payload of 65,536 bytes is written with the 16-bit form of the length, which then is 0."""

    def rewrite(self, frame: Frame) -> Frame | bytes:
        return medium(frame) if len(frame.payload) == LAST_MEDIUM + 1 else frame


@MUTANTS.broken("length-one-less", "WS-6")
class LengthOneLess(RewritingConnection):
    """The last byte of a payload of 65,535 bytes is lost."""

    def rewrite(self, frame: Frame) -> Frame:
        return frame.but(payload=frame.payload[:-1]) if len(frame.payload) == LAST_MEDIUM else frame


@MUTANTS.broken("length-in-characters", "WS-6")
class LengthInCharacters(RewritingConnection):
    """A text's length is counted in characters, not in bytes."""

    def rewrite(self, frame: Frame) -> Frame | bytes:
        if not frame.is_text or frame.first & RSV1:
            return frame
        count = len(frame.payload.decode())
        head = frame.but(payload=b"x" * count).serialize()
        return head[: len(head) - count] + frame.payload


@MUTANTS.broken("length-of-userlist", "WS-6")
class LengthOfUserlist(RewritingConnection):
    """A userlist's length is written in 16 bits at least."""

    def rewrite(self, frame: Frame) -> Frame | bytes:
        is_short = len(frame.payload) <= LAST_SHORT
        return medium(frame) if is_short and b'"userlist"' in frame.payload else frame


@MUTANTS.broken("length-of-pong", "WS-6")
class LengthOfPong(RewritingConnection):
    """A Pong's length is written in 16 bits where it is 125."""

    def rewrite(self, frame: Frame) -> Frame | bytes:
        is_pong = frame.first & 0x0F == PONG
        return medium(frame) if is_pong and len(frame.payload) == LAST_SHORT else frame


@MUTANTS.broken("length-before-compression", "WS-6")
class LengthBeforeCompression(RewritingConnection):
    """The form of a compressed message's length is chosen before it is compressed."""

    def rewrite(self, frame: Frame) -> Frame | bytes:
        return medium(frame) if frame.first & RSV1 and 100 < len(frame.payload) <= LAST_SHORT else frame
