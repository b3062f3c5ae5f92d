"""How one connection is read: what is done on the hub, called here by hand."""

import errno
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field

import gevent
import pytest

from hubbub.load.timing.moments import MILLISECOND
from hubbub.load.websocket.listener import End
from hubbub.load.websocket.read_loop import ReadLoop
from hubbub.load.websocket.transport import Read

PATIENCE = 20.0


@dataclass
class Owner:
    """An owner, and its listener, that remember."""

    data: list[bytes] = field(default_factory=list)
    ends: list[str] = field(default_factory=list)
    late: int = 0

    def on_data(self, data: bytes, arrival: int, read: int) -> None:
        assert arrival <= read
        self.data.append(data)

    def on_eof(self) -> None:
        self.ends.append("eof")

    def on_broken(self, error: OSError) -> None:
        self.ends.append(f"broken: {error.strerror}")

    def on_fault(self, error: Exception) -> None:
        self.ends.append(f"fault: {error!r}")

    def texts(self, payloads: list[bytes], arrival: int, read: int) -> None:
        raise NotImplementedError

    def end(self, end: End) -> None:
        raise NotImplementedError

    def behind(self) -> None:
        self.late += 1

    def fault(self, error: Exception) -> None:
        raise NotImplementedError


@dataclass
class Stage:
    """A loop that reads a socket, its owner, and the socket's other end."""

    loop: ReadLoop
    owner: Owner
    theirs: socket.socket
    asked: list[int]
    """How many bytes each read asked for."""
    failure: Exception | None = None
    """What the next read raises."""

    def until(self, count: int) -> None:
        with gevent.Timeout(PATIENCE):
            while len(self.owner.data) < count:
                gevent.sleep(0.001)


@pytest.fixture
def stage() -> Iterator[Stage]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.setblocking(False)
        owner, asked = Owner(), list[int]()

        def read(size: int) -> Read:
            asked.append(size)
            if made.failure is not None:
                raise made.failure
            return ours.recv(size), 0, 0

        made = Stage(ReadLoop(ours, read, owner, owner), owner, theirs, asked)
        yield made
        made.loop.close()


def test_what_is_read_is_handed_on_until_the_end(stage: Stage) -> None:
    stage.loop.start()
    stage.theirs.send(b"hello")
    stage.until(1)
    assert stage.owner.data == [b"hello"]
    stage.theirs.close()
    with gevent.Timeout(PATIENCE):
        while not stage.owner.ends:
            gevent.sleep(0.001)
    assert stage.owner.ends[0] == "eof"


def test_a_paused_loop_reads_nothing_before_it_is_resumed(stage: Stage) -> None:
    stage.loop.start()
    stage.loop.pause()
    assert not stage.loop.is_on
    stage.theirs.send(b"hello")
    gevent.sleep(0)
    assert not stage.owner.data
    stage.loop.resume()
    assert stage.loop.is_on
    stage.until(1)


def test_a_loop_that_never_began_is_not_begun_by_resuming(stage: Stage) -> None:
    stage.loop.pause()
    stage.loop.resume()
    assert not stage.loop.is_on


def test_what_is_put_off_is_taken_in_before_anything_further_is_read(stage: Stage) -> None:
    stage.loop.start()
    stage.loop.postpone(0, 0)
    stage.theirs.send(b"later")
    assert stage.owner.late == 1
    stage.until(2)
    assert stage.owner.data == [b"", b"later"]


def test_what_is_put_off_is_taken_in_though_reading_is_paused(stage: Stage) -> None:
    stage.loop.start()
    stage.loop.postpone(0, 0)
    stage.loop.pause()
    stage.theirs.send(b"later")
    stage.until(1)
    assert not stage.loop.is_on
    stage.loop.resume()
    stage.until(2)
    assert stage.owner.data == [b"", b"later"]


@pytest.mark.parametrize(
    ("failure", "end"),
    [
        (ConnectionResetError(errno.ECONNRESET, "reset"), "broken"),
        (OSError(errno.ENOMEM, "Cannot allocate memory"), "fault: "),
        (MemoryError(), "fault: "),
    ],
    ids=repr,
)
def test_what_cannot_be_read_is_the_servers_doing_or_our_own(
    stage: Stage, failure: Exception, end: str
) -> None:
    stage.failure = failure
    stage.loop.on_readable()
    assert stage.owner.ends[0].startswith(end)


def test_nothing_to_read_is_no_end(stage: Stage) -> None:
    stage.failure = BlockingIOError()
    stage.loop.on_readable()
    assert not stage.owner.ends


def test_an_exception_in_the_handler_is_our_own_fault(stage: Stage) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError

    stage.loop.on_data = fail
    stage.theirs.send(b"hello")
    stage.loop.on_readable()
    assert stage.owner.ends == ["fault: ZeroDivisionError()"]


def test_the_longer_it_takes_to_take_in_what_is_read_the_less_is_read_at_once(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a server that sends Pings without end holds up everybody for seconds with each read."""
    takes = [100 * MILLISECOND, 100 * MILLISECOND, 100 * MILLISECOND, 1000, 1000]
    clock = [0]
    monkeypatch.setattr("hubbub.load.websocket.read_loop.monotonic_ns", lambda: clock[0])

    def take(*_: object) -> None:
        clock[0] += takes[len(stage.asked) - 1]

    stage.loop.on_data = take
    for _ in takes:
        stage.theirs.send(b"x")
        stage.loop.on_readable()
    assert stage.asked == [1 << 16, 1 << 13, 1 << 10, 1 << 10, 1 << 11]
