"""Debug logging: what became of one user, found by its number."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

StartServer = Callable[..., Any]
StartSwarm = Callable[..., Any]


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """Log all that the load engine says, and return what holds it."""
    caplog.set_level(logging.DEBUG, "hubbub.load")
    return caplog


def lines(log: pytest.LogCaptureFixture, *fields: str) -> list[str]:
    """Return the lines that have all of these fields, as ``grep -w`` would find them."""
    messages = [record.getMessage() for record in log.records if record.name.startswith("hubbub.")]
    return [message for message in messages if set(fields) <= set(message.split())]


def events(log: pytest.LogCaptureFixture, *fields: str) -> list[str]:
    return [line.split()[0] for line in lines(log, *fields)]


def test_a_user_is_followed_from_its_joining_to_its_end(
    chat_server: Any, start_swarm: StartSwarm, logged: pytest.LogCaptureFixture
) -> None:
    swarm = start_swarm(chat_server.url, rooms=1)
    swarm.join(2)
    swarm.publish(2)
    swarm.report()
    swarm.leave()
    assert events(logged, "user=1") == [
        *("joining", "handshake-sent", "opened", "joined"),
        *("named", "published", "published"),
        *("leaving", "close-sent", "received", "ended"),
    ]
    room = swarm.engine.context.plan.room(0)
    assert {"user=0", "user=1"} <= {word for line in lines(logged, f"room={room}") for word in line.split()}
    [joined] = [line for line in lines(logged, "user=1") if line.startswith("joined ")]
    assert "wsid=-" not in joined.split()


def test_a_user_that_cannot_join_says_why(start_swarm: StartSwarm, logged: pytest.LogCaptureFixture) -> None:
    swarm = start_swarm("ws://127.0.0.1:1/?token=secret", rooms=1)
    with pytest.raises(Exception, match="refused"):
        swarm.join(1)
    joining, failed = lines(logged, "user=0")
    assert joining.startswith("joining ")
    assert failed.startswith("join-failed ")
    assert "refused" in failed
    assert "secret" not in joining + failed


@pytest.mark.parametrize(("fault", "kind", "more"), [("repeat", "duplicated", 22), ("drop", "lost", -22)])
def test_each_anomaly_of_a_user_is_logged_with_its_message(
    fault: str,
    kind: str,
    more: int,
    start_server: StartServer,
    start_swarm: StartSwarm,
    logged: pytest.LogCaptureFixture,
    tmp_path: Path,
) -> None:
    options = ("--fault", fault, "--every", "7", "--fault-record", str(tmp_path / "faults.json"))
    server = start_server(*options, program="mutants")
    swarm = start_swarm(server.url, rooms=1)
    swarm.join(4)
    swarm.publish(10)
    report = swarm.report(arrivals=160 + more)
    found = [anomaly for anomaly in report.anomalies if anomaly.kind == kind]
    assert found
    assert report.status.ledger[kind] == abs(more)
    assert events(logged).count(kind) == report.status.ledger[kind]
    for each in found:
        message = (f"publisher={each.publisher}", f"sequence={each.sequence}")
        assert kind in events(logged, f"user={each.member}", f"room={each.room}", *message)


def test_deliveries_that_are_in_order_are_not_logged(
    chat_server: Any, start_swarm: StartSwarm, logged: pytest.LogCaptureFixture
) -> None:
    swarm = start_swarm(chat_server.url, rooms=1)
    swarm.join(4)
    swarm.publish(10)
    report = swarm.report()
    assert report.status.ledger["delivered"] == 160
    assert set(events(logged)) == {
        *("joining", "handshake-sent", "opened", "joined", "named", "published", "settled"),
    }
    assert events(logged).count("published") == 40


def test_nothing_is_logged_at_the_level_that_locust_has(
    chat_server: Any, start_swarm: StartSwarm, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    swarm = start_swarm(chat_server.url, rooms=1)
    swarm.join(2)
    swarm.publish(2)
    swarm.report()
    swarm.leave()
    assert lines(caplog) == []
