"""Odd but legal servers: compressed messages written in ways that few do."""

import zlib

from mutants.legal.wire import Asking
from mutants.machinery.incoming_frames import FIN, RSV1
from mutants.machinery.outgoing_frames import Frame
from mutants.machinery.recompression import RecompressingConnection
from mutants.machinery.registration import Registry

MUTANTS = Registry()

EMPTY_BLOCK = b"\x00"


@MUTANTS.legal("legal-last-blocks")
class LastBlocks(RecompressingConnection):
    """Each message is compressed in two blocks that both say they are the last."""

    def recompressed(self, frame: Frame) -> Frame:
        cut = len(frame.payload) // 2
        blocks = [self.deflated(part, zlib.Z_FINISH) for part in (frame.payload[:cut], frame.payload[cut:])]
        return Frame(frame.first | RSV1, b"".join(blocks) + EMPTY_BLOCK)


@MUTANTS.legal("legal-stored-blocks")
class StoredBlocks(RecompressingConnection, Asking):
    """Compressed messages are stored blocks in three fragments, a Ping between, the last without any text."""

    def recompressed(self, frame: Frame) -> tuple[Frame, ...]:
        blocks = self.deflated(frame.payload, level=0)
        return (
            Frame(frame.first & ~FIN | RSV1, blocks[:7]),
            *self.ask(b"between"),
            Frame(0, blocks[7:]),
            Frame(FIN, EMPTY_BLOCK),
        )
