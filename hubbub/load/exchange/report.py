"""What a load-generating process reports when the run is over: all that it measured."""

import msgspec

from hubbub.load.exchange.status import ProcessStatus
from hubbub.results.counts import Anomaly, ErrorCount, Messages
from hubbub.results.latency import Histogram
from hubbub.results.load_result import Worker

Packed = dict[int, bytes]
"""By first second, a packed ``Distribution``: what ``measure.slices`` packs."""


class Distributions(msgspec.Struct, frozen=True):
    """The distributions that add up over workers; the others need all workers' arrivals of a message."""

    intended: Packed
    """By the second in which the message was to be sent; so are the next two."""
    sent: Packed
    lateness: Packed
    queueing: Histogram
    connect: Histogram
    userlist: Histogram


class RoomTally(msgspec.Struct, frozen=True):
    """One room, as far as this process knows it."""

    index: int
    members: int
    published: int


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """All that a process measured."""

    status: ProcessStatus
    """As it stood at the end: what had not come by then is lost."""
    worker: Worker
    anomalies: list[Anomaly]
    distributions: Distributions
    timeline: bytes
    fanout: bytes
    rooms: list[RoomTally]
    messages: Messages
    waiting: dict[str, int]
    """How many connections were still opening, by what they were waiting for."""
    hints: list[str]
    """What was found out about the server because nobody got in."""
    errors: list[ErrorCount]
    memory: list[tuple[int, int]]
    """Moments, in ns of the run, and bytes of memory."""
    stale: dict[int, int]
    """By room, the members whose last userlist was not what it had to be."""
    changed: list[int]
    """Rooms whose members changed after the final userlists were worked out, so that none can be judged."""
    overdue: int
    """Messages that were scheduled and not sent."""
