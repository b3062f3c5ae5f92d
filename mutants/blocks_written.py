"""Servers that write compressed messages wrongly (WS-17), or rightly in ways that few do."""

import zlib
from typing import Any

from websockets.extensions.permessage_deflate import PerMessageDeflate

from mutants.client_frames import FIN, RSV1
from mutants.compression import TAIL, plain
from mutants.legal_wire import Asking, ContextTakeover
from mutants.outgoing_frames import Frame, RewritingConnection
from mutants.zoo import Zoo
from reference_server.connection import Shared
from reference_server.frames import Batch
from reference_server.parts import Parts
from reference_server.room import Member, Room

ZOO = Zoo()

EMPTY_BLOCK = b"\x00"


class Recompressing(RewritingConnection):
    """The base of servers that compress each text by themselves, where that is agreed."""

    def rewrite(self, frame: Frame) -> Any:
        if not (self.window and frame.is_text):
            return frame
        return self.recompressed(plain(frame, self.window))

    def recompressed(self, frame: Frame) -> Any:
        """Return what goes out for a ``frame`` of plain text."""
        return Frame(frame.first | RSV1, self.deflated(frame.payload)[: -len(TAIL)])

    def deflated(self, text: bytes, end: int = zlib.Z_SYNC_FLUSH, level: int = 9) -> bytes:
        """Return blocks with ``text``."""
        compressor = zlib.compressobj(level, wbits=-self.window)
        return compressor.compress(text) + compressor.flush(end)


@ZOO.broken("deflate-tail-kept", "WS-17")
class TailKept(Recompressing):
    """The four bytes at the end of a compressed message are not cut off."""

    def recompressed(self, frame: Frame) -> Frame:
        return Frame(frame.first | RSV1, self.deflated(frame.payload))


@ZOO.broken("deflate-last-block-bare", "WS-17")
class LastBlockBare(Recompressing):
    """A compressed message ends in a block that says it is the last, and nothing behind it."""

    def recompressed(self, frame: Frame) -> Frame:
        return Frame(frame.first | RSV1, self.deflated(frame.payload, zlib.Z_FINISH))


@ZOO.broken("deflate-unmarked", "WS-17")
class Unmarked(Recompressing):
    """A compressed message goes out without RSV1."""

    def recompressed(self, frame: Frame) -> Frame:
        return Frame(frame.first, self.deflated(frame.payload)[: -len(TAIL)])


@ZOO.broken("deflate-marked", "WS-17")
class Marked(Recompressing):
    """A message that does not get smaller goes out as it is, and RSV1 says that it is compressed."""

    def recompressed(self, frame: Frame) -> Frame:
        short = super().recompressed(frame)
        return (
            short
            if len(short.payload) < len(frame.payload) // 2
            else Frame(frame.first | RSV1, frame.payload)
        )


@ZOO.broken("deflate-cut-off", "WS-17")
class CutOff(Recompressing):
    """A message is compressed into a buffer of 8 KiB, and what does not fit is lost."""

    def recompressed(self, frame: Frame) -> Frame:
        whole: Frame = super().recompressed(frame)
        return whole.but(payload=whole.payload[:8192])


@ZOO.broken("deflate-window-wide", "WS-17")
class WindowWide(Recompressing):
    """A window under 15 bits that the client asked for is agreed to, and one of 15 is used."""

    def deflated(self, text: bytes, end: int = zlib.Z_SYNC_FLUSH, level: int = 9) -> bytes:
        compressor = zlib.compressobj(level, wbits=-15)
        return compressor.compress(text) + compressor.flush(end)


@ZOO.broken("deflate-context-after-large", "WS-17")
class ContextAfterLarge(Recompressing):
    """What comes behind a message of over 1,000 bytes refers to it, though each message stands alone."""

    def __init__(self, shared: Shared) -> None:
        super().__init__(shared)
        self._past = b""

    def deflated(self, text: bytes, end: int = zlib.Z_SYNC_FLUSH, level: int = 9) -> bytes:
        compressor = zlib.compressobj(level, wbits=-self.window, zdict=self._past)
        self._past = text if len(text) > 1000 else b""
        return compressor.compress(text) + compressor.flush(end)


@ZOO.broken("deflate-to-all", "WS-17")
class ToAll(Room):
    """What goes out is compressed for all members of a room, if it is for one."""

    def deliver(self, member: Member, batch: Batch) -> None:
        member.write(batch.frames(max(each.window for each in self.members.values())))


@ZOO.broken("deflate-frames-shared", "WS-17")
class FramesShared(Room):
    """What is compressed for one member of a room goes out to all that take compressed messages."""

    def deliver(self, member: Member, batch: Batch) -> None:
        windows = [each.window for each in self.members.values() if each.window]
        member.write(batch.frames(windows[0] if member.window else 0))


class OneCompressor(Recompressing):
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


@ZOO.broken("deflate-compressor-shared", "WS-17", parts=Parts(connection=OneCompressor))
class CompressorShared(ContextTakeover):
    """All connections have one compressor, so who comes later gets what refers to messages before."""


@ZOO.legal("legal-last-blocks")
class LastBlocks(Recompressing):
    """Each message is compressed in two blocks that both say they are the last."""

    def recompressed(self, frame: Frame) -> Frame:
        cut = len(frame.payload) // 2
        blocks = [self.deflated(part, zlib.Z_FINISH) for part in (frame.payload[:cut], frame.payload[cut:])]
        return Frame(frame.first | RSV1, b"".join(blocks) + EMPTY_BLOCK)


@ZOO.legal("legal-stored-blocks")
class StoredBlocks(Recompressing, Asking):
    """Compressed messages are stored blocks in three fragments, a Ping between, the last without any text."""

    def recompressed(self, frame: Frame) -> tuple[Frame, ...]:
        blocks = self.deflated(frame.payload, level=0)
        return (
            Frame(frame.first & ~FIN | RSV1, blocks[:7]),
            *self.ask(b"between"),
            Frame(0, blocks[7:]),
            Frame(FIN, EMPTY_BLOCK),
        )
