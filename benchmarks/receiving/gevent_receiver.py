"""Receives with ``websockets.sync``, a greenlet a connection, and verifies each delivery.

Run as a module with the feeder's port, a ``Feed`` as JSON, and ``decode`` (each delivery is decoded and
checked) or ``remember`` (each distinct payload of a room is; copies are looked up).
"""

# isort: off
from gevent import monkey

monkey.patch_all()
# isort: on

import argparse
import json
import time
from array import array
from collections.abc import Callable
from typing import NamedTuple
from zlib import crc32

import gevent
import msgspec
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from benchmarks.receiving.feeder import Feed
from benchmarks.receiving.tally import Tally, cpu_time
from hubbub.load.config.plan import Plan
from hubbub.load.messages.envelope import unseal

_REMEMBERED = 4096
"""So many payloads of a room are remembered, then as many more, before the older are forgotten."""


class Seen(NamedTuple):
    """What a payload says."""

    publisher: int
    sequence: int
    intended: int


Read = Callable[[bytes], Seen]
"""Reads one payload; raises ValueError or KeyError where it is not right."""


def reader(run: int, room: int, name: str) -> Read:
    """Return what reads a room's payloads and checks them."""

    def read(payload: bytes) -> Seen:
        chat = json.loads(payload)
        envelope = unseal(chat["Message"])
        origin = crc32("\0".join((chat["Room"], chat["Author"], chat["WSID"])).encode())
        right = chat["Type"] == "Chat" and chat["Room"] == name
        if not right or (envelope.run, envelope.room, envelope.origin) != (run, room, origin):
            raise ValueError
        return Seen(envelope.publisher, envelope.sequence, envelope.intended)

    return read


def remembering(read: Read) -> Read:
    """Return what reads each distinct payload once."""
    young: dict[bytes, Seen] = {}
    old: dict[bytes, Seen] = {}

    def recall(payload: bytes) -> Seen:
        nonlocal young, old
        seen = young.get(payload) or old.get(payload)
        if seen is None:
            if len(young) >= _REMEMBERED:
                young, old = {}, young
            seen = young[payload] = read(payload)
        return seen

    return recall


class Receiver:
    """The members of all rooms, and what they have received."""

    def __init__(self, feed: Feed, port: int, remember: bool) -> None:
        plan = Plan(feed.run, 0, "", ())
        names = [plan.room(room) for room in range(feed.rooms)]
        self._urls = [f"ws://127.0.0.1:{port}/?room={name}" for name in names]
        self._readers = [reader(feed.run, room, name) for room, name in enumerate(names)]
        if remember:
            self._readers = [remembering(read) for read in self._readers]
        self._feed = feed
        self._joined = self._deliveries = self._wrong = 0
        self._latencies = array("q")

    def run(self) -> Tally:
        """Join, and receive to the end."""
        users = [gevent.spawn(self._take_part, number) for number in range(self._feed.connections)]
        while self._joined < len(users):
            gevent.sleep(0.02)
        began = cpu_time()
        gevent.joinall(users, raise_error=True)
        return Tally(deliveries=self._deliveries, wrong=self._wrong, cpu=cpu_time() - began)

    def _take_part(self, number: int) -> None:
        room = number % self._feed.rooms
        with connect(
            self._urls[room], compression=None, ping_interval=None, proxy=None, open_timeout=60
        ) as own:
            assert "Status" in str(own.recv())
            self._joined += 1
            self._listen(own, self._readers[room])

    def _listen(self, connection: ClientConnection, read: Read) -> None:
        following: dict[int, int] = {}
        try:
            while True:
                payload = connection.recv(decode=False)
                self._take(payload, time.monotonic_ns(), read, following)
        except ConnectionClosed:
            pass

    def _take(self, payload: bytes, now: int, read: Read, following: dict[int, int]) -> None:
        try:
            publisher, sequence, intended = read(payload)
        except (ValueError, KeyError):
            self._wrong += 1
            return
        if following.get(publisher, 0) != sequence:
            self._wrong += 1
        following[publisher] = sequence + 1
        self._latencies.append(now - intended)
        self._deliveries += 1


def main() -> None:
    """Receive one feed, and print the tally."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("feed")
    parser.add_argument("way", choices=["decode", "remember"])
    options = parser.parse_args()
    feed = msgspec.json.decode(options.feed, type=Feed)
    tally = Receiver(feed, options.port, options.way == "remember").run()
    print(msgspec.json.encode(tally).decode(), flush=True)


if __name__ == "__main__":
    main()
