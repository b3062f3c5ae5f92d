"""BAD: bad input. One scene for each bad message; what came of it is judged by six requirements."""

from collections.abc import Callable

import pytest

from ...findings import Broken
from ...plugin.shared_scene import PlayOnce
from ...requirement import cases, requirement
from ...scenes.bad_input import CASES, Evidence, play, send_bad
from ...wire.client import Client
from ...wire.wire import Wire

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
    """If the offender is still connected, its next good message goes out clean, after a hundred bad ones
    too.
    """
    expect_well("the next good message goes out once, by 'unknown'", evidence_of(case).next_good)


IN_TURN = ("not-JSON", "array", "Message-and-Author-missing", "base64-bad-characters", "Type-unknown")
ROUNDS = 20


@requirement("BAD-5", "a-hundred")
def test_a_good_message_goes_out_after_many_bad_ones(wire: Wire) -> None:
    """If the offender is still connected, its next good message goes out clean, after a hundred bad ones
    too.
    """
    room = wire.new_room()
    offender, witness = wire.join_many(room, room)
    for number in range(ROUNDS):
        for case in IN_TURN:
            if offender.is_open:
                send_bad(offender, case)
        # How a connection may end is BAD-1's; a server may well have enough of such a client.
        if not is_heard(wire, offender, witness):
            wire.note(f"the server ends the connection within {(number + 1) * len(IN_TURN)} bad messages")
            return


def is_heard(wire: Wire, speaker: Client, listener: Client) -> bool:
    """Fail unless both receive what the speaker says, once; False where its connection ends."""
    if not speaker.is_open:
        return False
    said = speaker.say()
    allowed = f"{speaker}'s next good message is echoed, or its connection ended"
    wire.until(lambda: bool(speaker.received(said.as_chat)) or not speaker.is_open, allowed, speaker)
    if speaker.is_open:
        wire.expect_chat(said, speaker, listener)
    return speaker.is_open


@requirement("BAD-6")
@each_bad_message
def test_the_offender_is_told(case: str, evidence_of: Callable[[str], Evidence]) -> None:
    """The offender is told (an Error or a close code), not left guessing."""
    evidence = evidence_of(case)
    expect_well(
        "an Error or a close code", "" if evidence.is_notified else f"the message was {evidence.reaction}"
    )
