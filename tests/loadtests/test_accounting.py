"""The ledger of a real run against servers that tamper and keep a record: its counts are the same.

The seed is one by which no user publishes in its first 0.9 s. So all have joined when the first message is
sent, nothing is indeterminate, and all that the server tampered with was owed.
"""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from hubbub.load.workload.schedule import offsets

USERS, ROOMS, RATE, SEED = 12, 3, 0.8, 7_139_829
EVERY = 13
OPTIONS = f"--headless -u {USERS} -r 100 -t 5s --rooms {ROOMS} --rate {RATE} --seed {SEED}".split()
DRAIN = {"reorder": "10"}
"""The server that reorders holds some deliveries for up to two seconds; for lost ones nobody need wait."""

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

Start = Callable[..., Any]
Envelopes = Callable[[dict[str, Any]], list[Any]]


def test_nobody_publishes_while_others_may_still_join() -> None:
    first = [next(offsets("jitter", RATE, SEED, user)) for user in range(USERS)]
    assert min(first) > 900_000_000


@pytest.fixture(scope="module")
def runs(start_load: Start, start_mutant: Start) -> dict[str, tuple[Any, Any]]:
    """All at once, for they mostly wait."""
    mutants = {fault: start_mutant(fault, "--every", str(EVERY)) for fault in COUNTS}
    return {
        fault: (mutant, start_load(*OPTIONS, "--host", mutant.url, "--drain", DRAIN.get(fault, "2")))
        for fault, mutant in mutants.items()
    }


@pytest.mark.parametrize("fault", COUNTS)
def test_the_counts_are_exactly_the_plans(
    runs: dict[str, tuple[Any, Any]], envelopes: Envelopes, fault: str
) -> None:
    check(*runs[fault], fault, envelopes)


@pytest.mark.proof
@pytest.mark.parametrize("fault", COUNTS)
def test_the_counts_of_two_processes_are_exactly_the_plans(
    start_load: Start, start_mutant: Start, two_processes: list[str], envelopes: Envelopes, fault: str
) -> None:
    """With an odd number of rooms each process has members in each of them."""
    mutant = start_mutant(fault, "--every", str(EVERY))
    load = start_load(*OPTIONS, *two_processes, "--host", mutant.url, "--drain", DRAIN.get(fault, "2"))
    check(mutant, load, fault, envelopes)
    assert [worker.users for worker in load.result.workers] == [6, 6]


def check(mutant: Any, load: Any, fault: str, envelopes: Envelopes) -> None:
    """Wrong deliveries fail a run, whatever the load generator's health."""
    assert load.finish() == 3, load.output
    record = mutant.record()
    result = load.result
    tampered = record["tampered"]
    assert tampered > 0
    assert result.ledger.indeterminate == 0
    assert load.wrong == dict.fromkeys(COUNTS[fault], tampered), load.output
    assert result.ledger.expected == result.ledger.published * USERS // ROOMS == record["deliveries"]
    assert result.ledger.delivered == result.ledger.expected - load.wrong.get("lost", 0)
    assert not result.verdict.correct
    named = Counter((anomaly.publisher, anomaly.sequence) for anomaly in result.anomalies)
    struck = Counter((envelope.publisher, envelope.sequence) for envelope in envelopes(record))
    if len(COUNTS[fault]) == 1:
        assert named == struck
    else:
        assert len(result.anomalies) == min(20, 2 * tampered)


FULL = ["--headless", "-u", "500", "-r", "100", "-t", "20s", "--rooms", "10", "--rate", "1"]


@pytest.mark.proof
def test_five_hundred_users_are_accounted_for(chat_server: Any, start_load: Start) -> None:
    load = start_load(*FULL, "--host", chat_server.url)
    code, result = load.finish(), load.result
    assert load.wrong == {}, load.output
    assert result.ledger.delivered == result.ledger.expected > 300_000
    assert (result.connections.opened, result.connections.lost) == (500, 0)
    assert code == (0 if result.verdict.valid else 4), load.output


@pytest.mark.proof
def test_of_five_hundred_users_deliveries_each_dropped_one_is_lost(
    start_load: Start, start_mutant: Start
) -> None:
    """What was dropped while its member was joining is indeterminate, and nothing else is."""
    mutant = start_mutant("drop", "--every", "1000")
    load = start_load(*FULL, "--drain", "5", "--host", mutant.url)
    assert load.finish() == 3, load.output
    record, ledger = mutant.record(), load.result.ledger
    while_joining = record["deliveries"] - ledger.expected
    assert 0 <= while_joining <= ledger.indeterminate
    assert 0 <= record["tampered"] - ledger.lost <= while_joining
    assert load.wrong == {"lost": ledger.lost}
    assert ledger.lost > 300
