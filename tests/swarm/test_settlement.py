"""The sums of the ledger: worked examples, and a slow but plain count of the same for any room."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.anomalies import Anomalies
from swarm.deliveries import DeliveryLog, MessageTable
from swarm.dialect import Dialect
from swarm.ledger import NEVER, UNSEEN, Context, Receipts, RoomLedger
from swarm.settlement import Missed, RoomSettlement, Sends

PUBLISHER = 5


def room() -> RoomLedger:
    context = Context(1, Dialect(), MessageTable(), DeliveryLog(), Anomalies(), lambda _: None)
    return RoomLedger(0, "load-0", context)


def sends(*times: int, publisher: int = PUBLISHER) -> Sends:
    return Sends(0, publisher, np.array(times, np.int64).tobytes())


def member(where: RoomLedger, came: list[int], joining: int = 0, ready: int = 1) -> Receipts:
    """Let a member in to whom these sequence numbers of ``PUBLISHER`` came."""
    receipts = where.enter(len(where.members), joining)
    receipts.ready = ready
    take(receipts, PUBLISHER, came)
    return receipts


def take(receipts: Receipts, publisher: int, came: list[int]) -> None:
    slot = receipts.room._slot(publisher)
    for sequence in came:
        if receipts.cursors[slot] == sequence:
            receipts.cursors[slot] += 1
        else:
            receipts._out_of_turn(slot, sequence)


def test_all_that_was_sent_after_the_status_is_expected() -> None:
    here = room()
    member(here, [0, 1, 2], ready=10)
    settled = RoomSettlement(here, [sends(11, 12, 13)])
    assert (settled.expected, settled.lost, settled.indeterminate) == (3, 0, 0)


@pytest.mark.parametrize(
    ("came", "lost"),
    [([], [0, 1, 2, 3]), ([0], [1, 2, 3]), ([3], [0, 1, 2]), ([0, 1, 3], [2]), ([0, 2, 1], [3])],
)
def test_what_was_expected_and_did_not_come_is_lost(came: list[int], lost: list[int]) -> None:
    here = room()
    member(here, came, ready=10)
    settled = RoomSettlement(here, [sends(11, 12, 13, 14)])
    assert (settled.expected, settled.lost) == (4, len(lost))
    assert list(settled.missed()) == [Missed(0, PUBLISHER, sequence) for sequence in lost]


def test_the_join_window_is_indeterminate_whether_its_messages_came_or_not() -> None:
    here = room()
    member(here, [1, 2, 3], joining=10, ready=20)
    member(here, [2, 3], joining=10, ready=20)
    settled = RoomSettlement(here, [sends(5, 12, 21, 22)])
    assert (settled.expected, settled.lost, settled.indeterminate) == (4, 0, 2)


def test_what_was_sent_before_the_join_and_came_all_the_same_is_indeterminate() -> None:
    here = room()
    member(here, [0, 1], joining=10, ready=20)
    settled = RoomSettlement(here, [sends(5, 21)])
    assert (settled.expected, settled.lost, settled.indeterminate) == (1, 0, 1)


def test_a_gap_inside_the_join_window_is_not_lost() -> None:
    here = room()
    member(here, [0, 2, 3], joining=0, ready=20)
    settled = RoomSettlement(here, [sends(11, 12, 21, 22)])
    assert (settled.expected, settled.lost, settled.indeterminate) == (2, 0, 2)


def test_the_leave_window_is_indeterminate_and_what_the_leaver_missed_last_too() -> None:
    here = room()
    leaver = member(here, [0, 1], ready=1)
    leaver.leaving, leaver.ended = 30, 40
    settled = RoomSettlement(here, [sends(10, 20, 29, 35, 50)])
    assert (settled.expected, settled.lost, settled.indeterminate) == (2, 0, 2)


def test_a_leavers_gap_is_lost() -> None:
    here = room()
    leaver = member(here, [0, 2], ready=1)
    leaver.leaving, leaver.ended = 30, 40
    assert RoomSettlement(here, [sends(10, 20, 25)]).lost == 1


def test_what_a_member_was_owed_when_the_server_cut_it_off_is_lost() -> None:
    here = room()
    cut = member(here, [0], ready=1)
    cut.ended = 30
    settled = RoomSettlement(here, [sends(10, 20, 40)])
    assert (settled.expected, settled.lost, settled.awaited) == (2, 1, 0)


def test_only_who_is_connected_can_still_be_awaited() -> None:
    here = room()
    member(here, [0], ready=1)
    settled = RoomSettlement(here, [sends(10, 20)])
    assert (settled.lost, settled.awaited) == (1, 1)


def test_who_never_became_a_member_is_owed_nothing() -> None:
    here = room()
    here.enter(0, joining=0)
    settled = RoomSettlement(here, [sends(10)])
    assert (settled.members, settled.expected, settled.indeterminate) == (0, 0, 0)


def test_what_nobody_vouches_for_does_not_count() -> None:
    here = room()
    take(member(here, [0], ready=1), 6, [0, 2])
    settled = RoomSettlement(here, [sends(10)])
    assert (settled.expected, settled.lost) == (1, 0)


@pytest.mark.parametrize(("own", "others"), [(5, 0), (0, 5), (2, 3)])
def test_what_clocks_cannot_tell_from_joining_and_leaving_is_indeterminate(own: int, others: int) -> None:
    here = room()
    leaver = member(here, [1, 2, 3], joining=10, ready=20)
    leaver.leaving, leaver.ended = 40, 50
    times = np.array([4, 7, 24, 26, 34, 36, 54, 56], np.int64)
    settled = RoomSettlement(here, [Sends(0, PUBLISHER, times.tobytes(), others)], own)
    assert (settled.expected, settled.lost, settled.indeterminate) == (1, 0, 5)


def test_an_empty_room_is_settled() -> None:
    settled = RoomSettlement(room(), [])
    assert (settled.expected, settled.lost, settled.awaited, settled.indeterminate) == (0, 0, 0, 0)


def test_each_message_has_its_own_expected_set() -> None:
    here = room()
    member(here, [0, 1, 2], ready=1)
    member(here, [1, 2], joining=11, ready=15)
    early = member(here, [0, 1], ready=1)
    early.leaving, early.ended = 25, 26
    settled = RoomSettlement(here, [sends(10, 20, 30)])
    assert settled.expected_of(settled.sends[0]).tolist() == [2, 3, 2]
    assert settled.expected == 7


MOMENT = st.integers(0, 60)


@st.composite
def rooms(draw: st.DrawFn) -> tuple[RoomLedger, list[Sends]]:
    here = room()
    published = [
        sends(*sorted(draw(st.lists(MOMENT, max_size=8))), publisher=publisher) for publisher in (5, 6)
    ]
    for _ in range(draw(st.integers(0, 4))):
        joining, ready, gone, ended = sorted(draw(st.tuples(*[MOMENT] * 4)))
        receipts = member(here, [], joining, ready)
        way = draw(st.sampled_from(["stays", "leaves", "is cut"]))
        receipts.leaving = gone if way == "leaves" else NEVER
        receipts.ended = NEVER if way == "stays" else ended
        for send in published:
            if len(send.moments()):
                numbers = st.lists(st.sampled_from(range(len(send.moments()))), max_size=10)
                take(receipts, send.publisher, draw(numbers))
    return here, published


@given(rooms())
def test_the_sums_are_those_of_a_plain_count(case: tuple[RoomLedger, list[Sends]]) -> None:
    here, published = case
    expected = lost = indeterminate = 0
    for receipts in here.members:
        for send in published:
            slot = here.slot_of(send.publisher)
            seen = slot is not None and receipts.cursors[slot] != UNSEEN
            following = receipts.cursors[slot] if slot is not None and seen else 0
            for sequence, sent in enumerate(send.moments().tolist()):
                came = receipts.has(send.publisher, sequence)
                leaver = receipts.leaving != NEVER
                under_way = leaver and sequence >= following
                if receipts.ready < sent < min(receipts.leaving, receipts.ended) and not under_way:
                    expected += 1
                    lost += not came
                elif receipts.joining <= sent <= receipts.ended or (
                    sent < receipts.joining and seen and slot is not None and sequence >= receipts.first[slot]
                ):
                    indeterminate += 1
    settled = RoomSettlement(here, published)
    assert (settled.expected, settled.lost, settled.indeterminate) == (expected, lost, indeterminate)
    assert sum(int(settled.expected_of(send).sum()) for send in published) == expected
    assert len(list(settled.missed())) == lost
