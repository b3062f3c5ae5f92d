"""A server that writes chats as fast as they are taken: the same feed for every receiver.

Run as a module; prints its port, waits until all rooms are full, then sends each room waves of whole text
frames, each wave one write a member, until its time is up, and closes. Behind each wave comes a Ping to one
member a room, and only so many waves may be unanswered: so what waits in the kernel, and is read at once, is
bounded and the same for all. The last line it prints tells how much was sent.

What it sends is written to a file, too, before it is sent: ``Sends`` as the processes of a run exchange them.
"""

import argparse
import socket
import struct
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO
from urllib.parse import parse_qs, urlsplit

import msgspec
from websockets.http11 import Request
from websockets.server import ServerProtocol

from hubbub.load.messages.dialect import Dialect
from hubbub.load.messages.envelope import Envelope, seal
from hubbub.load.messages.message_key import MessageKey
from hubbub.load.websocket.exhaustion import raise_file_limit
from hubbub.protocol.codec import encode_server_message
from hubbub.protocol.messages import Chat, Status
from scripts.calibrate.null_server import frame

SEND = struct.Struct("@qqq")
"""One message in the file: its key, its room, when it was sent."""
_PING = b"\x89\x00"
_PONG_SIZE = 6
_CLOSE = b"\x88\x02\x03\xe8"
_SETTLING = 0.5
"""How long, in s, receivers have after the last joined."""
_STAMP = "2000-01-01 00:00:00"


class Feed(msgspec.Struct, frozen=True, kw_only=True):
    """What is sent, to whom."""

    run: int
    """The run's random number, which every message carries."""
    rooms: int = 10
    members: int = 50
    """Of each room, each of whom is a publisher, too."""
    message_size: int = 108
    """Before base64; with the default a chat has 250 bytes of payload, or a few more."""
    frames: int = 16
    """In one write."""
    window: int = 2
    """How many writes a room may be ahead."""
    seconds: float = 5.0
    deliveries: int = 0
    """Ends the feed, too, if not 0."""

    @property
    def connections(self) -> int:
        """How many members all rooms have together."""
        return self.rooms * self.members


class Fed(msgspec.Struct, frozen=True):
    """What was sent."""

    messages: int
    deliveries: int
    seconds: float
    payload: int
    """Bytes of the last chat's payload."""


@dataclass
class Room:
    """A room, its members' sockets, and how far it is."""

    index: int
    name: str
    members: list[socket.socket] = field(default_factory=list)
    sent: int = 0
    waves: int = 0
    pongs: int = 0


class Feeder:
    """Feeds the rooms; what is sent is written to ``log`` first."""

    def __init__(self, feed: Feed, log: BinaryIO) -> None:
        self._feed = feed
        self._log = log
        self._rooms: dict[int, Room] = {}
        self._payload = 0

    def fill(self, listener: socket.socket) -> None:
        """Take connections until all rooms are full."""
        for _ in range(self._feed.connections):
            member, _ = listener.accept()
            member.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            name = _welcome(member)
            index = int(name.rpartition("-")[2])
            room = self._rooms.setdefault(index, Room(index, name))
            room.members.append(member)

    def run(self) -> Fed:
        """Feed all rooms, then close all connections."""
        began = time.monotonic()
        most = self._feed.deliveries or sys.maxsize
        delivered = 0
        while time.monotonic() < began + self._feed.seconds and delivered < most:
            for room in self._rooms.values():
                self._send_wave(room)
                delivered += self._feed.frames * self._feed.members
        took = time.monotonic() - began
        self._close()
        messages = sum(room.sent for room in self._rooms.values())
        return Fed(messages, messages * self._feed.members, took, self._payload)

    def _send_wave(self, room: Room) -> None:
        while room.waves - room.pongs >= self._feed.window:
            if not _receive(room.members[-1], _PONG_SIZE):
                raise ConnectionError("the receiver has gone")
            room.pongs += 1
        data = b"".join(self._chats(room))
        for member in room.members:
            member.sendall(data)
        room.members[-1].sendall(_PING)
        room.waves += 1

    def _chats(self, room: Room) -> list[bytes]:
        """Return the next frames of a room, each of its publishers' in turn."""
        rows = []
        frames = []
        for _ in range(self._feed.frames):
            now = time.monotonic_ns()
            payload, key = next_chat(self._feed, room, now)
            rows.append(SEND.pack(key, room.index, now))
            frames.append(frame(payload))
            self._payload = len(payload)
        self._log.write(b"".join(rows))
        self._log.flush()
        return frames

    def _close(self) -> None:
        members = [member for room in self._rooms.values() for member in room.members]
        for member in members:
            member.sendall(_CLOSE)
            # Clients leave it to the server to end the TCP connection (RFC 6455 section 7.1.1).
            member.shutdown(socket.SHUT_WR)
        for member in members:
            while _receive(member, 1 << 16):
                pass
            member.close()


def next_chat(feed: Feed, room: Room, now: int) -> tuple[bytes, MessageKey]:
    """Return the payload and the key of a room's next message, sent ``now``; its publishers take turns."""
    sequence, place = divmod(room.sent, feed.members)
    room.sent += 1
    publisher = room.index * feed.members + place
    author = identity = f"u{publisher}"
    origin = Dialect().origin(room.name, author, identity)
    envelope = Envelope(feed.run, room.index, publisher, sequence, now, now, origin)
    text = seal(envelope, feed.message_size)
    payload = encode_server_message(Chat(text, author, room.name, identity, _STAMP))
    return payload, envelope.key


def _receive(member: socket.socket, size: int) -> bytes:
    """Return exactly ``size`` bytes, or fewer before the end of the stream."""
    data = b""
    while len(data) < size:
        try:
            part = member.recv(size - len(data))
        except ConnectionResetError:
            part = b""
        if not part:
            return b""
        data += part
    return data


def _welcome(member: socket.socket) -> str:
    """Shake hands and greet; return the name of the room."""
    protocol = ServerProtocol()
    while not (events := protocol.events_received()):
        protocol.receive_data(member.recv(1 << 16))
    request = events[0]
    assert isinstance(request, Request)
    protocol.send_response(protocol.accept(request))
    member.sendall(b"".join((*protocol.data_to_send(), frame(encode_server_message(Status("feeder"))))))
    return parse_qs(urlsplit(request.path).query)["room"][0]


def main() -> None:
    """Feed one receiver, as the command line says: a ``Feed`` as JSON, and the file for what is sent."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("feed")
    parser.add_argument("log", type=Path)
    options = parser.parse_args()
    feed = msgspec.json.decode(options.feed, type=Feed)
    raise_file_limit()
    with socket.create_server(("127.0.0.1", 0), backlog=4096) as listener, options.log.open("wb") as log:
        print(listener.getsockname()[1], flush=True)
        feeder = Feeder(feed, log)
        feeder.fill(listener)
        time.sleep(_SETTLING)
        print(msgspec.json.encode(feeder.run()).decode(), flush=True)


if __name__ == "__main__":
    main()
