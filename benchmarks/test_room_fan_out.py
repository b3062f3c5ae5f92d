"""What messages cost on their way through the server, without sockets: read, encode, frame, hand out."""

import asyncio
from collections.abc import Iterator

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from hubbub.protocol.codec import decode_publish
from reference_server.room import Room

MEMBERS = 100
IN_FLIGHT = 4
PUBLISH = '{"Message":"%s","Author":"benchmark"}' % ("QUJD" * 30)


class Listener:
    """A member that forgets what it hears."""

    def __init__(self, wsid: str, window: int) -> None:
        self.wsid = self.name = wsid
        self.window = window

    def write(self, frames: bytes) -> None:
        """Forget ``frames``."""


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()


@pytest.mark.parametrize("window", [0, 12], ids=["plain", "deflate"])
def test_four_messages_to_a_hundred_members(
    benchmark: BenchmarkFixture, loop: asyncio.AbstractEventLoop, window: int
) -> None:
    async def filled_room() -> Room:
        room = Room("benchmark")
        for number in range(MEMBERS):
            room.join(Listener(str(number), window))
        return room

    room = loop.run_until_complete(filled_room())
    sender = room.members["0"]

    def turn() -> None:
        for _ in range(IN_FLIGHT):
            publish = decode_publish(PUBLISH)
            assert publish.message
            room.publish(sender, publish.message)
        room.flush()

    benchmark(turn)
    assert len(room.members) == MEMBERS
