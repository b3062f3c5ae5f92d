"""BAD: bad input. One scene for each bad message; what came of it is judged by six requirements."""

from collections.abc import Callable

import pytest

from conformance.bad_scene import CASES, Evidence, play
from conformance.findings import Broken
from conformance.plugin.scenes import PlayOnce
from conformance.requirement import cases, requirement

each_bad_message = cases("case", {case: case for case in CASES})


@pytest.fixture
def evidence_of(play_once: PlayOnce[Evidence]) -> Callable[[str], Evidence]:
    """What came of the bad message of a name."""
    return lambda case: play_once(f"BAD[{case}]", lambda wire: play(wire, case))


def expect_well(allowed: str, wrong: str) -> None:
    """Fail where anything was wrong."""
    if wrong:
        raise Broken(allowed, wrong)


@requirement("BAD-1")
@each_bad_message
def test_it_is_ignored_answered_or_ends_in_a_proper_close(
    case: str, evidence_of: Callable[[str], Evidence]
) -> None:
    """The offender's message is ignored, answered with Error, or its connection is closed with 1003, 1007,
    1008 or 1009; it is recorded which. It never ends in close 1011, a bare TCP end, or a dead server.
    """
    expect_well("ignored, an Error, or close 1003, 1007, 1008 or 1009", evidence_of(case).mishandled)


@requirement("BAD-2")
@each_bad_message
def test_others_stay_connected_and_can_talk(case: str, evidence_of: Callable[[str], Evidence]) -> None:
    """Other members of the room and of other rooms stay connected and can still talk."""
    expect_well("the others stay connected and are heard", evidence_of(case).others)


@requirement("BAD-3")
@each_bad_message
def test_nobody_else_receives_anything_made_of_it(case: str, evidence_of: Callable[[str], Evidence]) -> None:
    """Nobody else receives anything made of the bad message (a userlist that reflects the offender's leaving
    is not).
    """
    expect_well("nothing made of the bad message", evidence_of(case).made_of_it)


@requirement("BAD-4")
@each_bad_message
def test_a_new_client_can_join(case: str, evidence_of: Callable[[str], Evidence]) -> None:
    """A new client can join."""
    expect_well("a new client joins and is heard", evidence_of(case).newcomer)


@requirement("BAD-5")
@each_bad_message
def test_the_offenders_next_good_message_goes_out_clean(
    case: str, evidence_of: Callable[[str], Evidence]
) -> None:
    """If the offender is still connected, its next good message goes out clean."""
    expect_well("the next good message goes out once, by 'unknown'", evidence_of(case).next_good)


@requirement("BAD-6")
@each_bad_message
def test_the_offender_is_told(case: str, evidence_of: Callable[[str], Evidence]) -> None:
    """The offender is told (an Error or a close code), not left guessing."""
    evidence = evidence_of(case)
    expect_well("an Error or a close code", "" if evidence.told else f"the message was {evidence.reaction}")
