"""The ledger against servers that tamper with deliveries and keep an exact record: its counts are exact."""

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hubbub.load.measure.anomalies import KEPT

USERS, ROOMS, ROUNDS = 12, 3, 40
EVERY = 13
DELIVERIES = USERS * ROUNDS * (USERS // ROOMS)

StartServer = Callable[..., Any]
StartSwarm = Callable[..., Any]
WRONG = ("lost", "duplicated", "reordered", "misdelivered", "corrupt")

COUNTS = {
    "drop": {"lost"},
    "repeat": {"duplicated"},
    "reorder": {"reordered"},
    "misdeliver": {"misdelivered"},
    "corrupt": {"corrupt", "lost"},
    "forge-author": {"corrupt", "lost"},
    "forge-room": {"corrupt", "lost"},
}
"""By fault, what each delivery that was tampered with must be counted as; everything else stays 0."""
MORE = {"drop": -1, "repeat": 1, "misdeliver": 1}
"""By fault, how many more arrive for each delivery that was tampered with."""


@pytest.mark.parametrize("fault", COUNTS)
def test_the_ledger_counts_exactly_what_the_server_tampered_with(
    start_server: StartServer, start_swarm: StartSwarm, tmp_path: Path, fault: str
) -> None:
    log = tmp_path / "faults.json"
    options = ("--fault", fault, "--every", str(EVERY), "--fault-record", str(log))
    server = start_server(*options, program="mutants")
    swarm = start_swarm(server.url, rooms=ROOMS)
    swarm.join(USERS)
    swarm.publish(ROUNDS)
    report = swarm.report(arrivals=DELIVERIES + MORE.get(fault, 0) * (DELIVERIES // EVERY))
    swarm.leave()
    server.stop()
    tampered = json.loads(log.read_text())["tampered"]
    assert tampered > 0
    expected = {name: tampered if name in COUNTS[fault] else 0 for name in WRONG}
    assert {name: report.status.ledger[name] for name in WRONG} == expected
    assert report.status.ledger["expected"] == DELIVERIES
    assert report.status.ledger["delivered"] == DELIVERIES - expected["lost"]
    listed = Counter(anomaly.kind for anomaly in report.anomalies)
    assert sum(listed.values()) == min(KEPT, sum(expected.values()))
    assert set(listed) <= COUNTS[fault]


def test_the_drain_waits_for_what_comes_late(
    start_server: StartServer, start_swarm: StartSwarm, tmp_path: Path
) -> None:
    """The reordering server holds some deliveries back for up to two seconds; none of them is lost."""
    options = ("--fault", "reorder", "--every", "5", "--fault-record", str(tmp_path / "faults.json"))
    server = start_server(*options, program="mutants")
    swarm = start_swarm(server.url, rooms=1)
    swarm.join(3)
    swarm.publish()
    hurried = swarm.report(arrivals=8).status.ledger["lost"]
    patient = swarm.report().status.ledger["lost"]
    assert (hurried, patient) == (1, 0)
