import socket
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field

import gevent
import pytest
from gevent.event import Event

from hubbub.load.websocket.write_buffer import WriteBuffer

PATIENCE = 20.0


@dataclass
class Owner:
    """An owner that remembers its faults."""

    faults: list[Exception] = field(default_factory=list)

    def on_data(self, data: bytes, arrival: int, read: int) -> None:
        raise NotImplementedError

    def on_eof(self) -> None:
        raise NotImplementedError

    def on_broken(self, error: OSError) -> None:
        raise NotImplementedError

    def on_fault(self, error: Exception) -> None:
        self.faults.append(error)


@dataclass
class Way:
    """A buffer, its owner, and the other end of its socket."""

    buffer: WriteBuffer
    owner: Owner
    changed: Event
    theirs: socket.socket


@pytest.fixture
def way() -> Iterator[Way]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.setblocking(False)
        theirs.setblocking(False)
        owner, changed = Owner(), Event()
        buffer = WriteBuffer(ours, owner, changed)
        yield Way(buffer, owner, changed, theirs)
        buffer.close()


def until_free(way: Way) -> None:
    with gevent.Timeout(PATIENCE):
        while way.buffer.unsent and not way.buffer.broken:
            way.changed.clear()
            way.changed.wait()


def received(way: Way, size: int) -> bytes:
    """Read so many bytes, while the buffer goes on writing."""
    data = b""
    with gevent.Timeout(PATIENCE):
        while len(data) < size:
            with suppress(BlockingIOError):
                data += way.theirs.recv(1 << 16)
            gevent.sleep(0)
    return data


def test_what_the_kernel_takes_at_once_is_not_kept(way: Way) -> None:
    way.buffer.write(b"hello")
    assert way.buffer.unsent is None
    assert way.theirs.recv(10) == b"hello"


def test_what_the_kernel_does_not_take_follows_in_order(way: Way) -> None:
    parts = [bytes([number]) * (1 << 18) for number in range(8)]
    for part in parts:
        way.buffer.write(part)
    assert way.buffer.unsent
    assert received(way, sum(map(len, parts))) == b"".join(parts)
    until_free(way)
    assert way.buffer.unsent is None
    assert not way.owner.faults


def test_a_connection_that_breaks_is_written_to_no_more_and_is_no_fault(way: Way) -> None:
    way.theirs.close()
    way.buffer.write(b"hello")
    assert way.buffer.broken
    way.buffer.write(b"again")
    assert way.buffer.unsent is None
    assert not way.owner.faults


def test_who_waits_is_told_when_a_connection_breaks_with_something_unsent(way: Way) -> None:
    way.buffer.write(b"x" * (1 << 22))
    assert way.buffer.unsent
    way.theirs.close()
    until_free(way)
    assert way.buffer.broken
    assert not way.owner.faults
