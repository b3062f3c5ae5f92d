"""The opening handshake: what a user asks for besides the connection, and the protocol that asks for it."""

import logging
import re
from collections.abc import Callable
from typing import NamedTuple

from websockets.client import ClientProtocol
from websockets.http11 import Request
from websockets.protocol import State
from websockets.typing import Subprotocol
from websockets.uri import WebSocketURI

from hubbub.load.websocket.compression import LastingDeflateFactory
from hubbub.load.websocket.frame_scanner import scan_text
from hubbub.load.websocket.inflater import Inflater, is_shareable

MAX_MESSAGE = 1 << 24
"""The longest message taken from a server, in bytes."""


class _WithoutFrames(logging.LoggerAdapter[logging.Logger]):
    """The logger of ``websockets``, but for what it logs at DEBUG: headers and URLs, which may hold secrets.

    What happens on a connection is logged by ``connection`` instead.
    """

    def isEnabledFor(self, level: int) -> bool:  # noqa: N802  # logging's own name
        return level > logging.DEBUG and super().isEnabledFor(level)


_logger = _WithoutFrames(logging.getLogger("hubbub.load.websocket"))


Scan = Callable[[bytes, int], tuple[list[bytes], int]]
"""Finds text messages, as ``hubbub.load.websocket.frame_scanner.scan_text`` does."""


class Opening(NamedTuple):
    """What every connection of a run asks for."""

    headers: tuple[tuple[str, str], ...] = ()
    """Further headers of the request; one that the handshake has of itself takes its place."""
    subprotocol: str = ""
    """The subprotocol offered, if any; the server must then agree to it or to none."""
    inflater: Inflater | None = None
    """Offers permessage-deflate (RFC 7692), and inflates what the server sends, where that can be shared."""

    def protocol(self, uri: WebSocketURI) -> ClientProtocol:
        """Return the Sans-I/O protocol of a connection that is to be opened."""
        deflate = [LastingDeflateFactory(client_max_window_bits=True)]
        return ClientProtocol(
            uri,
            extensions=deflate if self.inflater else None,
            subprotocols=[Subprotocol(self.subprotocol)] if self.subprotocol else None,
            max_size=MAX_MESSAGE,
            logger=_logger,
        )

    def request(self, protocol: ClientProtocol) -> Request:
        """Return the request that opens the connection."""
        request = protocol.connect()
        for name in {name.lower() for name, _ in self.headers} & {name.lower() for name in request.headers}:
            del request.headers[name]
        for name, value in self.headers:
            request.headers[name] = value
        return request

    def scan(self, protocol: ClientProtocol) -> Scan:
        """Return what finds the text messages of an opened connection, as far as no parser is needed."""
        return self.inflater.scan if self.inflater and is_shareable(protocol) else scan_text

    def refusal(self, protocol: ClientProtocol) -> str:
        """Return what the server has not agreed to, though it opened the connection; empty for nothing."""
        if protocol.state is not State.OPEN:
            return ""
        if self.inflater and not protocol.extensions:
            return "the server did not agree to permessage-deflate (--deflate)"
        if self.subprotocol and protocol.subprotocol is None:
            return f"the server did not agree to the subprotocol {self.subprotocol} (--subprotocol)"
        return ""


def opened(uri: WebSocketURI) -> ClientProtocol:
    """Return the protocol of a connection that is open and has no extension."""
    return ClientProtocol(uri, state=State.OPEN, max_size=MAX_MESSAGE, logger=_logger)


_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"[\t\x20-\x7e]*")
_OWN = {"upgrade", "connection", "content-length", "transfer-encoding"}


def parse_header(line: str) -> tuple[str, str]:
    """Return name and value of a header, written ``Name: value`` (RFC 9110 section 5).

    Raises ValueError for one that is none, or that is the handshake's own business.
    """
    name, colon, value = line.partition(":")
    if not colon or not _TOKEN.fullmatch(name) or not _VALUE.fullmatch(value.strip()):
        raise ValueError(f"is 'Name: value', in ASCII, not {line!r}")
    if name.lower() in _OWN or name.lower().startswith("sec-websocket-"):
        raise ValueError(f"cannot set {name}, which belongs to the handshake itself")
    return name, value.strip()


def is_token(text: str) -> bool:
    """Whether ``text`` may name a subprotocol (RFC 6455 section 4.1)."""
    return _TOKEN.fullmatch(text) is not None
