"""The opening handshake (RFC 6455 §4) as raw HTTP: any request can be written, any answer is shown."""

import base64
import hashlib
import secrets

import msgspec

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
Headers = tuple[tuple[str, str], ...]


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
        # In their places, since a server may depend on the order; what is new comes last.
        changes = {name.replace("_", "-").lower(): value for name, value in headers.items()}
        kept = [(name, changes.pop(name.lower(), value)) for name, value in self.headers]
        new = [(name.title(), value) for name, value in changes.items()]
        return msgspec.structs.replace(
            self, headers=tuple((name, value) for name, value in kept + new if value is not None)
        )

    @property
    def head(self) -> "RequestHead":
        """The request's lines, to be changed one by one."""
        return RequestHead(tuple(self.encode().decode("latin-1").split("\r\n")[:-2]))


class RequestHead(msgspec.Struct, frozen=True):
    """A request line by line, as it goes out: whatever stands in a line is sent, each character an octet."""

    lines: tuple[str, ...]
    """The request line and the fields."""
    end_of_line: str = "\r\n"
    body: bytes = b""

    def encode(self) -> bytes:
        """Return the bytes."""
        return self.end_of_line.join((*self.lines, "", "")).encode("latin-1") + self.body

    @property
    def target(self) -> str:
        """The request target."""
        return self.lines[0].split(" ")[1]

    def values(self, name: str) -> list[str]:
        """Return the values of the lines with this name, without the white space around them."""
        pairs = (line.partition(":") for line in self.lines[1:])
        return [value.strip(" \t") for each, _, value in pairs if each.lower() == name.lower()]

    def start(self, line: str) -> "RequestHead":
        """Return the head with another request line.

        ``{target}`` stands for its own target, ``{query}`` for what of that is no path, ``{host}`` for Host.
        """
        _, mark, query = self.target.partition("?")
        own = {"{target}": self.target, "{query}": mark + query, "{host}": "".join(self.values("Host"))}
        for name, value in own.items():
            line = line.replace(name, value)
        return self._of(line, *self.lines[1:])

    def first(self, *lines: str) -> "RequestHead":
        """Return the head with these lines before all other fields."""
        return self._of(self.lines[0], *lines, *self.lines[1:])

    def plus(self, *lines: str) -> "RequestHead":
        """Return the head with these lines at its end."""
        return self._of(*self.lines, *lines)

    def instead(self, name: str, *lines: str) -> "RequestHead":
        """Return the head with these lines where the field ``name`` was; ``{}`` stands for its value."""
        (value,) = self.values(name)
        new = [line.replace("{}", value) for line in lines]
        place = next(at for at, line in enumerate(self.lines) if line.lower().startswith(f"{name.lower()}:"))
        return self._of(*self.lines[:place], *new, *self.lines[place + 1 :])

    def _of(self, *lines: str) -> "RequestHead":
        return msgspec.structs.replace(self, lines=lines)


class Response(msgspec.Struct, frozen=True):
    """The head of a server's answer."""

    status: int
    reason: str
    headers: Headers
    octets: bytes = b""
    """The head as it came, to its empty line."""

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
    # §4.1, in its order: 4 Host, 5 Upgrade, 6 Connection, 7 the key, 9 the version.
    plain = (
        ("Host", host),
        ("Upgrade", "websocket"),
        ("Connection", "Upgrade"),
        ("Sec-WebSocket-Key", new_key()),
        ("Sec-WebSocket-Version", "13"),
    )
    return Request(target, plain + extra)
