"""A worker whose clock is another: a time namespace stands for another host."""

import socket
import subprocess
from collections.abc import Callable, Iterator
from typing import Any

import pytest

Start = Callable[..., Any]
AHEAD = 1000
"""By how much, in s, the other host's monotonic clock is ahead."""
ELSEWHERE = ["unshare", "--time", "--monotonic", str(AHEAD)]
USERS, ROOMS, EVERY = 12, 3, 13
WORKLOAD = f"-u {USERS} -r 100 -t 5s --rooms {ROOMS} --rate 0.8 --seed 7139829 --drain 2".split()
"""By this seed nobody publishes before all have joined (see ``test_accounting``)."""


@pytest.fixture(scope="module")
def port() -> Iterator[str]:
    """A free port for the master."""
    if subprocess.run([*ELSEWHERE, "true"], capture_output=True, check=False).returncode:
        pytest.skip("needs time namespaces: run as root on Linux 5.6 or newer")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        free = str(probe.getsockname()[1])
    yield free


@pytest.mark.proof
def test_the_ledger_is_exact_across_hosts_and_the_clocks_are_one(
    start_load: Start, start_mutant: Start, port: str
) -> None:
    mutant = start_mutant("drop", "--every", str(EVERY))
    worker = ["--worker", "--master-port", port]
    workers = [start_load(*worker, before=ELSEWHERE), start_load(*worker)]
    master = ["--headless", "--master", "--master-bind-port", port, "--expect-workers", "2"]
    load = start_load(*master, *WORKLOAD, "--host", mutant.url)
    assert load.finish() == 3, load.output
    assert [each.finish() for each in workers] == [0, 0]
    record, result = mutant.record(), load.result
    assert load.wrong == {"lost": record["tampered"]}, load.output
    assert result.ledger.expected == record["deliveries"] == result.ledger.published * USERS // ROOMS
    assert sorted(each.clock_error > 0 for each in result.workers) == [False, True]
    assert sum(second.sent for second in result.seconds) == result.ledger.published
    durations = (result.latency.intended, result.latency.connect, result.latency.lateness)
    assert max(duration.max for duration in durations) < AHEAD * 10**9 / 2
    assert len(result.seconds) < AHEAD / 2
