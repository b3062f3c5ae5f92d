"""BCAST and ROOM: what is still so when nothing was done for a while."""

from collections.abc import Callable

import pytest

from ...findings import Broken
from ...plugin.shared_scene import PlayOnce
from ...requirement import cases, requirement
from ...scenes.idle_rooms import EMPTY_FOR_A_WHILE, IDLE, RETURNS, ROOMS, Room, play

Later = Callable[[str], None]


@pytest.fixture
def expect_well_later(play_once: PlayOnce[dict[str, Room]]) -> Later:
    """Fail where anything was wrong in the room of a case."""

    def expect(case: str) -> None:
        room = play_once("LATER", play)[case]
        if room.wrong:
            raise Broken(f"after the idle time all who are in {room.name} are members", room.wrong)

    return expect


@requirement("BCAST-13")
def test_an_idle_connection_stays_a_member(expect_well_later: Later) -> None:
    """An idle connection stays a member (observed for the suite's idle time, 5 s unless set; the server may
    send Pings).
    """
    expect_well_later(IDLE)


@requirement("ROOM-8", "later")
@cases("case", {case: case for case in (*ROOMS, EMPTY_FOR_A_WHILE)})
def test_a_room_in_which_somebody_is_stays(case: str, expect_well_later: Later) -> None:
    """Who joins while its last member leaves is found by all who join later, and a room in which somebody
    is, idle or not, is never removed.
    """
    expect_well_later(case)


@requirement("BCAST-19", "later")
@cases("case", {case: case for case in RETURNS})
def test_who_came_back_stays_a_member(case: str, expect_well_later: Later) -> None:
    """Who comes back, under whatever name and however its earlier connection ended, is a new member."""
    expect_well_later(case)
