"""A chat server that does as little as a fan-out takes, so that what it is loaded with is the limit.

It checks nothing, keeps no userlists, tells nobody of errors, and sends what was published in a few
milliseconds joined into one write a member. Its rooms and its messages are those of Room Chat 1.0.
"""

import asyncio
import os
import sys
from typing import cast
from urllib.parse import parse_qs, urlsplit

import msgspec
import uvloop
from websockets.http11 import Request
from websockets.server import ServerProtocol

from hubbub.protocol.codec import encode_server_message
from hubbub.protocol.messages import Chat, Status

_PAUSE = 0.005
"""For how long, in s, messages are collected before they are written."""
_WSID = "null"
_TEXT, _CLOSE = 1, 8


class _Published(msgspec.Struct, rename={"message": "Message", "author": "Author"}):
    message: str = ""
    author: str = ""


class Room:
    """The members of a room, and what they have not been sent yet."""

    def __init__(self, name: str) -> None:
        self.members: set[asyncio.WriteTransport] = set()
        self._name = name
        self._pending: list[bytes] = []

    def publish(self, payload: bytes) -> None:
        """Send one published message to all members, soon."""
        said = msgspec.json.decode(payload, type=_Published)
        chat = Chat(said.message, said.author, self._name, _WSID, "2000-01-01 00:00:00")
        if not self._pending:
            asyncio.get_running_loop().call_later(_PAUSE, self._flush)
        self._pending.append(frame(encode_server_message(chat)))

    def _flush(self) -> None:
        data, self._pending = b"".join(self._pending), []
        for member in self.members:
            member.write(data)


class Member(asyncio.Protocol):
    """One connection, from its handshake to its end."""

    def __init__(self, rooms: dict[str, Room]) -> None:
        self._rooms = rooms
        self._room: Room | None = None
        self._handshake = ServerProtocol()
        self._rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take note of the transport."""
        # uvloop's transports are of no class of asyncio's.
        self._transport = cast(asyncio.WriteTransport, transport)

    def data_received(self, data: bytes) -> None:
        """Take the handshake's request, and frames after it."""
        if self._room is None:
            self._handshake.receive_data(data)
            for event in self._handshake.events_received():
                if isinstance(event, Request):
                    self._welcome(event)
            return
        data = self._rest + data
        position = 0
        while (end := frame_end(data, position)) is not None:
            self._take(data[position:end])
            position = end
        self._rest = data[position:]

    def connection_lost(self, _error: Exception | None) -> None:
        """Forget the member."""
        if self._room is not None:
            self._room.members.discard(self._transport)

    def _welcome(self, request: Request) -> None:
        self._handshake.send_response(self._handshake.accept(request))
        name = parse_qs(urlsplit(request.path).query)["room"][0]
        self._room = self._rooms.get(name) or self._rooms.setdefault(name, Room(name))
        self._room.members.add(self._transport)
        greeting = frame(encode_server_message(Status(_WSID)))
        self._transport.write(b"".join((*self._handshake.data_to_send(), greeting)))

    def _take(self, whole: bytes) -> None:
        assert self._room is not None
        if whole[0] & 15 == _TEXT:
            self._room.publish(unmasked(whole))
        elif whole[0] & 15 == _CLOSE:
            self._transport.write(bytes((0x88, 0)))
            self._transport.close()


def frame(payload: bytes) -> bytes:
    """Return the unmasked text frame of ``payload`` (RFC 6455 section 5.2)."""
    size = len(payload)
    if size < 126:
        return bytes((0x81, size)) + payload
    if size < 1 << 16:
        return b"\x81\x7e" + size.to_bytes(2) + payload
    return b"\x81\x7f" + size.to_bytes(8) + payload


def frame_end(data: bytes, start: int) -> int | None:
    """Return where the masked frame at ``start`` ends; None where it is not whole yet."""
    head = _head_size(data, start)
    if head is None or len(data) < start + head:
        return None
    size = data[start + 1] & 127
    if size >= 126:
        size = int.from_bytes(data[start + 2 : start + head - 4])
    end = start + head + size
    return end if len(data) >= end else None


def unmasked(whole: bytes) -> bytes:
    """Return the payload of a masked frame."""
    head = _head_size(whole, 0)
    assert head is not None
    mask, masked = whole[head - 4 : head], whole[head:]
    key = (mask * (len(masked) // 4 + 1))[: len(masked)]
    return (int.from_bytes(masked) ^ int.from_bytes(key)).to_bytes(len(masked))


def _head_size(data: bytes, start: int) -> int | None:
    if len(data) < start + 2:
        return None
    return {126: 8, 127: 14}.get(data[start + 1] & 127, 6)


async def _serve() -> None:
    loop = asyncio.get_running_loop()
    rooms: dict[str, Room] = {}
    server = await loop.create_server(lambda: Member(rooms), "127.0.0.1", 0, backlog=4096)
    print(server.sockets[0].getsockname()[1], flush=True)
    # It lives as long as whoever started it listens to it.
    await loop.run_in_executor(None, sys.stdin.read)
    os._exit(0)


if __name__ == "__main__":
    uvloop.run(_serve())
