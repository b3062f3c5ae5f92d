import socket
import struct
import time
from time import monotonic_ns

import pytest

from hubbub.load.timing.arrival import ANCILLARY_SIZE, ArrivalClock, stamp_arrivals
from hubbub.load.timing.clock import Offset, RunClock

NS = 1_000_000_000


@pytest.fixture
def pair() -> tuple[socket.socket, socket.socket]:
    listener = socket.create_server(("127.0.0.1", 0))
    sender = socket.create_connection(listener.getsockname())
    receiver, _ = listener.accept()
    listener.close()
    return sender, receiver


def stamp(moment: int) -> list[tuple[int, int, bytes]]:
    return [(1, 35, struct.pack("@qq", *divmod(moment, NS)))]


@pytest.mark.skipif(not hasattr(socket, "SO_INCOMING_CPU"), reason="arrival times are Linux's")
def test_the_kernel_tells_when_bytes_came_however_late_they_are_read(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    sender, receiver = pair
    stamp_arrivals(receiver)
    arrivals = ArrivalClock(RunClock())
    with sender, receiver:
        # The kernel begins to stamp a little after it is asked for the first time.
        stamped = False
        while not stamped:
            before = monotonic_ns()
            sender.send(b"x")
            after = monotonic_ns()
            time.sleep(0.05)
            _, ancillary, _, _ = receiver.recvmsg(10, ANCILLARY_SIZE)
            arrival = arrivals.arrival(ancillary, monotonic_ns())
            stamped = arrivals.stamped > 0
    assert before - 100_000 <= arrival <= after + 40_000_000


def test_a_read_without_a_stamp_arrived_when_it_was_read() -> None:
    arrivals = ArrivalClock(RunClock())
    assert arrivals.arrival([], 1234) == 1234
    assert (arrivals.stamped, arrivals.unstamped) == (0, 1)


def test_nothing_arrives_after_it_was_read() -> None:
    read = monotonic_ns()
    assert ArrivalClock(RunClock()).arrival(stamp(time.time_ns() + 5 * NS), read) == read


def test_an_arrival_is_on_the_runs_clock() -> None:
    arrivals = ArrivalClock(RunClock(Offset(10**15, 1), lambda: Offset(10**15, 1)))
    now = monotonic_ns() + 10**15
    assert arrivals.arrival(stamp(time.time_ns()), now + NS) == pytest.approx(now, abs=50_000_000)


def test_a_steady_wall_clock_is_not_taken_for_one_that_was_set() -> None:
    arrivals = ArrivalClock(RunClock())
    arrivals.resample()
    assert arrivals.largest_step < 10_000_000
