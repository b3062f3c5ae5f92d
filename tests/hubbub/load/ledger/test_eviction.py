"""What is forgotten when, and what is not."""

import numpy as np

from hubbub.load.measure.timeline import Column
from hubbub.load.messages.message_key import pack
from tests.hubbub.load.ledger.books import PUBLISHER, Books, give


def test_what_has_come_to_all_is_forgotten_while_the_run_goes_on() -> None:
    books, times = Books(), [*range(10, 110)]
    members = [books.join() for _ in range(3)]
    for member in members:
        give(member, times, *range(100))
    books.take(*times)
    books.settle()
    log = books.room.log
    assert (log.base, log.end, len(log.stream), len(log.known)) == (100, 100, 0, 0)
    assert books.messages.find(np.array([pack(PUBLISHER, 0)])).tolist() == [-1]
    assert books.settlement.expected == 300


def test_a_missing_delivery_does_not_keep_what_came_after_it() -> None:
    books, times = Books(), [*range(10, 110)]
    give(books.join(), times, *range(100))
    give(books.join(), times, *(sequence for sequence in range(100) if sequence != 7))
    books.take(*times)
    books.settle()
    assert (books.room.log.base, books.settlement.lost) == (100, 1)


def test_memberships_that_are_over_are_evicted() -> None:
    books = Books()
    for start in range(0, 1000, 10):
        member = books.join(joining=start, ready=start + 1)
        member.leaving, member.ended = start + 5, start + 6
    books.take(2000)
    books.settle()
    assert books.room.members == []
    assert len(books.room.users) == 100


def test_nothing_is_forgotten_while_it_is_open() -> None:
    books, times = Books(), [10, 11, 12]
    member, lagging = books.join(), books.join()
    give(member, times, 0, 1, 2)
    give(lagging, times, 0)
    books.take(*times)
    books.settle()
    assert (books.room.log.base, books.room.log.end) == (1, 3)
    assert books.messages.find(np.array([pack(PUBLISHER, 1)])).tolist() == [1]


def test_what_may_show_what_a_leaver_had_is_kept_until_that_is_decided() -> None:
    books, times = Books(), [10, 20]
    leaver, other = books.join(), books.join()
    give(other, times, 0, 1)
    leaver.leaving = 15
    books.take(*times)
    books.settle()
    assert (books.room.log.base, len(books.room.members)) == (0, 2)
    leaver.ended = 18
    books.settle()
    books.settle()
    assert (books.room.log.base, books.room.members) == (2, [other])


def test_all_rooms_have_their_turn_in_a_few_parts() -> None:
    books, times = Books(), [10]
    give(books.join(), times, 0)
    books.take(*times)
    books.settle(tidy=False)
    assert books.room.log.base == 0
    books.tidy()
    assert books.room.log.base == 1


def test_who_is_evicted_stays_in_the_timeline() -> None:
    books = Books()
    member = books.join(joining=1, ready=2)
    member.leaving = member.ended = 1_500_000_000
    books.take(2_500_000_000)
    books.settle(now=2_600_000_000)
    assert [row.counts[Column.USERS] for row in books.timeline.rows()][:2] == [1, 0]
