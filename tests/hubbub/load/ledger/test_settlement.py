"""The sums of the ledger: worked examples. Any course of events: ``test_settlement_plain_count``."""

import pytest

from hubbub.load.ledger.missing_deliveries import MissingDelivery
from hubbub.load.ledger.settlement import batch_target
from hubbub.load.measure.timeline import Column
from hubbub.load.messages.message_key import pack
from tests.hubbub.load.ledger.books import PUBLISHER, Books, chat, give


def test_all_that_was_sent_after_the_status_is_expected() -> None:
    books, times = Books(), [11, 12, 13]
    give(books.join(ready=10), times, 0, 1, 2)
    books.take(*times)
    assert books.finish() == (3, 0, 0)


@pytest.mark.parametrize(
    ("came", "lost"),
    [([], [0, 1, 2, 3]), ([0], [1, 2, 3]), ([3], [0, 1, 2]), ([0, 1, 3], [2]), ([0, 2, 1], [3])],
)
def test_what_was_expected_and_did_not_come_is_lost(came: list[int], lost: list[int]) -> None:
    books, times = Books(), [11, 12, 13, 14]
    give(books.join(ready=10), times, *came)
    books.take(*times)
    assert books.finish() == (4, len(lost), 0)
    assert list(books.room.missing.each()) == [MissingDelivery(0, PUBLISHER, sequence) for sequence in lost]


def test_the_join_window_is_indeterminate_whether_its_messages_came_or_not() -> None:
    books, times = Books(), [5, 12, 21, 22]
    give(books.join(joining=10, ready=20), times, 1, 2, 3)
    give(books.join(joining=10, ready=20), times, 2, 3)
    books.take(*times)
    assert books.finish() == (4, 0, 2)


def test_what_was_sent_before_the_join_and_came_all_the_same_is_indeterminate() -> None:
    books, times = Books(), [5, 21]
    give(books.join(joining=10, ready=20), times, 0, 1)
    books.take(*times)
    assert books.finish() == (1, 0, 1)


def test_the_leave_window_is_indeterminate_and_what_the_leaver_missed_last_too() -> None:
    books, times = Books(), [10, 20, 29, 35, 50]
    leaver = books.join()
    give(leaver, times, 0, 1)
    leaver.leaving, leaver.ended = 30, 40
    books.take(*times)
    assert books.finish() == (2, 0, 2)


def test_a_leavers_gap_is_lost() -> None:
    books, times = Books(), [10, 20, 25]
    leaver = books.join()
    give(leaver, times, 0, 2)
    leaver.leaving, leaver.ended = 30, 40
    books.take(*times)
    assert books.finish() == (3, 1, 0)


def test_what_a_member_was_owed_when_the_server_cut_it_off_is_lost_at_once() -> None:
    books, times = Books(), [10, 20, 40]
    cut = books.join()
    give(cut, times, 0)
    cut.ended = 30
    books.take(*times)
    books.settle()
    assert not books.settlement.awaited
    assert (books.settlement.expected, books.settlement.lost) == (2, 1)


def test_only_who_is_connected_can_still_be_awaited() -> None:
    books, times = Books(), [10, 20]
    give(books.join(), times, 0)
    books.take(*times)
    books.settle()
    assert books.settlement.awaited


def test_who_never_became_a_member_is_owed_nothing() -> None:
    books = Books()
    books.room.enter(0, joining=0)
    books.take(10)
    assert books.finish() == (0, 0, 0)


def test_what_nobody_vouches_for_does_not_count() -> None:
    books = Books()
    member = books.join()
    give(member, [10], 0)
    member.receive([chat(0, 12, publisher=6), chat(2, 13, publisher=6)], arrival=20, read=20)
    books.take(10)
    assert books.finish() == (1, 0, 0)


@pytest.mark.parametrize("error", [5])
def test_what_clocks_cannot_tell_from_joining_and_leaving_is_indeterminate(error: int) -> None:
    books, times = Books(), [4, 7, 24, 26, 34, 36, 54, 56]
    leaver = books.join(joining=10, ready=20)
    give(leaver, times, 1, 2, 3)
    leaver.leaving, leaver.ended = 40, 50
    books.take(*times, error=error)
    assert books.finish() == (1, 0, 5)


def test_an_empty_room_is_settled() -> None:
    books = Books()
    assert not books.settlement.awaited
    assert books.finish() == (0, 0, 0)


def test_each_message_has_its_own_expected_set() -> None:
    books = Books()
    second = 1_000_000_000
    times = [second, 2 * second, 3 * second]
    give(books.join(), times, 0, 1, 2)
    give(books.join(joining=second + 1, ready=second + 5), times, 1, 2)
    early = books.join()
    give(early, times, 0, 1)
    early.leaving, early.ended = times[1] + 5, times[1] + 6
    books.take(*times)
    assert books.finish()[0] == 7
    assert [row.counts[Column.EXPECTED] for row in books.timeline.rows()] == [0, 2, 3, 2]


def test_who_lags_behind_is_waited_for_but_not_for_ever() -> None:
    books, times = Books(), [10, 11]
    member, lagging = books.join(), books.join()
    give(member, times, 0, 1)
    books.take(*times)
    books.settle(now=30_000_000_000)
    assert (books.room.log.base, books.settlement.lost) == (0, 0)
    books.settle(now=90_000_000_000)
    assert (books.room.log.base, books.settlement.lost) == (2, 2)
    give(lagging, times, 0, 1)
    assert books.finish() == (4, 0, 0)
    assert books.anomalies.counts == {}


@pytest.mark.parametrize("members", [1, 3])
def test_what_comes_too_late_is_resolved_though_an_older_send_is_still_under_way(members: int) -> None:
    """That send, which the server has blocked since 10 s, keeps the horizon where it is."""
    books, second = Books(), 1_000_000_000
    those = [books.join() for _ in range(members)]
    books.hear([(pack(PUBLISHER, 0), 11 * second)], horizon=10 * second)
    books.settle(now=80 * second)
    assert books.settlement.lost == members
    for member in those:
        give(member, [11 * second], 0)
    books.hear([], horizon=82 * second)
    assert books.finish() == (members, 0, 0)
    assert books.anomalies.counts == {}


def test_what_comes_too_late_is_resolved_though_the_log_still_has_it() -> None:
    """It stays in the log because of the message before it, which is younger and still open."""
    books, second = Books(), 1_000_000_000
    quick, lagging = books.join(), books.join()
    younger, older = chat(0, second + 5, publisher=6), chat(0, second)
    quick.receive([younger, older], arrival=second + 9, read=second + 9)
    books.hear([(pack(6, 0), second + 5), (pack(PUBLISHER, 0), second)], horizon=2 * second)
    books.settle(now=61 * second + 2)
    assert (books.settlement.lost, books.room.log.base) == (1, 0)
    lagging.receive([younger], arrival=62 * second, read=62 * second)
    lagging.receive([older], arrival=62 * second, read=62 * second)
    assert books.finish() == (4, 0, 0)
    assert books.anomalies.counts == {}


def test_the_more_members_there_are_the_more_is_settled_at_once() -> None:
    assert [batch_target(members) for members in (0, 500, 10_000)] == [1000, 1125, 3500]
