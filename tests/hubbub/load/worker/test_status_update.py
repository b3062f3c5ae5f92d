"""What a load-generating process tells the master every second, of real users at a real server."""

from collections.abc import Callable
from typing import Any

import gevent
import msgspec
import pytest

from hubbub.load.measure.distribution import Distribution
from hubbub.load.users.causes import JoinError
from hubbub.load.worker.status_update import Pulse, PulseTaker

StartSwarm = Callable[..., Any]


def listen(swarm: Any, taker: PulseTaker, deliveries: int) -> None:
    """Let the users read so many deliveries, and take note of their times."""
    with gevent.Timeout(20):
        while len(swarm.engine.recorder.deliveries.rows) < deliveries:
            gevent.sleep(0.01)
    taker.note(*swarm.engine.recorder.fold())


def count(packed: bytes) -> int:
    distribution = Distribution()
    distribution.merge_packed(packed)
    return distribution.count


def test_a_pulse_counts_from_the_start_but_times_from_the_pulse_before(
    chat_server: Any, start_swarm: StartSwarm
) -> None:
    swarm, taker = start_swarm(chat_server.url, rooms=1), PulseTaker()
    swarm.join(3)
    swarm.publish(rounds=2)
    listen(swarm, taker, 18)
    first = taker.take(swarm.engine)
    swarm.publish()
    listen(swarm, taker, 9)
    second = taker.take(swarm.engine)
    assert (first.members, first.ledger["published"], first.arrived) == (3, 6, 18)
    assert (second.members, second.ledger["published"], second.arrived) == (3, 9, 27)
    assert (count(first.latency), count(second.latency)) == (18, 9)
    assert (count(first.lateness), count(second.lateness)) == (6, 3)
    assert first.moment < second.moment


def test_a_pulse_tells_what_came_wrong(start_server: Callable[..., Any], start_swarm: StartSwarm) -> None:
    server = start_server("--fault", "repeat", "--every", "2", program="mutants")
    swarm, taker = start_swarm(server.url, rooms=1), PulseTaker()
    swarm.join(2)
    swarm.publish(rounds=2)
    listen(swarm, taker, 8)
    pulse = taker.take(swarm.engine)
    with gevent.Timeout(20):
        while pulse.ledger["duplicated"] < 4:
            gevent.sleep(0.01)
            pulse = taker.take(swarm.engine)
    assert (pulse.ledger["duplicated"], pulse.ledger["misdelivered"], pulse.ledger["corrupt"]) == (4, 0, 0)


def test_users_who_could_not_join_are_told_as_failed(start_swarm: StartSwarm) -> None:
    swarm = start_swarm("ws://127.0.0.1:1/", rooms=1)
    with pytest.raises(JoinError):
        swarm.join(1)
    pulse = PulseTaker().take(swarm.engine)
    assert (pulse.members, pulse.connections.failed, pulse.joining, pulse.errors) == (0, 1, 0, 1)


def test_a_pulse_travels_as_messagepack(chat_server: Any, start_swarm: StartSwarm) -> None:
    pulse = PulseTaker().take(start_swarm(chat_server.url, rooms=1).engine)
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(pulse), type=Pulse) == pulse
