"""Servers that write frames which RFC 6455 does not allow (WS-6)."""

import struct

from mutants.outgoing_frames import Frame, RewritingConnection
from mutants.zoo import Zoo

ZOO = Zoo()


@ZOO.broken("frames-masked", "WS-6")
class FramesMasked(RewritingConnection):
    """Frames to the client are masked."""

    def rewrite(self, frame: Frame) -> bytes:
        head = bytearray(frame.serialize()[: -len(frame.payload) or None])
        head[1] |= 0x80
        return bytes(head) + bytes(4) + frame.payload


@ZOO.broken("length-long", "WS-6")
class LengthLong(RewritingConnection):
    """Every length is written in 64 bits."""

    def rewrite(self, frame: Frame) -> bytes:
        return struct.pack("!BBQ", frame.first, 127, len(frame.payload)) + frame.payload


@ZOO.broken("length-medium", "WS-6")
class LengthMedium(RewritingConnection):
    """A payload of 65,536 bytes or less is never written with the 7-bit length."""

    def rewrite(self, frame: Frame) -> Frame | bytes:
        if len(frame.payload) > 65535:
            return frame
        return struct.pack("!BBH", frame.first, 126, len(frame.payload)) + frame.payload


@ZOO.broken("rsv-set", "WS-6")
class RsvSet(RewritingConnection):
    """RSV2 is set in text frames."""

    def rewrite(self, frame: Frame) -> Frame:
        return frame.but(first=frame.first | 0x20) if frame.is_text else frame


@ZOO.broken("opcode-reserved", "WS-6")
class OpcodeReserved(RewritingConnection):
    """A frame with a reserved opcode is sent before each message, as a sign of life."""

    def rewrite(self, frame: Frame) -> tuple[Frame, ...]:
        return (Frame(0x8B, b""), frame) if frame.is_text else (frame,)
