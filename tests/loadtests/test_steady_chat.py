"""Steady chat against real servers: it does what its options say, and its verdict is right."""

import re
from collections import Counter
from collections.abc import Callable
from itertools import islice
from typing import Any

import pytest

from hubbub.load.workload.schedule import offsets

Start = Callable[..., Any]
Runs = dict[str, Any]

RIGHT = ["-u", "12", "-t", "2s", "--rooms", "3", "--rate", "5"]
FEW = ["-u", "4", "-t", "2s", "--rooms", "1", "--rate", "10"]
ANYTHING_GOES = ["--max-lag", "60000", "--max-lateness", "60000", "--max-cpu", "9", "--min-rate", "0"]
WORKLOAD = ["--rooms", "2", "--rate", "4", "--message-size", "333", "--seed", "7", "--schedule", "poisson"]


@pytest.fixture(scope="module")
def dropping(start_mutant: Start) -> Any:
    """A server that drops every delivery, and so has all that was published on record."""
    return start_mutant("drop", "--every", "1")


@pytest.fixture(scope="module")
def runs(chat_server: Any, dropping: Any, start_load: Start, two_processes: list[str]) -> Runs:
    """All at once, for they mostly wait."""
    options = {
        "one process": RIGHT,
        "two processes": [*RIGHT, *two_processes],
        "workload": ["-u", "5", "-t", "4s", "--drain", "0", *WORKLOAD, "--host", dropping.url],
        "objective": [*FEW, *ANYTHING_GOES, "--slo", "mean<1ns"],
        "standing": [*FEW, *ANYTHING_GOES, "-t", "6s", "--slo", "p99<1ns"],
        "limit": [*FEW, "--max-lateness", "0.000001"],
    }
    common = ("--headless", "-r", "100", "--host", chat_server.url)
    return {name: start_load(*common, *own) for name, own in options.items()}


@pytest.mark.parametrize(("processes", "users"), [("one process", [12]), ("two processes", [6, 6])])
def test_a_right_server_passes_with_every_delivery_accounted_for(
    runs: Runs, processes: str, users: list[int]
) -> None:
    """On a busy machine the measurement may be invalid, but the books are balanced all the same."""
    load = runs[processes]
    code, result = load.finish(), load.result
    assert load.wrong == {}, load.output
    assert result.ledger.delivered == result.ledger.expected > 0
    assert result.ledger.expected + result.ledger.indeterminate <= result.ledger.published * 4
    assert result.verdict.correct
    assert (code, result.verdict.exit_code) == ((0, 0) if result.verdict.valid else (4, 4)), load.output
    assert (result.connections.opened, result.connections.failed, result.connections.lost) == (12, 0, 0)
    assert [room.members for room in result.rooms] == [4, 4, 4]
    assert [worker.users for worker in result.workers] == users
    assert f"result       {load.folder / 'load.json'}" in load.output


def test_a_plain_run_is_ramp_hold_and_drain(runs: Runs) -> None:
    load = runs["standing"]
    load.finish()
    phases = load.result.phases
    assert [(phase.kind, phase.users) for phase in phases] == [("ramp", 4), ("plateau", 4), ("drain", 4)]
    assert phases[1].rates.sent == pytest.approx(40, rel=0.3)


def test_a_run_without_a_page_tells_how_it_stands(runs: Runs) -> None:
    load = runs["standing"]
    load.finish()
    told = re.search(
        r"^\d/6 s, \d members, .* delivered/s, p50 .*, p99 .*,\s+0 wrong$", load.output, re.MULTILINE
    )
    assert told, load.output
    assert load.output.count("Aggregated") == 2, "of Locust's own tables only the two at the end are printed"
    summary = load.output[load.output.index("verdict      ") : load.output.index("result       ")]
    assert max(map(len, [*told[0].splitlines(), *summary.splitlines()])) <= 80
    assert "Publishing has stopped; up to 10 s for what is under way." in load.output


def test_rooms_rate_size_seed_and_schedule_are_honoured(
    runs: Runs, dropping: Any, envelopes: Start, sizes: Start
) -> None:
    load = runs["workload"]
    assert load.finish() == 3, load.output
    record = dropping.record()
    published = {(each.publisher, each.sequence): each for each in envelopes(record)}
    assert sizes(record).keys() == {333}
    assert Counter(room.members for room in load.result.rooms) == Counter([3, 2])
    for user in range(5):
        mine = [each for (publisher, _), each in sorted(published.items()) if publisher == user]
        planned = list(islice(offsets("poisson", 4, 7, user), len(mine)))
        assert len(mine) >= 2
        assert [each.sequence for each in mine] == list(range(len(mine)))
        assert {each.room for each in mine} == {user % 2}
        assert len({each.intended - offset for each, offset in zip(mine, planned, strict=True)}) == 1
        assert all(each.sent >= each.intended for each in mine)


def test_an_objective_that_is_missed_fails_a_valid_run(runs: Runs) -> None:
    load = runs["objective"]
    assert load.finish() == 3, load.output
    verdict = load.result.verdict
    assert (verdict.valid, verdict.correct, verdict.slo) == (True, True, "missed")


def test_an_objective_that_was_asked_for_is_not_judged_by_few_messages(runs: Runs) -> None:
    load = runs["standing"]
    assert load.finish() == 4, load.output
    verdict = load.result.verdict
    assert (verdict.valid, verdict.correct, verdict.slo) == (True, True, "unjudged")
    assert re.search(r"not judged: p99<1ns \(.*, few: \d+ of 10,000 messages\)", load.output), load.output
    assert re.search(r"latency +p50 [\d.]+ \S+.*, p99 .* \((all )?few\), max ", load.output)


def test_a_measurement_that_broke_a_limit_is_invalid(runs: Runs) -> None:
    load = runs["limit"]
    assert load.finish() == 4, load.output
    verdict = load.result.verdict
    assert (verdict.valid, verdict.correct) == (False, True)
    assert "the lateness of sends was" in load.output
