"""Odd but legal servers: other ways to agree on compression, and all or nothing of it."""

from collections.abc import Sequence
from typing import Any

from websockets.exceptions import NegotiationError
from websockets.extensions import Extension
from websockets.extensions.permessage_deflate import PerMessageDeflate, ServerPerMessageDeflateFactory

from mutants.machinery.outgoing_frames import Frame, RewritingConnection
from mutants.machinery.recompression import (
    Agreement,
    Parameters,
    RecompressingConnection,
    TakingContextOver,
    plain,
)
from mutants.machinery.registration import Registry
from reference_server.parts import Parts

MUTANTS = Registry()


@MUTANTS.legal("legal-uncompressed")
class Uncompressed(RewritingConnection):
    """Compression is agreed on for both ways, but nothing is ever sent compressed."""

    def rewrite(self, frame: Frame) -> Frame:
        return plain(frame, self.window)


class EveryMessage(RecompressingConnection):
    """Compresses every message, the shortest too, with what came before if that is agreed."""

    _kept: Any = None

    def compressor(self, level: int) -> Any:
        agreed = self._protocol.extensions[0]
        assert isinstance(agreed, PerMessageDeflate)
        if self._kept is None or agreed.local_no_context_takeover:
            self._kept = super().compressor(level)
        return self._kept


@MUTANTS.legal("legal-compressed", parts=Parts(connection=EveryMessage))
class Compressed(TakingContextOver):
    """Every message is compressed where that is agreed on, with context takeover unless that is forbidden."""


@MUTANTS.legal("legal-no-deflate")
class NoDeflate(ServerPerMessageDeflateFactory):
    """Every offer of compression is declined."""

    def process_request_params(
        self, params: Parameters, accepted_extensions: Sequence[Extension]
    ) -> Agreement:
        del params, accepted_extensions
        raise NegotiationError("no")
