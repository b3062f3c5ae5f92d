"""Makes this process's report to the master when its run is over (``exchange.report``)."""

from collections import Counter
from collections.abc import Iterator

import numpy as np

from hubbub.load.config.plan import Plan
from hubbub.load.exchange.report import Distributions, Report, RoomTally
from hubbub.load.ledger.accounting import Accounting
from hubbub.load.ledger.userlists import Stale
from hubbub.load.measure.anomalies import Anomalies
from hubbub.load.measure.distribution import Distribution
from hubbub.load.measure.fanout import pack
from hubbub.load.measure.measurements import Measurements
from hubbub.load.measure.timeline import Column
from hubbub.load.timing.moments import MILLISECOND
from hubbub.load.users.engine import Engine
from hubbub.load.websocket.progress import Step
from hubbub.results.load_result import Worker
from hubbub.text.event_log import EventLog

_log = EventLog("hubbub.load.ledger")

_NEARLY_ALL = 10
_TARGETS_ASKED = 3
"""So many of the server's URLs are looked at where nobody got in."""


def make_report(engine: Engine) -> Report:
    """Return this process's report; what has not come is lost."""
    context, measurements, accounting = engine.context, engine.measurements, engine.accounting
    engine.stop_publishing()
    accounting.fold()
    accounting.settlement.finish()
    _list_lost(accounting, measurements.anomalies)
    stale = list(accounting.stale())
    _list_stale(stale, context.plan, measurements.anomalies)
    overdue = _complete_timeline(engine)
    connections = measurements.connections
    return Report(
        status=engine.status(),
        worker=_worker(engine),
        anomalies=measurements.anomalies.first,
        distributions=_distributions(measurements),
        timeline=measurements.recorder.timeline.pack(),
        fanout=pack(accounting.settlement.drain_fanout()),
        rooms=_rooms(accounting),
        messages=measurements.recorder.sizes.record(),
        waiting={str(step): count for step, count in connections.steps.items() if count},
        hints=list(_hints(engine)),
        errors=measurements.errors.record(),
        memory=measurements.memory.samples,
        stale=Counter(found.room for found in stale),
        changed=accounting.changed_rooms(),
        overdue=overdue,
    )


def _hints(engine: Engine) -> Iterator[str]:
    """Yield which URLs to give instead, where all are still waiting for a server's first word."""
    tally, network = engine.measurements.connections, engine.network
    if not tally.opened and (tally.steps[Step.TLS] or tally.steps[Step.ANSWER]):
        yield from filter(None, map(network.schemes.hint, network.targets[:_TARGETS_ASKED]))


def _list_lost(accounting: Accounting, anomalies: Anomalies) -> None:
    for room in accounting.rooms.values():
        for missed in room.missing.each():
            if anomalies.full and not _log.enabled:
                return
            whose = f"user={missed.member} room={room.name}"
            _log.debug("lost", whose, publisher=missed.publisher, sequence=missed.sequence)
            message = (missed.publisher, missed.sequence)
            anomalies.keep("lost", room.name, missed.member, "never came", message)


def _list_stale(stale: list[Stale], plan: Plan, anomalies: Anomalies) -> None:
    for found in stale:
        whose = f"user={found.member} room={plan.room(found.room)}"
        _log.debug("stale", whose, detail=found.detail)
        anomalies.keep("stale", plan.room(found.room), found.member, found.detail, None)


def _complete_timeline(engine: Engine) -> int:
    """Add to the timeline what is known only now; return how many messages were overdue.

    What is late by less than the limit is not missed yet, where the stop came in between.
    """
    context, accounting = engine.context, engine.accounting
    timeline = engine.measurements.recorder.timeline
    due = engine.stopped - int(context.config.limits.lateness * MILLISECOND)
    overdue = 0
    for publisher in engine.publishers:
        moments = np.fromiter(publisher.overdue(due), np.int64)
        timeline.add(Column.SCHEDULED, moments)
        overdue += moments.size
    timeline.add(Column.ERRORS, np.array(engine.measurements.errors.times(), np.int64))
    for room in accounting.rooms.values():
        accounting.eviction.count_users(room.members)
    timeline.add(Column.USERS, np.array([context.clock.now()]), np.array([0]))
    return overdue


def _rooms(accounting: Accounting) -> list[RoomTally]:
    published = accounting.sends.by_room
    return [
        RoomTally(room.index, len(room.users), published.get(room.index, 0))
        for room in accounting.rooms.values()
    ]


def _distributions(measurements: Measurements) -> Distributions:
    recorder = measurements.recorder
    queueing = recorder.queueing if _stamped(measurements) else Distribution()
    return Distributions(
        intended=recorder.intended.pack(),
        sent=recorder.sent.pack(),
        lateness=recorder.lateness.pack(),
        queueing=queueing.record(),
        connect=recorder.connect.record(),
        userlist=recorder.userlist.record(),
    )


def _worker(engine: Engine) -> Worker:
    health = engine.measurements.health
    return Worker(
        index=engine.context.index,
        users=len(engine.publishers),
        cpu_share=health.cpu_share,
        loop_lag=health.loop_lag.record(),
        clock_error=engine.context.clock.error,
        arrival="kernel" if _stamped(engine.measurements) else "read",
    )


def _stamped(measurements: Measurements) -> bool:
    """Whether the kernel told the arrival of nearly all reads; each connection's first may lack it."""
    arrivals = measurements.arrivals
    return arrivals.stamped > _NEARLY_ALL * (arrivals.unstamped - measurements.connections.attempted)
