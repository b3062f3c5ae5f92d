"""Where the server under test is: its URL taken apart, addresses resolved, TLS prepared."""

import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, quote, urlsplit

from hubbub.text.redaction import shown_url

from .http.handshake import Headers

_PORTS = {"ws": 80, "wss": 443}


class TargetError(Exception):
    """A URL that cannot be tested; the text is one line that says what to do."""


@dataclass(frozen=True)
class Target:
    """The server under test, and all that a client must know to reach it."""

    url: str
    address: tuple[int, tuple[object, ...]]
    """Address family and socket address."""
    host: str
    """The ``Host`` header."""
    path: str
    query: str
    """The URL's own parameters, which every connection keeps."""
    headers: Headers = ()
    """Sent with every handshake."""
    tls: ssl.SSLContext | None = None
    server_name: str = ""
    pid: int | None = None
    """The bundled server's process."""
    log: Path | None = None
    """The bundled server's log."""
    was_open: bool = False
    """Whether somebody took a TCP connection when the address was looked for."""

    @property
    def label(self) -> str:
        """The URL as it may be shown: without its secrets."""
        return shown_url(self.url)

    def with_query(self, query: str, path: str | None = None) -> str:
        """Return the request target of this raw query (no ``?``), behind the URL's own parameters."""
        joined = "&".join(part for part in (self.query, query) if part)
        return (self.path if path is None else path) + (f"?{joined}" if joined else "")

    def of_room(self, room: str) -> str:
        """Return the request target that names ``room``."""
        return self.with_query("room=" + quote(room, safe=""))


def resolve(url: str, headers: Mapping[str, str], insecure: bool = False, ca: Path | None = None) -> Target:
    """Return the target that ``url`` names; raises TargetError where it is no usable ws:// or wss:// URL."""
    parts = _split(url)
    address, was_open = _address(parts)
    return Target(
        url=url,
        address=address,
        was_open=was_open,
        host=parts.netloc.rpartition("@")[2],
        path=parts.path or "/",
        query=parts.query,
        headers=tuple(headers.items()),
        tls=_tls(insecure, ca) if parts.scheme == "wss" else None,
        server_name=parts.hostname or "",
    )


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise TargetError(
            f"{shown_url(url)} is not a URL ({error}); give --url ws://host:port/path"
        ) from error
    if parts.scheme not in _PORTS or not parts.hostname:
        raise TargetError(f"{shown_url(url)} is not a ws:// or wss:// URL; give --url ws://host:port/path")
    if any(name == "room" for name, _ in parse_qsl(parts.query, keep_blank_values=True)):
        raise TargetError(f"{shown_url(url)} names a room; leave it out, each check makes its own")
    return parts


def _address(parts: SplitResult) -> tuple[tuple[int, tuple[object, ...]], bool]:
    """Return the address, and whether anything listens there as far as had to be asked."""
    port = parts.port or _PORTS[parts.scheme]
    try:
        found = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise TargetError(f"{parts.hostname} has no address ({error}); check the host in --url") from error
    # Asked only where there is a choice: a server may take offence at a connection that says nothing.
    asked = found if len(found) > 1 else []
    reachable = next((entry for entry in asked if _answers(entry[0], entry[4])), None)
    family, _, _, _, address = reachable or found[0]
    return (family, address), reachable is not None


def _answers(family: int, address: tuple[object, ...]) -> bool:
    """Whether anything listens there: a name may stand for an IPv6 and an IPv4 address, and one be deaf."""
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.settimeout(5)
        return probe.connect_ex(address) == 0


def _tls(insecure: bool, ca: Path | None) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=ca)
    except (OSError, ssl.SSLError) as error:
        raise TargetError(f"{ca} is not a file of CA certificates ({error}); give another --ca") from error
    # Host names first: without certificates there is nothing to hold them against, which Python refuses.
    if insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
