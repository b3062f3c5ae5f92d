"""Compression by hand (RFC 7692): the seam for faults in what is compressed, and in what is agreed to."""

import zlib
from collections.abc import Sequence
from typing import Any

from websockets.extensions import Extension
from websockets.extensions.permessage_deflate import PerMessageDeflate
from websockets.typing import ExtensionParameter

from mutants.machinery.incoming_frames import RSV1
from mutants.machinery.outgoing_frames import Frame, RewritingConnection
from reference_server.wire.compression import PARAMETERS, LastingDeflate, LastingDeflateFactory

TAIL = b"\x00\x00\xff\xff"
"""What is cut from the end of a compressed message (RFC 7692 section 7.2.1)."""

Parameters = Sequence[ExtensionParameter]
Agreement = tuple[list[ExtensionParameter], PerMessageDeflate]


class RecompressingConnection(RewritingConnection):
    """Compresses each text anew, where compression is agreed on; each of its steps can be got wrong.

    As it stands every message, the shortest too, is compressed by itself.

    >>> class TailKept(RecompressingConnection):
    ...     '''The four bytes at the end of a compressed message are not cut off.'''
    ...
    ...     def recompressed(self, frame):
    ...         return Frame(frame.first | RSV1, self.deflated(frame.payload))
    """

    def rewrite(self, frame: Frame) -> Any:
        """Compress ``frame`` if it is a text and the client takes compressed ones."""
        if not (self.window and frame.is_text):
            return frame
        return self.recompressed(plain(frame, self.window))

    def recompressed(self, frame: Frame) -> Any:
        """Return what goes out for a ``frame`` of plain text."""
        return Frame(frame.first | RSV1, self.deflated(frame.payload)[: -len(TAIL)])

    def deflated(self, text: bytes, end: int = zlib.Z_SYNC_FLUSH, level: int = 9) -> bytes:
        """Return blocks with ``text``."""
        compressor = self.compressor(level)
        deflated: bytes = compressor.compress(text) + compressor.flush(end)
        return deflated

    def compressor(self, level: int) -> Any:
        """Return the ``zlib`` compressor of the next message."""
        return zlib.compressobj(level, wbits=-self.window)


class TakingContextOver(LastingDeflateFactory):
    """Agrees to context takeover for what the server sends, unless the client forbids it."""

    def __init__(self, **_settings: Any) -> None:
        super().__init__()


class OwnExtension(LastingDeflateFactory):
    """The base of servers that agree as they should, and then do something else.

    >>> class WindowIgnored(OwnExtension):
    ...     '''The agreed window for messages to the client is overstepped.'''
    ...
    ...     def used(self, agreed):
    ...         return as_agreed(agreed, local_max_window_bits=15)
    """

    def process_request_params(
        self, params: Parameters, accepted_extensions: Sequence[Extension]
    ) -> Agreement:
        """Answer an offer as the reference server does; use another extension."""
        answer, agreed = super().process_request_params(params, accepted_extensions)
        return list(answer), self.used(agreed)

    def used(self, agreed: PerMessageDeflate) -> PerMessageDeflate:
        """Return what is used instead of what was ``agreed``."""
        raise NotImplementedError


def as_agreed(
    agreed: PerMessageDeflate, kind: type[PerMessageDeflate] = LastingDeflate, **changes: Any
) -> PerMessageDeflate:
    """Return an extension of this ``kind`` with the parameters of ``agreed``, but for the ``changes``."""
    return kind(**{name: getattr(agreed, name) for name in PARAMETERS} | changes)


def plain(frame: Frame, window: int) -> Frame:
    """Return ``frame`` as it is without compression."""
    if not frame.first & RSV1:
        return frame
    payload = zlib.decompressobj(wbits=-window).decompress(frame.payload + TAIL)
    return Frame(frame.first & ~RSV1, payload)
