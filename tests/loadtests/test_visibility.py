"""Faults that a load test sees only where its users do what shows them, each by a server that has it.

Long and short words, the same words twice, names that come back, rooms that fall empty: with the settings
that show a fault the run fails, and its counts are the server's own; without them the server passes.

Where counts are to be exact, the seed is one by which no user publishes before all have joined.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

Start = Callable[..., Any]

USERS, ROOMS = 12, 3
STEADY = f"SteadyChat --headless -u {USERS} -r 100 -t 8s --rooms {ROOMS} --rate 0.8 --seed 7139829 --drain 4"
CHURN = "Churn --headless -u 40 -r 100 -t 13s --rate 1 --rooms 20 --drain 2"
STORM = "ReconnectStorm --headless -u 20 -r 100 -t 10s --interval 3 --rooms 4 --drain 2"

ALL_SIZES = "--message-size 64..4096"
AGAIN = "--repeats 0.3"

pytestmark = pytest.mark.proof


class Case(NamedTuple):
    """A run against a mutant."""

    mutant: str
    options: str
    counted: str | None
    """What all that the server tampered with must be counted as; None where the run must not see it."""


EXACT = [
    Case("long-overtaken", STEADY, None),
    Case("long-overtaken", f"{STEADY} --message-size 4000", None),
    Case("long-overtaken", f"{STEADY} {ALL_SIZES}", "reordered"),
    Case("long-overtaken", f"{STEADY} --message-size zipf:64..4096", "reordered"),
    Case("long-overtaken", f"{STEADY} --message-size 64,4000", "reordered"),
    Case("repeat-of-anybody", STEADY, None),
    Case("repeat-of-anybody", f"{STEADY} {AGAIN}", "lost"),
    Case("drop", f"{STEADY} {AGAIN} {ALL_SIZES}", "lost"),
    Case("repeat", f"{STEADY} {AGAIN} {ALL_SIZES}", "duplicated"),
    Case("misdeliver", f"{STEADY} {AGAIN} {ALL_SIZES}", "misdelivered"),
]
LIVELY = [
    Case("twice-after-return", f"{CHURN} --reused-names 0", None),
    Case("twice-after-return", CHURN, "duplicated"),
    Case("twice-after-return", STORM, "duplicated"),
    Case("name-kept", f"{CHURN} --reused-names 0", None),
    Case("name-kept", CHURN, "lost"),
    Case("name-kept", STORM, "lost"),
    Case("room-removed-under-users", STORM, None),
    Case("room-removed-under-users", CHURN, "lost"),
]


def name_of(case: Case) -> str:
    seen = "seen" if case.counted else "unseen"
    own = case.options.replace(STEADY, "").replace(CHURN, "Churn").replace(STORM, "Storm").strip()
    return f"{case.mutant} {seen} by {own or 'defaults'}"


@pytest.fixture(scope="module")
def runs(start_load: Start, start_mutant: Start) -> Callable[[Case], tuple[Any, Any]]:
    """The runs of a list all at once, for they mostly wait; then those of the other list."""
    made: dict[Case, tuple[Any, Any]] = {}

    def run(case: Case) -> tuple[Any, Any]:
        if case not in made:
            for each in EXACT if case in EXACT else LIVELY:
                mutant = start_mutant(each.mutant, "--every", "13")
                made[each] = mutant, start_load(*each.options.split(), "--host", mutant.url)
        return made[case]

    return run


@pytest.mark.parametrize("case", EXACT, ids=name_of)
def test_what_a_server_does_to_words_is_counted_exactly(
    runs: Callable[[Case], tuple[Any, Any]], case: Case
) -> None:
    mutant, load = runs(case)
    code, result, record = load.finish(), load.result, mutant.record()
    assert result.ledger.indeterminate == 0
    assert result.ledger.expected == result.ledger.published * USERS // ROOMS
    if case.counted is None:
        assert (load.wrong, record["tampered"]) == ({}, 0), load.output
        return
    assert code == 3, load.output
    assert record["tampered"] > 0
    assert load.wrong == {case.counted: record["tampered"]}, load.output


@pytest.mark.parametrize("case", LIVELY, ids=name_of)
def test_what_a_server_does_to_those_who_come_back_is_seen(
    runs: Callable[[Case], tuple[Any, Any]], case: Case
) -> None:
    """Of what happened to one that left meanwhile nobody can know whether it was under way."""
    mutant, load = runs(case)
    code, record = load.finish(), mutant.record()
    if case.counted is None:
        assert not set(load.wrong) - {"stale"}, load.output
        return
    assert code == 3, load.output
    assert 0 < load.wrong[case.counted] <= record["tampered"], load.output
    assert set(load.wrong) <= {case.counted, "stale"}, load.output


@pytest.mark.parametrize(("fault", "at_least"), [("repeat-of-the-last", 1.0), ("repeat-the-third-time", 0.1)])
def test_each_message_that_is_dropped_for_being_a_repeat_is_lost(
    start_load: Start, start_mutant: Start, fault: str, at_least: float
) -> None:
    mutant = start_mutant(fault)
    load = start_load(*f"{STEADY} --repeats 0.4".split(), "--host", mutant.url)
    assert load.finish() == 3, load.output
    result = load.result
    repeats = result.messages.repeated * USERS // ROOMS
    assert 0 < at_least * repeats <= load.wrong["lost"] <= repeats
    assert set(load.wrong) == {"lost"}


@pytest.mark.parametrize("processes", [1, 2])
@pytest.mark.parametrize("options", [f"{STEADY} {AGAIN}", CHURN, f"{STORM} {AGAIN}"])
def test_who_does_all_of_it_finds_nothing_wrong_with_a_server_that_is_right(
    chat_server: Any, start_load: Start, two_processes: list[str], options: str, processes: int
) -> None:
    spread = two_processes if processes == 2 else []
    load = start_load(*f"{options} {ALL_SIZES}".split(), *spread, "--host", chat_server.url)
    code, result = load.finish(), load.result
    assert load.wrong == {}, load.output
    assert code == (0 if result.verdict.valid else 4), load.output
    assert result.messages.count == result.ledger.published > 50
    assert 64 <= result.messages.least < result.messages.mean < result.messages.most <= 4096
    assert result.messages.repeated > 0
    assert result.configuration["message_size"] == "64..4096"
