"""What a load-generating process tells the master every second, of real users at a real server."""

from collections.abc import Callable
from typing import Any

import gevent
import msgspec
import pytest

from hubbub.load.exchange.status import StatusUpdate
from hubbub.load.measure.distribution import Distribution
from hubbub.load.users.causes import JoinError
from hubbub.load.worker.status_update import StatusCollector

StartSwarm = Callable[..., Any]


def listen(swarm: Any, collector: StatusCollector, deliveries: int) -> None:
    """Let the users read so many deliveries, and take note of their times."""
    with gevent.Timeout(20):
        while len(swarm.engine.measurements.recorder.deliveries.rows) < deliveries:
            gevent.sleep(0.01)
    collector.note(*swarm.engine.measurements.recorder.fold())


def count(packed: bytes) -> int:
    distribution = Distribution()
    distribution.merge_packed(packed)
    return distribution.count


def test_an_update_counts_from_the_start_but_times_from_the_update_before(
    chat_server: Any, start_swarm: StartSwarm
) -> None:
    swarm, collector = start_swarm(chat_server.url, rooms=1), StatusCollector()
    swarm.join(3)
    swarm.publish(rounds=2)
    listen(swarm, collector, 18)
    first = collector.collect(swarm.engine)
    swarm.publish()
    listen(swarm, collector, 9)
    second = collector.collect(swarm.engine)
    assert (first.members, first.status.ledger["published"], first.arrived) == (3, 6, 18)
    assert (second.members, second.status.ledger["published"], second.arrived) == (3, 9, 27)
    assert (count(first.latency), count(second.latency)) == (18, 9)
    assert (count(first.lateness), count(second.lateness)) == (6, 3)
    assert first.moment < second.moment


def test_an_update_tells_what_came_wrong(start_server: Callable[..., Any], start_swarm: StartSwarm) -> None:
    server = start_server("--fault", "repeat", "--every", "2", program="mutants")
    swarm, collector = start_swarm(server.url, rooms=1), StatusCollector()
    swarm.join(2)
    swarm.publish(rounds=2)
    listen(swarm, collector, 8)
    update = collector.collect(swarm.engine)
    with gevent.Timeout(20):
        while update.status.ledger["duplicated"] < 4:
            gevent.sleep(0.01)
            update = collector.collect(swarm.engine)
    assert (
        update.status.ledger["duplicated"],
        update.status.ledger["misdelivered"],
        update.status.ledger["corrupt"],
    ) == (4, 0, 0)


def test_users_who_could_not_join_are_told_as_failed(start_swarm: StartSwarm) -> None:
    swarm = start_swarm("ws://127.0.0.1:1/", rooms=1)
    with pytest.raises(JoinError):
        swarm.join(1)
    update = StatusCollector().collect(swarm.engine)
    assert (update.members, update.status.connections.failed, update.status.joining, update.errors) == (
        0,
        1,
        0,
        1,
    )


def test_an_update_travels_as_messagepack(chat_server: Any, start_swarm: StartSwarm) -> None:
    update = StatusCollector().collect(start_swarm(chat_server.url, rooms=1).engine)
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(update), type=StatusUpdate) == update
