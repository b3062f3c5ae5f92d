"""Servers that get permessage-deflate wrong (WS-17, WS-18, SEC-9)."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from websockets.exceptions import NegotiationError, ProtocolError
from websockets.extensions import Extension
from websockets.extensions.permessage_deflate import PerMessageDeflate
from websockets.frames import Frame as ReadFrame
from websockets.http11 import Request, Response
from websockets.server import ServerProtocol
from websockets.typing import ExtensionParameter

from mutants.machinery.incoming_frames import CONTINUATION, RSV1, ClientFrame, Translated, TranslatingProtocol
from mutants.machinery.recompression import (
    Agreement,
    OwnExtension,
    Parameters,
    RecompressingConnection,
    as_agreed,
)
from mutants.machinery.registration import Registry
from reference_server.handshake import Handshake
from reference_server.wire.compression import LastingDeflate, LastingDeflateFactory

MUTANTS = Registry()

# WS-17: agreeing, and keeping to it.


@MUTANTS.broken("deflate-context-kept", "WS-17")
class ContextKept(RecompressingConnection):
    """Each message is compressed with what came before, though no context takeover was agreed on."""

    _kept: Any = None

    def compressor(self, level: int) -> Any:
        if self._kept is None:
            self._kept = super().compressor(level)
        return self._kept


@MUTANTS.broken("deflate-context-forgotten", "WS-17")
class ContextForgotten(OwnExtension):
    """A client's messages are inflated each by itself, though it may refer to those before."""

    def used(self, agreed: PerMessageDeflate) -> PerMessageDeflate:
        return as_agreed(agreed, remote_no_context_takeover=True)


@MUTANTS.broken("deflate-window-ignored", "WS-17")
class WindowIgnored(OwnExtension):
    """The agreed window for messages to the client is overstepped."""

    def used(self, agreed: PerMessageDeflate) -> PerMessageDeflate:
        return as_agreed(agreed, local_max_window_bits=15)


class Deaf(LastingDeflate):
    """An extension that inflates nothing."""

    def decode(self, frame: ReadFrame, *, max_size: int | None = None) -> ReadFrame:
        del max_size
        return ReadFrame(frame.opcode, frame.data, frame.fin)


@MUTANTS.broken("deflate-for-show", "WS-17")
class ForShow(OwnExtension):
    """Compression is agreed on, and a client's compressed messages are read as if they were plain."""

    def used(self, agreed: PerMessageDeflate) -> PerMessageDeflate:
        return as_agreed(agreed, Deaf)


@MUTANTS.broken("deflate-unread", "WS-17")
class OfferUnread(LastingDeflateFactory):
    """An offer with parameters that are unknown or impossible is accepted."""

    def process_request_params(
        self, params: Parameters, accepted_extensions: Sequence[Extension]
    ) -> Agreement:
        try:
            answer, agreed = super().process_request_params(params, accepted_extensions)
        except NegotiationError:
            answer, agreed = super().process_request_params([], accepted_extensions)
        return list(answer), agreed


@MUTANTS.broken("deflate-unasked", "WS-17")
class WindowUnasked(LastingDeflateFactory):
    """The client's window is limited, though it did not say that it can be."""

    def process_request_params(
        self, params: Parameters, accepted_extensions: Sequence[Extension]
    ) -> Agreement:
        answer, agreed = super().process_request_params(params, accepted_extensions)
        limit: ExtensionParameter = ("client_max_window_bits", "10")
        others = [parameter for parameter in answer if parameter[0] != "client_max_window_bits"]
        return [*others, limit], agreed


@MUTANTS.broken("deflate-refused", "WS-17")
class OfferRefused(Handshake):
    """A handshake with an offer that cannot be taken is refused with 400."""

    def accept(self, protocol: ServerProtocol, request: Request) -> Response:
        response = super().accept(protocol, request)
        if "Sec-WebSocket-Extensions" in request.headers and not protocol.extensions:
            return protocol.reject(HTTPStatus.BAD_REQUEST, "cannot agree to that\n")
        return response


# WS-18: what fails.


@MUTANTS.broken("rsv1-on-control", "WS-18")
class Rsv1OnControl(TranslatingProtocol):
    """RSV1 on a control frame is ignored where compression is agreed."""

    def translate(self, frame: ClientFrame) -> Translated:
        return frame.but(first=frame.first & ~RSV1) if frame.is_control and self.extensions else frame


@MUTANTS.broken("rsv1-on-continuation", "WS-18")
class Rsv1OnContinuation(TranslatingProtocol):
    """RSV1 on a continuation is ignored where compression is agreed."""

    def translate(self, frame: ClientFrame) -> Translated:
        is_forgiven = frame.opcode == CONTINUATION and self.extensions
        return frame.but(first=frame.first & ~RSV1) if is_forgiven else frame


class Forgiving(LastingDeflate):
    """An extension that takes what it cannot inflate for an empty message."""

    def decode(self, frame: ReadFrame, *, max_size: int | None = None) -> ReadFrame:
        try:
            return super().decode(frame, max_size=max_size)
        except ProtocolError:
            return ReadFrame(frame.opcode, b"", frame.fin)


@MUTANTS.broken("deflate-corrupt-skipped", "WS-18")
class CorruptSkipped(OwnExtension):
    """A compressed message that cannot be inflated is passed over."""

    def used(self, agreed: PerMessageDeflate) -> PerMessageDeflate:
        return as_agreed(agreed, Forgiving)


# SEC-9: the limit counts after inflation.


class Unlimited(LastingDeflate):
    """An extension that inflates to any size."""

    def decode(self, frame: ReadFrame, *, max_size: int | None = None) -> ReadFrame:
        del max_size
        return super().decode(frame)


@MUTANTS.broken("limit-before-inflation", "SEC-9")
class LimitBeforeInflation(OwnExtension):
    """The limit is compared with the compressed size only."""

    def used(self, agreed: PerMessageDeflate) -> PerMessageDeflate:
        return as_agreed(agreed, Unlimited)
