"""What one delivery costs the reference server, in CPU time, and one connection, in memory.

Run as ``python benchmarks/server_cpu.py``: starts the server, fills rooms, and keeps some messages in
flight in each. Client and server share the machine: read the figures as ratios.
"""

import argparse
import base64
import os
import selectors
import socket
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psutil

from hubbub.launcher import reference_server

MARK = b'"Type":"Chat"'
MASK = b"\0\0\0\0"


@dataclass
class Member:
    """A client that only counts Chats."""

    socket: socket.socket
    chats: int = 0
    tail: bytes = b""

    def read(self) -> int:
        """Return how many Chats the bytes hold that are there to read."""
        data = self.tail + self.socket.recv(1 << 20)
        count = data.count(MARK)
        self.tail = data[data.rfind(MARK) + 1 :][-len(MARK) + 1 :]
        self.chats += count
        return count


def join(port: int, room: int) -> Member:
    """Return a member of the room, past its handshake."""
    client = socket.create_connection(("127.0.0.1", port))
    key = base64.b64encode(os.urandom(16)).decode()
    client.sendall(
        f"GET /?room={room} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
    )
    while b'"Status"' not in client.recv(1 << 16):
        pass
    client.setblocking(False)
    return Member(client)


def text_frame(payload: bytes) -> bytes:
    """Return a masked text frame of 126 to 65,535 bytes."""
    return b"\x81\xfe" + len(payload).to_bytes(2, "big") + MASK + payload


def load(rooms: list[list[Member]], in_flight: int, seconds: float) -> int:
    """Keep ``in_flight`` Chats on their way in each room; return how many deliveries were made."""
    frame = text_frame(b'{"Message":"%s","Author":"benchmark"}' % base64.b64encode(os.urandom(90)))
    ready = selectors.DefaultSelector()
    for room in rooms:
        for member in room:
            ready.register(member.socket, selectors.EVENT_READ, (member, member is room[0]))
        room[0].socket.send(frame * in_flight)
    deliveries = 0
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        for key, _ in ready.select(0.1):
            member, publishes = key.data
            count = member.read()
            deliveries += count
            if publishes and count:
                member.socket.send(frame * count)
    return deliveries


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rooms", type=int, default=10)
    parser.add_argument("--members", type=int, default=100)
    parser.add_argument("--in-flight", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=5.0)
    options = parser.parse_args()
    options_of_server = ("--log-level", "warning", "--max-rate", "1000000")
    with (
        tempfile.TemporaryDirectory() as folder,
        reference_server(Path(folder) / "server.log", *options_of_server) as server,
    ):
        port = urlsplit(server.url).port or 0
        process = psutil.Process(server.process.pid)
        empty = process.memory_info().rss
        rooms = [[join(port, room) for _ in range(options.members)] for room in range(options.rooms)]
        time.sleep(1)
        full = process.memory_info().rss
        before = process.cpu_times()
        deliveries = load(rooms, options.in_flight, options.seconds)
        after = process.cpu_times()
    cpu = after.user + after.system - before.user - before.system
    members = options.rooms * options.members
    print(f"{deliveries / options.seconds:,.0f} deliveries/s")
    user = (after.user - before.user) / cpu
    print(f"{cpu / deliveries * 1e6:.2f} µs of server CPU a delivery ({user:.0%} of it in user space)")
    print(f"{(full - empty) / members / 1024:.1f} KiB a connection")


if __name__ == "__main__":
    main()
