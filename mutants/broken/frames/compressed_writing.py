"""Servers that write compressed messages wrongly (WS-17), or rightly in ways that few do."""

import zlib
from typing import Any

from websockets.extensions.permessage_deflate import PerMessageDeflate

from mutants.machinery.incoming_frames import RSV1
from mutants.machinery.outgoing_frames import Frame
from mutants.machinery.recompression import TAIL, RecompressingConnection, TakingContextOver
from mutants.machinery.registration import Registry
from reference_server.connection import Shared
from reference_server.parts import Parts
from reference_server.room import Member, Room
from reference_server.wire.shared_frames import Batch

MUTANTS = Registry()


@MUTANTS.broken("deflate-tail-kept", "WS-17")
class TailKept(RecompressingConnection):
    """The four bytes at the end of a compressed message are not cut off."""

    def recompressed(self, frame: Frame) -> Frame:
        return Frame(frame.first | RSV1, self.deflated(frame.payload))


@MUTANTS.broken("deflate-last-block-bare", "WS-17")
class LastBlockBare(RecompressingConnection):
    """A compressed message ends in a block that says it is the last, and nothing behind it."""

    def recompressed(self, frame: Frame) -> Frame:
        return Frame(frame.first | RSV1, self.deflated(frame.payload, zlib.Z_FINISH))


@MUTANTS.broken("deflate-unmarked", "WS-17")
class Unmarked(RecompressingConnection):
    """A compressed message goes out without RSV1."""

    def recompressed(self, frame: Frame) -> Frame:
        return Frame(frame.first, self.deflated(frame.payload)[: -len(TAIL)])


@MUTANTS.broken("deflate-marked", "WS-17")
class Marked(RecompressingConnection):
    """A message that does not get smaller goes out as it is, and RSV1 says that it is compressed."""

    def recompressed(self, frame: Frame) -> Frame:
        short = super().recompressed(frame)
        return (
            short
            if len(short.payload) < len(frame.payload) // 2
            else Frame(frame.first | RSV1, frame.payload)
        )


@MUTANTS.broken("deflate-cut-off", "WS-17")
class CutOff(RecompressingConnection):
    """A message is compressed into a buffer of 8 KiB, and what does not fit is lost."""

    def recompressed(self, frame: Frame) -> Frame:
        whole: Frame = super().recompressed(frame)
        return whole.but(payload=whole.payload[:8192])


@MUTANTS.broken("deflate-window-wide", "WS-17")
class WindowWide(RecompressingConnection):
    """A window under 15 bits that the client asked for is agreed to, and one of 15 is used."""

    def compressor(self, level: int) -> Any:
        return zlib.compressobj(level, wbits=-15)


@MUTANTS.broken("deflate-context-after-large", "WS-17")
class ContextAfterLarge(RecompressingConnection):
    """What comes behind a message of over 1,000 bytes refers to it, though each message stands alone."""

    def __init__(self, shared: Shared) -> None:
        super().__init__(shared)
        self._past = b""

    def deflated(self, text: bytes, end: int = zlib.Z_SYNC_FLUSH, level: int = 9) -> bytes:
        compressor = zlib.compressobj(level, wbits=-self.window, zdict=self._past)
        self._past = text if len(text) > 1000 else b""
        return compressor.compress(text) + compressor.flush(end)


@MUTANTS.broken("deflate-to-all", "WS-17")
class ToAll(Room):
    """What goes out is compressed for all members of a room, if it is for one."""

    def deliver(self, member: Member, batch: Batch) -> None:
        member.write(batch.frames(max(each.window for each in self.members.values())))


@MUTANTS.broken("deflate-frames-shared", "WS-17")
class FramesShared(Room):
    """What is compressed for one member of a room goes out to all that take compressed messages."""

    def deliver(self, member: Member, batch: Batch) -> None:
        windows = [each.window for each in self.members.values() if each.window]
        member.write(batch.frames(windows[0] if member.window else 0))


class OneCompressor(RecompressingConnection):
    """Has one compressor for all connections that take a context over."""

    _shared_compressor = zlib.compressobj(wbits=-15)
    _latest = (b"", b"")

    def deflated(self, text: bytes, end: int = zlib.Z_SYNC_FLUSH, level: int = 9) -> bytes:
        agreed = self._protocol.extensions[0]
        if isinstance(agreed, PerMessageDeflate) and agreed.local_no_context_takeover:
            return super().deflated(text, end, level)
        shared = OneCompressor
        if shared._latest[0] != text:
            squeezed = shared._shared_compressor.compress(text) + shared._shared_compressor.flush(end)
            shared._latest = (text, squeezed)
        return shared._latest[1]


@MUTANTS.broken("deflate-compressor-shared", "WS-17", parts=Parts(connection=OneCompressor))
class CompressorShared(TakingContextOver):
    """All connections have one compressor, so who comes later gets what refers to messages before."""
