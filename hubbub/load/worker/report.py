"""What one load-generating process reports to the master when its run is over."""

from collections import Counter
from collections.abc import Iterator

import msgspec
import numpy as np

from hubbub.load.ledger.userlists import Stale
from hubbub.load.measure.distribution import Distribution
from hubbub.load.measure.fanout import pack
from hubbub.load.measure.slices import Packed
from hubbub.load.measure.timeline import Column
from hubbub.load.timing.moments import MILLISECOND
from hubbub.load.users.engine import Engine
from hubbub.load.websocket.progress import Step
from hubbub.results.load_result import Anomaly, Connections, ErrorCount, Histogram, Messages, Worker
from hubbub.text.event_log import EventLog

_log = EventLog("hubbub.load.ledger")

ON_ARRIVAL = ("duplicated", "reordered", "misdelivered", "corrupt")
"""The anomalies that are seen when a message arrives."""

_NEARLY_ALL = 10
_TARGETS_ASKED = 3
"""So many of the server's URLs are looked at where nobody got in."""


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


class Report(msgspec.Struct, frozen=True):
    """All that a process measured."""

    worker: Worker
    ledger: dict[str, int]
    """By the names of ``result.Ledger``."""
    anomalies: list[Anomaly]
    distributions: Distributions
    timeline: bytes
    fanout: bytes
    rooms: list[RoomTally]
    messages: Messages
    connections: Connections
    joining: int
    """Connections that were still opening."""
    waiting: dict[str, int]
    """By what they were waiting for, the same."""
    hints: list[str]
    """What was found out about the server because nobody got in."""
    errors: list[ErrorCount]
    faults: list[str]
    memory: list[tuple[int, int]]
    """Moments, in ns of the run, and bytes of memory."""
    stale: dict[int, int]
    """By room, the members whose last userlist was not the expected one."""
    changed: list[int]
    """Rooms whose members have changed since the expected lists were made, so that no list can be judged."""
    overdue: int
    """Messages that were scheduled and not sent."""
    held_up: float
    """The share of its users' time in which they waited for the server to read what they sent."""
    clock_step: int
    """By how much the wall clock was set during the run at most, in ns."""


def make_report(engine: Engine) -> Report:
    """Return this process's report; what has not come is lost."""
    engine.stop_publishing()
    engine.fold()
    engine.settlement.finish()
    _list_lost(engine)
    stale = list(engine.stale())
    _list_stale(engine, stale)
    overdue = _complete_timeline(engine)
    return Report(
        worker=_worker(engine),
        ledger=ledger(engine),
        anomalies=engine.anomalies.first,
        distributions=_distributions(engine),
        timeline=engine.recorder.timeline.pack(),
        fanout=pack(engine.settlement.drain_fanout()),
        rooms=_rooms(engine),
        messages=engine.recorder.sizes.record(),
        connections=engine.connections.record(),
        joining=engine.connections.joining,
        waiting={str(step): count for step, count in engine.connections.steps.items() if count},
        hints=list(_hints(engine)),
        errors=engine.errors.record(),
        faults=engine.faults,
        memory=engine.memory.samples,
        stale=Counter(found.room for found in stale),
        changed=engine.changed_rooms(),
        overdue=overdue,
        held_up=held_up(engine),
        clock_step=engine.arrivals.largest_step,
    )


def _hints(engine: Engine) -> Iterator[str]:
    """Yield which URLs to give instead, where all are still waiting for a server's first word."""
    tally = engine.connections
    if not tally.opened and (tally.steps[Step.TLS] or tally.steps[Step.ANSWER]):
        yield from filter(None, map(engine.schemes.hint, engine.config.targets[:_TARGETS_ASKED]))


def ledger(engine: Engine) -> dict[str, int]:
    """Return what was settled so far, by the names of ``result.Ledger``; what has not come may come yet."""
    settlement = engine.settlement
    return {
        "published": engine.sends.count,
        "expected": settlement.expected,
        "delivered": settlement.expected - settlement.lost,
        "lost": settlement.lost,
        "indeterminate": settlement.indeterminate,
        **{kind: engine.anomalies.counts[kind] for kind in ON_ARRIVAL},
    }


def held_up(engine: Engine) -> float:
    """Return the share of its users' time in which they waited for the server to read what they sent."""
    until = min(engine.stopped, engine.clock.now())
    time = len(engine.publishers) * (until - engine.plan.start)
    return engine.recorder.held_up / time if time > 0 else 0.0


def _list_lost(engine: Engine) -> None:
    for room in engine.rooms.values():
        for missed in room.missing.each():
            if engine.anomalies.full and not _log.enabled:
                return
            whose = f"user={missed.member} room={room.name}"
            _log.debug("lost", whose, publisher=missed.publisher, sequence=missed.sequence)
            message = (missed.publisher, missed.sequence)
            engine.anomalies.keep("lost", room.name, missed.member, "never came", message)


def _list_stale(engine: Engine, stale: list[Stale]) -> None:
    for found in stale:
        whose = f"user={found.member} room={engine.plan.room(found.room)}"
        _log.debug("stale", whose, detail=found.detail)
        engine.anomalies.keep("stale", engine.plan.room(found.room), found.member, found.detail, None)


def _complete_timeline(engine: Engine) -> int:
    """Add to the timeline what is known only now; return how many messages were overdue.

    What is late by less than the limit is not missed yet, where the stop came in between.
    """
    timeline = engine.recorder.timeline
    due = engine.stopped - int(engine.config.limits.lateness * MILLISECOND)
    overdue = 0
    for publisher in engine.publishers:
        moments = np.fromiter(publisher.overdue(due), np.int64)
        timeline.add(Column.SCHEDULED, moments)
        overdue += moments.size
    timeline.add(Column.ERRORS, np.array(engine.errors.times(), np.int64))
    for room in engine.rooms.values():
        engine.eviction.count_users(room.members)
    timeline.add(Column.USERS, np.array([engine.clock.now()]), np.array([0]))
    return overdue


def _rooms(engine: Engine) -> list[RoomTally]:
    published = engine.sends.by_room
    return [
        RoomTally(room.index, len(room.users), published.get(room.index, 0)) for room in engine.rooms.values()
    ]


def _distributions(engine: Engine) -> Distributions:
    recorder = engine.recorder
    queueing = recorder.queueing if _stamped(engine) else Distribution()
    return Distributions(
        intended=recorder.intended.pack(),
        sent=recorder.sent.pack(),
        lateness=recorder.lateness.pack(),
        queueing=queueing.record(),
        connect=recorder.connect.record(),
        userlist=recorder.userlist.record(),
    )


def _worker(engine: Engine) -> Worker:
    return Worker(
        index=engine.index,
        users=len(engine.publishers),
        cpu_share=engine.health.cpu_share,
        loop_lag=engine.health.loop_lag.record(),
        clock_error=engine.clock.error,
        arrival="kernel" if _stamped(engine) else "read",
    )


def _stamped(engine: Engine) -> bool:
    """Whether the kernel told the arrival of nearly all reads; each connection's first may lack it."""
    arrivals = engine.arrivals
    return arrivals.stamped > _NEARLY_ALL * (arrivals.unstamped - engine.connections.attempted)
