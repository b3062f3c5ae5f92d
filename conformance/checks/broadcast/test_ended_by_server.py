"""Ends of a membership that the client has no part in: it does not hang up, and it sends on (PRES, BCAST)."""

from collections.abc import Callable

import pytest

from ...findings import Broken
from ...plugin.shared_scene import PlayOnce
from ...requirement import cases, requirement
from ...scenes.ended_connections import ENDS, Outcome, play

each_end = cases("case", {case: case for case in ENDS})


@pytest.fixture
def outcome_of(play_once: PlayOnce[dict[str, Outcome]]) -> Callable[[str], Outcome]:
    """What came of the connection that the server has ended so."""
    return lambda case: play_once("ENDS", play)[case]


@requirement("PRES-8")
@each_end
def test_who_does_not_hang_up_leaves_the_list(case: str, outcome_of: Callable[[str], Outcome]) -> None:
    """A member is live until the first of these: its Close frame arrives at the server, the server sends a
    Close frame, the server fails the connection, the server sees the end of TCP. From then on it leaves the
    userlist within the deadline, whether or not its client answers or hangs up.
    """
    ghost = outcome_of(case).ghost
    if ghost:
        raise Broken("who is gone leaves the userlist, though its client does not hang up", ghost)


@requirement("BCAST-7", "behind")
@each_end
def test_nothing_is_heard_of_who_sends_on(case: str, outcome_of: Callable[[str], Outcome]) -> None:
    """Once a member is live no more (PRES-8) nothing more is delivered in its name than what it had sent
    before, whatever it sends on.
    """
    heard = outcome_of(case).heard
    if heard:
        raise Broken("nothing that is sent behind the connection's end is delivered", heard)
