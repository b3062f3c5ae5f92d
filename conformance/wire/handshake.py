"""The opening handshake (RFC 6455 §4) as raw HTTP: any request can be written, any answer is shown."""

import base64
import hashlib
import secrets

import msgspec

from conformance.wire.bounds import LONGEST_HEAD, BoundError

_END_OF_HEAD = b"\r\n\r\n"
_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
Headers = tuple[tuple[str, str], ...]


class HandshakeError(Exception):
    """Bytes that are no HTTP response; the text says what came instead."""


class Request(msgspec.Struct, frozen=True):
    """An HTTP request; nothing in it is checked."""

    target: str
    headers: Headers
    method: str = "GET"
    version: str = "HTTP/1.1"

    def encode(self) -> bytes:
        """Return the bytes, header values in UTF-8."""
        lines = [f"{self.method} {self.target} {self.version}", *(f"{k}: {v}" for k, v in self.headers)]
        return "\r\n".join([*lines, "", ""]).encode("utf-8", "surrogateescape")

    def but(self, **headers: str | None) -> "Request":
        """Return the request with these headers replaced, added, or (None) left out; ``_`` is ``-``."""
        changes = {name.replace("_", "-").lower(): value for name, value in headers.items()}
        kept = [(name, changes.pop(name.lower(), value)) for name, value in self.headers]
        new = [(name.title(), value) for name, value in changes.items()]
        return msgspec.structs.replace(
            self, headers=tuple((name, value) for name, value in kept + new if value is not None)
        )


class Response(msgspec.Struct, frozen=True):
    """The head of a server's answer."""

    status: int
    reason: str
    headers: Headers

    def header(self, name: str) -> str | None:
        """Return the values of a header joined by commas, or None where it is absent."""
        return header_of(self.headers, name)


def header_of(headers: Headers, name: str) -> str | None:
    """Return the values of a header joined by commas, or None where it is absent."""
    values = [value for key, value in headers if key.lower() == name.lower()]
    return ", ".join(values) if values else None


def new_key() -> str:
    """Return a fresh ``Sec-WebSocket-Key`` (§4.1)."""
    return base64.b64encode(secrets.token_bytes(16)).decode()


def accept_of(key: str) -> str:
    """Return the ``Sec-WebSocket-Accept`` that answers ``key`` (§4.2.2)."""
    return base64.b64encode(hashlib.sha1(key.encode() + _GUID).digest()).decode()


def upgrade(target: str, host: str, extra: Headers = ()) -> Request:
    """Return the plain handshake of a client (§4.1), with ``extra`` headers at its end."""
    plain = (
        ("Host", host),
        ("Upgrade", "websocket"),
        ("Connection", "Upgrade"),
        ("Sec-WebSocket-Key", new_key()),
        ("Sec-WebSocket-Version", "13"),
    )
    return Request(target, plain + extra)


class ResponseReader:
    """Reads the head of one HTTP response from a byte stream, however it is cut."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> tuple[Response, bytes] | None:
        """Return the response and the bytes behind its head, once the head is whole.

        Raises HandshakeError where it is no HTTP response, BoundError where its head is longer than is taken.
        """
        searched = max(0, len(self._buffer) - len(_END_OF_HEAD))
        self._buffer += data
        start = b"HTTP/1."
        if self._buffer[: len(start)] != start[: len(self._buffer)]:
            raise HandshakeError(f"not HTTP: {bytes(self._buffer[:40])!r}")
        end = self._buffer.find(_END_OF_HEAD, searched)
        if end > LONGEST_HEAD or (end < 0 and len(self._buffer) > LONGEST_HEAD):
            raise BoundError(f"an HTTP head over {LONGEST_HEAD >> 10} KiB came")
        if end < 0:
            return None
        return _parse(bytes(self._buffer[:end])), bytes(self._buffer[end + len(_END_OF_HEAD) :])


def _parse(head: bytes) -> Response:
    first, *lines = head.decode("utf-8", "replace").split("\r\n")
    _, _, rest = first.partition(" ")
    status, _, reason = rest.partition(" ")
    if not (status.isascii() and status.isdigit() and len(status) == 3):
        raise HandshakeError(f"a status line without a status: {first[:40]!r}")
    pairs = (line.partition(":") for line in lines)
    return Response(int(status), reason, tuple((name.strip(), value.strip()) for name, _, value in pairs))
