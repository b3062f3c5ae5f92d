"""The opening handshake: a request becomes a room to join, a page, or a refusal that says what to do."""

from dataclasses import dataclass
from http import HTTPStatus

from websockets.datastructures import Headers
from websockets.extensions.permessage_deflate import PerMessageDeflate
from websockets.http11 import Request, Response
from websockets.server import ServerProtocol
from websockets.typing import Origin

from hubbub.protocol.names import NameRefusedError, room_of_target

from . import pages
from .config import Config
from .wire.compression import LastingDeflateFactory
from .wire.shared_frames import UNCOMPRESSED

WINDOW = 12
"""The largest deflate window used either way, in bits: 4 KiB, plenty for chat."""


@dataclass(frozen=True)
class Answer:
    """What a request gets, and the room it may join if the response is 101."""

    response: Response
    room: str | None = None


class Handshake:
    """Answers requests as ``config`` says."""

    protocol = ServerProtocol
    """What checks handshakes, and reads and writes frames."""
    compression = LastingDeflateFactory
    """What agrees on permessage-deflate, and inflates by it."""

    def __init__(self, config: Config) -> None:
        self._config = config

    def new_protocol(self) -> ServerProtocol:
        """Return the WebSocket protocol of a new connection, with this server's limits and extensions."""
        allowed = [Origin(origin) for origin in self._config.origin]
        return self.protocol(
            origins=[*allowed, None] if allowed else None,
            extensions=[
                self.compression(
                    server_no_context_takeover=True,
                    server_max_window_bits=WINDOW,
                    client_max_window_bits=WINDOW,
                )
            ],
            max_size=self._config.max_message,
        )

    def answer(self, protocol: ServerProtocol, request: Request) -> Answer:
        """Return the answer to ``request``; the caller sends it."""
        if not _wants_websocket(request):
            return Answer(self._page(request))
        response = self.accept(protocol, request)
        if response.status_code != HTTPStatus.SWITCHING_PROTOCOLS:
            return Answer(response)
        try:
            return Answer(response, self.room(request))
        except NameRefusedError as error:
            return Answer(protocol.reject(HTTPStatus.BAD_REQUEST, f"{error}\n"))

    def accept(self, protocol: ServerProtocol, request: Request) -> Response:
        """Return 101, or why the request is no handshake (RFC 6455 section 4.2)."""
        _choose_websocket(request.headers)
        versions = request.headers.get_all("Sec-WebSocket-Version")
        response = protocol.accept(request)
        if response.status_code == HTTPStatus.BAD_REQUEST and versions != ["13"]:
            response = protocol.reject(HTTPStatus.UPGRADE_REQUIRED, "send Sec-WebSocket-Version: 13\n")
            response.headers["Sec-WebSocket-Version"] = "13"
            response.headers["Upgrade"] = "websocket"  # which every 426 has (RFC 9110 section 15.5.22)
        return response

    def room(self, request: Request) -> str:
        """Return the room that ``request`` names; raises NameRefusedError (ROOM-1 to ROOM-7)."""
        return room_of_target(request.path)

    def _page(self, request: Request) -> Response:
        page = pages.page(request.method, request.path, self._config.max_message)
        return pages.response(page, with_body=request.method != "HEAD")


def agreed_window(protocol: ServerProtocol) -> int:
    """Return the deflate window agreed for frames to the client, in bits; 0 for plain ones."""
    for extension in protocol.extensions:
        if isinstance(extension, PerMessageDeflate):
            return extension.local_max_window_bits
    return UNCOMPRESSED


def malformed() -> Response:
    """Return the answer to bytes that are no HTTP request."""
    text = "not an HTTP/1.1 request without body; open a WebSocket, or GET / for the chat page\n"
    return refusal(HTTPStatus.BAD_REQUEST, text)


def head_too_large() -> Response:
    """Return the answer to a request whose head does not end."""
    text = "the request's head is too large; send fewer and shorter headers\n"
    return refusal(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, text)


def refusal(status: HTTPStatus, text: str) -> Response:
    """Return an answer with this one line."""
    return pages.response(pages.Page(status, text.encode()))


def _wants_websocket(request: Request) -> bool:
    """Tell whether this is meant as a handshake; in HTTP/1.0 Upgrade means nothing (RFC 9110 section 7.8)."""
    if request.protocol == "HTTP/1.0":
        return False
    names = request.headers
    return "Upgrade" in names or any(name.lower().startswith("sec-websocket-") for name in names)


def _choose_websocket(headers: Headers) -> None:
    """Leave WebSocket alone where it is one of several protocols to upgrade to (RFC 9110 section 7.8)."""
    offered = ",".join(headers.get_all("Upgrade")).split(",")
    if "websocket" in (each.strip().lower() for each in offered):
        del headers["Upgrade"]
        headers["Upgrade"] = "websocket"
