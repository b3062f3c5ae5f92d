"""Steady chat against real servers: it does what its options say, and its verdict is right."""

from collections import Counter
from collections.abc import Callable
from itertools import islice
from typing import Any

import pytest

from swarm.schedule import Kind, offsets

Start = Callable[..., Any]
HEADLESS = ["--headless", "-r", "100"]


def check_the_books(load: Any) -> None:
    """On a busy machine the measurement may be invalid, but the books are balanced all the same."""
    code, result = load.finish(), load.result
    assert load.wrong == {}, load.output
    assert result.ledger.delivered == result.ledger.expected > 0
    assert result.ledger.expected + result.ledger.indeterminate == result.ledger.published * 4
    assert result.verdict.correct
    assert (code, result.verdict.exit_code) == ((0, 0) if result.verdict.valid else (4, 4)), load.output
    assert (result.connections.opened, result.connections.failed, result.connections.lost) == (12, 0, 0)
    assert [room.members for room in result.rooms] == [4, 4, 4]
    assert f"result       {load.folder / 'load.json'}" in load.output


def test_a_right_server_passes_with_every_delivery_accounted_for(chat_server: Any, start_load: Start) -> None:
    options = ["-u", "12", "-t", "2s", "--rooms", "3", "--rate", "5"]
    load = start_load(*HEADLESS, *options, "--host", chat_server.url)
    check_the_books(load)
    assert [worker.users for worker in load.result.workers] == [12]


def test_a_right_server_passes_with_two_processes(
    chat_server: Any, start_load: Start, two_processes: list[str]
) -> None:
    options = ["-u", "12", "-t", "2s", "--rooms", "3", "--rate", "5", *two_processes]
    load = start_load(*HEADLESS, *options, "--host", chat_server.url)
    check_the_books(load)
    assert [worker.users for worker in load.result.workers] == [6, 6]


@pytest.mark.parametrize("schedule", ["jitter", "poisson"])
def test_rooms_rate_size_seed_and_schedule_are_honoured(
    start_load: Start, start_mutant: Start, envelopes: Start, sizes: Start, schedule: Kind
) -> None:
    """A server that drops every delivery has all that was published on record."""
    mutant = start_mutant("drop", "--every", "1")
    workload = ["--rooms", "2", "--rate", "4", "--message-size", "333", "--seed", "7", "--schedule", schedule]
    options = ["-u", "5", "-t", "2s", "--drain", "0", *workload]
    load = start_load(*HEADLESS, *options, "--host", mutant.url)
    assert load.finish() == 3, load.output
    record = mutant.record()
    published = {(each.publisher, each.sequence): each for each in envelopes(record)}
    assert sizes(record).keys() == {333}
    assert Counter(room.members for room in load.result.rooms) == Counter([3, 2])
    for user in range(5):
        mine = [each for (publisher, _), each in sorted(published.items()) if publisher == user]
        planned = list(islice(offsets(schedule, 4, 7, user), len(mine)))
        assert len(mine) >= 2
        assert [each.sequence for each in mine] == list(range(len(mine)))
        assert {each.room for each in mine} == {user % 2}
        assert len({each.intended - offset for each, offset in zip(mine, planned, strict=True)}) == 1
        assert all(each.sent >= each.intended for each in mine)


def test_an_objective_that_is_missed_fails_a_valid_run(chat_server: Any, start_load: Start) -> None:
    anything_goes = ["--max-lag", "60000", "--max-lateness", "60000", "--max-cpu", "9", "--min-rate", "0"]
    options = ["-u", "4", "-t", "1s", "--rooms", "1", "--rate", "10", "--slo-p50", "0.000001", *anything_goes]
    load = start_load(*HEADLESS, *options, "--host", chat_server.url)
    assert load.finish() == 3, load.output
    verdict = load.result.verdict
    assert (verdict.valid, verdict.correct, verdict.slo) == (True, True, "missed")


def test_a_measurement_that_broke_a_limit_is_invalid(chat_server: Any, start_load: Start) -> None:
    options = ["-u", "4", "-t", "1s", "--rooms", "1", "--rate", "10", "--max-lateness", "0.000001"]
    load = start_load(*HEADLESS, *options, "--host", chat_server.url)
    assert load.finish() == 4, load.output
    verdict = load.result.verdict
    assert (verdict.valid, verdict.correct) == (False, True)
    assert "the lateness of sends was" in load.output
