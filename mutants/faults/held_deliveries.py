"""Servers that hold back what they deliver for a known time, and have on record when each delivery was made.

They break no rule. A load test that measures them must find what the record says.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from itertools import count

from mutants.machinery.fault_record import FaultRecord
from mutants.machinery.registration import Registry
from reference_server.parts import Parts
from reference_server.room import Member, Room
from reference_server.wire.shared_frames import Batch, Outgoing

MUTANTS = Registry()

CONSTANT = 0.020
HUMPS = (0.005, 0.060)
"""Seconds: what one room is held back, and the next."""
STALL, STALL_EVERY = 0.5, 5.0
"""Seconds."""


@dataclass(frozen=True)
class Made:
    """One delivery; moments in ns of CLOCK_MONOTONIC, between which its bytes went to the kernel."""

    message: str
    """The Chat's Message."""
    earliest: int
    latest: int


class HoldingRoom(Room):
    """Holds each Chat for ``seconds``."""

    def __init__(self, name: str, record: FaultRecord, seconds: Callable[[], float]) -> None:
        super().__init__(name)
        self._record = record
        self._seconds = seconds()

    def publish(self, member: Member, message: str) -> None:
        """Send it later."""
        chat = self.chat(member, message)
        self._loop.call_later(self._seconds, self.post, Outgoing(self.encode(chat), chat))

    def deliver(self, member: Member, batch: Batch) -> None:
        """Note when; a loop may put off its writes to the end of its turn, so until the next one begins."""
        earliest = time.monotonic_ns()
        super().deliver(member, batch)
        self._loop.call_soon(self._note, batch, earliest)

    def _note(self, batch: Batch, earliest: int) -> None:
        latest = time.monotonic_ns()
        for message in batch.messages:
            if message.chat is not None:
                self._record.note(asdict(Made(message.chat.Message, earliest, latest)))


class StallingRoom(HoldingRoom):
    """Holds nothing by itself; the first room sees to it that all of the server stands still now and then."""

    def __init__(self, name: str, record: FaultRecord, number: Callable[[], int]) -> None:
        super().__init__(name, record, lambda: 0.0)
        if number() == 0:
            self._loop.call_later(STALL_EVERY, stall, self._loop)


def stall(loop: asyncio.AbstractEventLoop) -> None:
    """Let the whole process stand still, and do so again."""
    loop.call_later(STALL_EVERY, stall, loop)
    time.sleep(STALL)


@MUTANTS.broken("hold")
def holding(record: FaultRecord) -> Parts:
    """Each Chat is delivered 20 ms after it came."""
    return Parts(room=partial(HoldingRoom, record=record, seconds=lambda: CONSTANT))


@MUTANTS.broken("hold-two-humps")
def holding_every_other_room(record: FaultRecord) -> Parts:
    """In every other room a Chat is held for 5 ms, else for 60 ms."""
    rooms = count()
    return Parts(room=partial(HoldingRoom, record=record, seconds=lambda: HUMPS[next(rooms) % len(HUMPS)]))


@MUTANTS.broken("hold-stalls")
def stalling(record: FaultRecord) -> Parts:
    """Every 5 s the whole server stands still for half a second."""
    return Parts(room=partial(StallingRoom, record=record, number=count().__next__))
