"""Tests of what says that others are held up."""

from collections.abc import Callable
from typing import Any

import pytest

from conformance.findings import Broken
from conformance.steps.bystanders import ATTEMPTS, Delay, expect_no_stall
from conformance.wire.transcript import Transcript, TranscriptHead
from conformance.wire.waits.deadlines import Deadlines
from conformance.wire.waits.patience import CASES, Patience
from conformance.wire.wire import Wire

STALL, NONE = Delay(before=0.001, meanwhile=3.0), Delay(before=0.001, meanwhile=0.002)


@pytest.fixture
def wire_of() -> Callable[[str], Wire]:
    """Make the wires of checks of one run; they have no connections."""
    patience = Patience()

    def wire_of(check: str) -> Wire:
        head = TranscriptHead(check=check, url="ws://x/", started="2026-01-01T00:00:00+00:00")
        return Wire(Any, Deadlines(), Transcript(head), patience)  # type: ignore[arg-type]  # nobody connects

    return wire_of


def attempts_of(wire: Wire, *delays: Delay) -> int:
    """Return how many attempts were made of a server that stalls so."""
    left = list(delays)
    try:
        expect_no_stall(wire, lambda: left.pop(0), "frames")
    finally:
        wire.close()
    return len(delays) - len(left)


def test_others_may_be_held_up_once_by_the_machine(wire_of: Callable[[str], Wire]) -> None:
    assert attempts_of(wire_of("SEC-3[one]"), STALL, STALL, NONE) == ATTEMPTS == 3


def test_others_who_are_held_up_each_time_are_a_finding(wire_of: Callable[[str], Wire]) -> None:
    with pytest.raises(Broken, match=r"in 3 attempts: 3 s, 0.001 s before"):
        attempts_of(wire_of("SEC-3[one]"), STALL, STALL, STALL)


def test_a_server_that_held_them_up_in_several_cases_has_one_attempt_in_the_others(
    wire_of: Callable[[str], Wire],
) -> None:
    for number in range(CASES):
        with pytest.raises(Broken, match="in 3 attempts"):
            attempts_of(wire_of(f"SEC-3[{number}]"), STALL, STALL, STALL)
    next_one = wire_of("SEC-3[next]")
    with pytest.raises(Broken, match="in 1 attempt: 3 s"):
        attempts_of(next_one, STALL)
    assert next_one.notes == ["tried but once, since other cases of SEC-3 had been in vain"]
    with pytest.raises(Broken, match="in 3 attempts"):
        attempts_of(wire_of("SEC-11[first]"), STALL, STALL, STALL)
