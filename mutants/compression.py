"""Servers that get permessage-deflate wrong (WS-17, WS-18, SEC-9)."""

import zlib
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

from mutants.client_frames import CONTINUATION, RSV1, ClientFrame, Translated, TranslatingProtocol
from mutants.outgoing_frames import Frame, RewritingConnection
from mutants.zoo import Zoo
from reference_server.compression import PARAMETERS, LastingDeflate, LastingDeflateFactory
from reference_server.connection import Shared
from reference_server.handshake import Handshake

ZOO = Zoo()

TAIL = b"\x00\x00\xff\xff"
"""What is cut from the end of a compressed message (RFC 7692 section 7.2.1)."""

Parameters = Sequence[ExtensionParameter]
Agreement = tuple[list[ExtensionParameter], PerMessageDeflate]


class OwnExtension(LastingDeflateFactory):
    """The base of servers that agree as they should, and then do something else."""

    def process_request_params(
        self, params: Parameters, accepted_extensions: Sequence[Extension]
    ) -> Agreement:
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


# WS-17: agreeing, and keeping to it.


@ZOO.broken("deflate-context-kept", "WS-17")
class ContextKept(RewritingConnection):
    """Each message is compressed with what came before, though no context takeover was agreed on."""

    def __init__(self, shared: Shared) -> None:
        super().__init__(shared)
        self._compressor: Any = None

    def rewrite(self, frame: Frame) -> Frame:
        if not (self.window and frame.is_text):
            return frame
        if self._compressor is None:
            self._compressor = zlib.compressobj(wbits=-self.window)
        payload = plain(frame, self.window).payload
        compressed = self._compressor.compress(payload) + self._compressor.flush(zlib.Z_SYNC_FLUSH)
        return Frame(frame.first | RSV1, compressed[: -len(TAIL)])


@ZOO.broken("deflate-context-forgotten", "WS-17")
class ContextForgotten(OwnExtension):
    """A client's messages are inflated each by itself, though it may refer to those before."""

    def used(self, agreed: PerMessageDeflate) -> PerMessageDeflate:
        return as_agreed(agreed, remote_no_context_takeover=True)


@ZOO.broken("deflate-window-ignored", "WS-17")
class WindowIgnored(OwnExtension):
    """The agreed window for messages to the client is overstepped."""

    def used(self, agreed: PerMessageDeflate) -> PerMessageDeflate:
        return as_agreed(agreed, local_max_window_bits=15)


class Deaf(LastingDeflate):
    """An extension that inflates nothing."""

    def decode(self, frame: ReadFrame, *, max_size: int | None = None) -> ReadFrame:
        del max_size
        return ReadFrame(frame.opcode, frame.data, frame.fin)


@ZOO.broken("deflate-for-show", "WS-17")
class ForShow(OwnExtension):
    """Compression is agreed on, and a client's compressed messages are read as if they were plain."""

    def used(self, agreed: PerMessageDeflate) -> PerMessageDeflate:
        return as_agreed(agreed, Deaf)


@ZOO.broken("deflate-unread", "WS-17")
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


@ZOO.broken("deflate-unasked", "WS-17")
class WindowUnasked(LastingDeflateFactory):
    """The client's window is limited, though it did not say that it can be."""

    def process_request_params(
        self, params: Parameters, accepted_extensions: Sequence[Extension]
    ) -> Agreement:
        answer, agreed = super().process_request_params(params, accepted_extensions)
        limit: ExtensionParameter = ("client_max_window_bits", "10")
        others = [parameter for parameter in answer if parameter[0] != "client_max_window_bits"]
        return [*others, limit], agreed


@ZOO.broken("deflate-refused", "WS-17")
class OfferRefused(Handshake):
    """A handshake with an offer that cannot be taken is refused with 400."""

    def accept(self, protocol: ServerProtocol, request: Request) -> Response:
        response = super().accept(protocol, request)
        if "Sec-WebSocket-Extensions" in request.headers and not protocol.extensions:
            return protocol.reject(HTTPStatus.BAD_REQUEST, "cannot agree to that\n")
        return response


# WS-18: what fails.


@ZOO.broken("rsv1-on-control", "WS-18")
class Rsv1OnControl(TranslatingProtocol):
    """RSV1 on a control frame is ignored where compression is agreed."""

    def translate(self, frame: ClientFrame) -> Translated:
        return frame.but(first=frame.first & ~RSV1) if frame.is_control and self.extensions else frame


@ZOO.broken("rsv1-on-continuation", "WS-18")
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


@ZOO.broken("deflate-corrupt-skipped", "WS-18")
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


@ZOO.broken("limit-before-inflation", "SEC-9")
class LimitBeforeInflation(OwnExtension):
    """The limit is compared with the compressed size only."""

    def used(self, agreed: PerMessageDeflate) -> PerMessageDeflate:
        return as_agreed(agreed, Unlimited)
