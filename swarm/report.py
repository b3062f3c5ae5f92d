"""What one load-generating process reports to the master when its run is over."""

from collections import Counter

import msgspec
import numpy as np

from swarm.deliveries import pack
from swarm.engine import Engine
from swarm.latency import Distribution
from swarm.ledger import NEVER
from swarm.result import Anomaly, Connections, ErrorCount, Histogram, Worker
from swarm.settlement import RoomSettlement, Sends
from swarm.timeline import Column

ON_ARRIVAL = ("duplicated", "reordered", "misdelivered", "corrupt")
"""The anomalies that are seen when a message arrives."""

_NEARLY_ALL = 10
_MS = 1_000_000


class Distributions(msgspec.Struct, frozen=True):
    """The distributions that add up over workers; the others need all workers' arrivals of a message."""

    intended: Histogram
    sent: Histogram
    lateness: Histogram
    queueing: Histogram
    connect: Histogram


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
    connections: Connections
    joining: int
    """Connections that were still opening."""
    errors: list[ErrorCount]
    faults: list[str]
    overdue: int
    """Messages that were scheduled and not sent."""
    held_up: float
    """The share of its users' time in which they waited for the server to read what they sent."""
    clock_step: int
    """By how much the wall clock was set during the run at most, in ns."""


def settle(engine: Engine, sends: list[Sends]) -> list[RoomSettlement]:
    """Return how this process's members stand, room by room, given all that all processes sent."""
    by_room: dict[int, list[Sends]] = {}
    for send in sends:
        by_room.setdefault(send.room, []).append(send)
    error = engine.clock.error
    return [RoomSettlement(room, by_room.get(room.index, []), error) for room in engine.rooms.values()]


def make_report(engine: Engine, sends: list[Sends]) -> Report:
    """Return this process's report; ``sends`` is all that all processes sent."""
    engine.stop_publishing()
    engine.fold()
    settlements = settle(engine, sends)
    _list_lost(engine, settlements)
    overdue = _complete_timeline(engine, settlements)
    return Report(
        worker=_worker(engine),
        ledger=_ledger(engine, settlements),
        anomalies=engine.anomalies.first,
        distributions=_distributions(engine),
        timeline=engine.recorder.timeline.pack(),
        fanout=pack(engine.recorder.messages.fanout()),
        rooms=_rooms(engine, settlements),
        connections=engine.connections.record(),
        joining=engine.connections.joining,
        errors=engine.errors.record(),
        faults=engine.faults,
        overdue=overdue,
        held_up=_held_up(engine),
        clock_step=engine.arrivals.largest_step,
    )


def _ledger(engine: Engine, settlements: list[RoomSettlement]) -> dict[str, int]:
    expected = sum(room.expected for room in settlements)
    lost = sum(room.lost for room in settlements)
    return {
        "published": sum(publisher.sequence for publisher in engine.publishers),
        "expected": expected,
        "delivered": expected - lost,
        "lost": lost,
        "indeterminate": sum(room.indeterminate for room in settlements),
        **{kind: engine.anomalies.counts[kind] for kind in ON_ARRIVAL},
    }


def _list_lost(engine: Engine, settlements: list[RoomSettlement]) -> None:
    for settlement in settlements:
        for missed in settlement.missed():
            if engine.anomalies.full:
                return
            message = (missed.publisher, missed.sequence)
            engine.anomalies.keep("lost", settlement.room.name, missed.member, "never came", message)


def _complete_timeline(engine: Engine, settlements: list[RoomSettlement]) -> int:
    """Add to the timeline what is known only now; return how many messages were overdue.

    What is late by less than the limit is not missed yet, where the stop came in between.
    """
    timeline = engine.recorder.timeline
    due = engine.stopped - int(engine.config.limits.lateness * _MS)
    overdue = 0
    for publisher in engine.publishers:
        moments = np.fromiter(publisher.overdue(due), np.int64)
        timeline.add(Column.SCHEDULED, moments)
        overdue += moments.size
    timeline.add(Column.ERRORS, np.array(engine.errors.times(), np.int64))
    members = [member for room in engine.rooms.values() for member in room.members if member.ready != NEVER]
    ready = np.array([member.ready for member in members], np.int64)
    ended = np.array([member.ended for member in members], np.int64)
    timeline.fill_users(ready, ended, engine.clock.now())
    for settlement in settlements:
        for send in settlement.sends:
            timeline.add(Column.EXPECTED, send.moments(), settlement.expected_of(send))
    return overdue


def _held_up(engine: Engine) -> float:
    time = len(engine.publishers) * (engine.stopped - engine.plan.start)
    return engine.recorder.held_up / time if time > 0 else 0.0


def _rooms(engine: Engine, settlements: list[RoomSettlement]) -> list[RoomTally]:
    published = Counter[int]()
    for publisher in engine.publishers:
        published[publisher.room] += publisher.sequence
    return [
        RoomTally(settlement.room.index, settlement.members, published[settlement.room.index])
        for settlement in settlements
    ]


def _distributions(engine: Engine) -> Distributions:
    recorder = engine.recorder
    queueing = recorder.queueing if _stamped(engine) else Distribution()
    return Distributions(
        intended=recorder.intended.record(),
        sent=recorder.sent.record(),
        lateness=recorder.lateness.record(),
        queueing=queueing.record(),
        connect=recorder.connect.record(),
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
    """Whether the kernel told the arrival of nearly all reads; a connection's first read may lack it."""
    return engine.arrivals.stamped > _NEARLY_ALL * engine.arrivals.unstamped
