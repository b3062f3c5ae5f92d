"""Servers that write frames which RFC 6455 does not allow (WS-6)."""

import struct
from collections.abc import Sequence

from mutants.machinery.outgoing_frames import Frame, RewritingConnection
from mutants.machinery.registration import Registry

MUTANTS = Registry()

FIN, CONTINUATION, TEXT, PING = 0x80, 0x0, 0x1, 0x9
LONG = 16 * 1024
"""Bytes from which on some servers write a message in fragments."""


@MUTANTS.broken("frames-masked", "WS-6")
class FramesMasked(RewritingConnection):
    """Frames to the client are masked."""

    def rewrite(self, frame: Frame) -> bytes:
        head = bytearray(frame.serialize()[: -len(frame.payload) or None])
        head[1] |= 0x80
        return bytes(head) + bytes(4) + frame.payload


@MUTANTS.broken("length-long", "WS-6")
class LengthLong(RewritingConnection):
    """Every length is written in 64 bits."""

    def rewrite(self, frame: Frame) -> bytes:
        return struct.pack("!BBQ", frame.first, 127, len(frame.payload)) + frame.payload


@MUTANTS.broken("length-medium", "WS-6")
class LengthMedium(RewritingConnection):
    """A payload of 65,536 bytes or less is never written with the 7-bit length."""

    def rewrite(self, frame: Frame) -> Frame | bytes:
        if len(frame.payload) > 65535:
            return frame
        return struct.pack("!BBH", frame.first, 126, len(frame.payload)) + frame.payload


@MUTANTS.broken("rsv-set", "WS-6")
class RsvSet(RewritingConnection):
    """RSV2 is set in text frames."""

    def rewrite(self, frame: Frame) -> Frame:
        return frame.but(first=frame.first | 0x20) if frame.is_text else frame


@MUTANTS.broken("opcode-reserved", "WS-6")
class OpcodeReserved(RewritingConnection):
    """A frame with a reserved opcode is sent before each message, as a sign of life."""

    def rewrite(self, frame: Frame) -> tuple[Frame, ...]:
        return (Frame(0x8B, b""), frame) if frame.is_text else (frame,)


# WS-22: fragments and control frames.


class WritingFragments(RewritingConnection):
    """The base of servers that write long messages in two fragments, and err."""

    def rewrite(self, frame: Frame) -> Sequence[Frame]:
        if not frame.is_text or len(frame.payload) < LONG:
            return (frame,)
        cut = len(frame.payload) // 2
        first, second = frame.payload[:cut], frame.payload[cut:]
        return self.fragments(Frame(frame.first & ~FIN, first), Frame(FIN, second))

    def fragments(self, first: Frame, second: Frame) -> Sequence[Frame]:
        """Return what is written instead of two fragments."""
        raise NotImplementedError


@MUTANTS.broken("written-opcode-twice", "WS-22")
class OpcodeTwice(WritingFragments):
    """Each fragment of a long message bears the message's opcode."""

    def fragments(self, first: Frame, second: Frame) -> Sequence[Frame]:
        return first, second.but(first=FIN | TEXT)


@MUTANTS.broken("written-fin-twice", "WS-22")
class FinTwice(WritingFragments):
    """FIN is set on each fragment of a long message."""

    def fragments(self, first: Frame, second: Frame) -> Sequence[Frame]:
        return first.but(first=first.first | FIN), second


@MUTANTS.broken("written-pong-with-fragments", "WS-22")
class PongInFragments(RewritingConnection):
    """A long Pong is written in two fragments, as messages are."""

    def rewrite(self, frame: Frame) -> Sequence[Frame]:
        if frame.first & 0x08 and len(frame.payload) > 100:
            return frame.but(first=frame.first & ~FIN, payload=frame.payload[:100]), Frame(
                FIN, frame.payload[100:]
            )
        return (frame,)


@MUTANTS.broken("written-empty-continuation", "WS-22")
class EmptyContinuation(RewritingConnection):
    """An empty continuation with FIN follows each Error, as if it had been left open."""

    def rewrite(self, frame: Frame) -> Sequence[Frame]:
        return (frame, Frame(FIN, b"")) if b'"Error"' in frame.payload[:40] else (frame,)


@MUTANTS.broken("written-ping-long", "WS-22")
class PingLong(RewritingConnection):
    """A Ping with 126 bytes goes before each message of 1,000 bytes and more."""

    def rewrite(self, frame: Frame) -> Sequence[Frame]:
        is_long = frame.is_text and len(frame.payload) >= 1000
        return (Frame(FIN | PING, b"p" * 126), frame) if is_long else (frame,)
