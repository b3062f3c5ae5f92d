"""A client that can send any bytes, and reads frames without any help of the code under test."""

from __future__ import annotations

import json
import os
import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.conftest import ServerProcess

TEXT, BINARY, CONTINUATION, CLOSE, PING, PONG = 0x1, 0x2, 0x0, 0x8, 0x9, 0xA
FIN, RSV1 = 0x80, 0x40
KEY = "dGhlIHNhbXBsZSBub25jZQ=="
PATIENCE = 20

HEADERS = {
    "Host": "chat.example",
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Key": KEY,
    "Sec-WebSocket-Version": "13",
}


def request(target: str = "/", method: str = "GET", **changes: str | None) -> bytes:
    """Return a handshake; ``changes`` (underscores for hyphens) add, replace, or with None drop a header."""
    headers = HEADERS | {name.replace("_", "-"): value for name, value in changes.items()}
    lines = [f"{name}: {value}" for name, value in headers.items() if value is not None]
    return "\r\n".join([f"{method} {target} HTTP/1.1", *lines, "", ""]).encode()


def frame(opcode: int, payload: bytes = b"", first_bits: int = FIN, mask: bytes | None = None) -> bytes:
    """Return a masked frame; the mask is random unless given."""
    mask = os.urandom(4) if mask is None else mask
    masked = bytes(byte ^ mask[place % 4] for place, byte in enumerate(payload))
    return bytes([first_bits | opcode]) + length(len(payload)) + mask + masked


def length(size: int, masked: int = 0x80) -> bytes:
    """Return the length field of a frame in its shortest form."""
    if size < 126:
        return bytes([masked | size])
    return struct.pack("!BH", masked | 126, size) if size < 65536 else struct.pack("!BQ", masked | 127, size)


@dataclass
class Wire:
    """One TCP connection to the server."""

    socket: socket.socket
    unread: bytes = b""

    def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        self.socket.sendall(data)

    def send_frame(self, opcode: int, payload: bytes = b"", first_bits: int = FIN) -> None:
        """Send one masked frame."""
        self.send(frame(opcode, payload, first_bits))

    def publish(self, message: str = "aGk=", **fields: object) -> None:
        """Send a Chat in one text frame."""
        self.send_frame(TEXT, json.dumps({"Message": message, **fields}).encode())

    def read(self, size: int) -> bytes:
        """Return exactly so many bytes; raises EOFError if the connection ends before."""
        while len(self.unread) < size:
            data = self.socket.recv(1 << 16)
            if not data:
                raise EOFError(self.unread)
            self.unread += data
        data, self.unread = self.unread[:size], self.unread[size:]
        return data

    def head(self) -> tuple[int, dict[str, str]]:
        """Return the status and the headers, in lower case, of an HTTP response."""
        while b"\r\n\r\n" not in self.unread:
            data = self.socket.recv(1 << 16)
            if not data:
                raise EOFError(self.unread)
            self.unread += data
        head, _, self.unread = self.unread.partition(b"\r\n\r\n")
        status, *lines = head.decode().split("\r\n")
        return int(status.split()[1]), {
            name.lower(): value for name, _, value in (line.partition(": ") for line in lines)
        }

    def rest(self) -> bytes:
        """Return all bytes until the server ends the connection."""
        try:
            self.read(1 << 62)
        except EOFError as error:
            return bytes(error.args[0])
        raise AssertionError("unreachable")

    def frame(self) -> tuple[int, bytes]:
        """Return the next frame; Pings, which may come at any time, are answered and passed over."""
        while True:
            first, payload = self.any_frame()
            if first != FIN | PING:
                return first, payload
            self.send_frame(PONG, payload)

    def any_frame(self) -> tuple[int, bytes]:
        """Return the first byte and the payload of the next frame, which must be unmasked and minimal."""
        first, size = self.read(2)
        assert size < 0x80, "a server's frame is masked"
        if size == 126:
            (size,) = struct.unpack("!H", self.read(2))
            assert size > 125
        elif size == 127:
            (size,) = struct.unpack("!Q", self.read(8))
            assert size > 65535
        return first, self.read(size)

    def message(self) -> dict[str, Any]:
        """Return the next text message; a Pong may come before it (RFC 6455 §5.5.3)."""
        first, payload = self.frame()
        while first == FIN | PONG:
            first, payload = self.frame()
        assert first == FIN | TEXT, (hex(first), payload)
        document: dict[str, Any] = json.loads(payload)
        return document

    def next(self, kind: str) -> dict[str, Any]:
        """Return the next message of that Type; userlists between are passed over."""
        while True:
            message = self.message()
            if message["Type"] == kind:
                return message
            assert message["Type"] == "userlist", message

    def close_code(self) -> int | None:
        """Return the code of the Close that comes next among text messages; None for a bare TCP end."""
        try:
            while True:
                first, payload = self.any_frame()
                if first == FIN | CLOSE:
                    code: int = struct.unpack("!H", payload[:2])[0] if payload else 1005
                    assert self.rest() == b"", "data after Close"
                    return code
        except (EOFError, ConnectionResetError):
            return None


@dataclass
class Network:
    """Opens connections to one server."""

    server: ServerProcess
    open: ExitStack
    room: str = field(default_factory=lambda: os.urandom(6).hex())
    """A room that is this test's own."""

    def request(self, method: str = "GET", **changes: str | None) -> bytes:
        """Return a handshake for this test's room; see ``request``."""
        return request(f"/?room={self.room}", method, **changes)

    def connect(self, receive_buffer: int | None = None) -> Wire:
        """Return a TCP connection."""
        client = self.open.enter_context(socket.socket())
        client.settimeout(PATIENCE)
        if receive_buffer:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        client.connect(("127.0.0.1", self.server.port))
        return Wire(client)

    def upgrade(self, room: str | None = None, receive_buffer: int | None = None, **headers: str) -> Wire:
        """Return a connection past its handshake, with nothing read after it."""
        wire = self.connect(receive_buffer)
        wire.send(request(f"/?room={room or self.room}", **headers))
        status, _ = wire.head()
        assert status == 101
        return wire

    def join(self, room: str | None = None, receive_buffer: int | None = None, **headers: str) -> Wire:
        """Return a member past its Status."""
        wire = self.upgrade(room, receive_buffer, **headers)
        assert wire.message()["Type"] == "Status"
        return wire

    def status(self, data: bytes) -> tuple[int, dict[str, str], bytes]:
        """Send ``data`` on a new connection and return status, headers and body of the answer."""
        wire = self.connect()
        wire.send(data)
        status, headers = wire.head()
        return status, headers, b"" if status == 101 else wire.rest()


@pytest.fixture
def network(chat_server: ServerProcess) -> Iterator[Network]:
    """Connections to the one server that all tests share, and a room of this test's own."""
    with ExitStack() as connections:
        yield Network(chat_server, connections)


@pytest.fixture
def network_of(start_server: Callable[..., Any]) -> Iterator[Callable[..., Network]]:
    """Start a server with options of its own and connect to it."""
    with ExitStack() as connections:
        yield lambda *options: Network(start_server(*options), connections)
