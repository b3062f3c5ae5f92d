import numpy as np
import pytest

from hubbub.load.master.fanout_book import FanoutBook
from hubbub.load.measure.fanout import Fanout

NOBODY = np.zeros(0, np.int64)


def fanout(*rows: tuple[int, int, int, int, int, int]) -> Fanout:
    return Fanout(*np.array(rows, np.int64).reshape(-1, 6).T)


def test_a_message_is_counted_once_when_nobody_holds_it_any_more() -> None:
    book = FanoutBook(since=0)
    book.ingest([fanout((1, 0, 5, 10, 20, 2), (2, 0, 6, 11, 12, 1))], holding=np.array([1]))
    assert (book.spread.whole().count, book.spread.whole().max) == (1, 1)
    book.ingest([fanout((1, 0, 5, 8, 30, 1))], holding=NOBODY)
    assert (book.spread.whole().count, book.spread.whole().max) == (2, 22)
    assert book.last_member.whole().max == 25
    assert book.room(0)[0] == 4


def test_what_was_intended_in_the_warm_up_is_delivered_but_not_timed() -> None:
    book = FanoutBook(since=100)
    book.ingest([fanout((1, 0, 99, 110, 120, 2), (2, 0, 100, 110, 115, 3))], holding=NOBODY)
    assert (book.last_member.whole().count, book.last_member.whole().max) == (1, 15)
    assert book.room(0)[0] == 5


def test_each_room_has_medians_that_are_never_too_low_and_at_most_a_twentieth_too_high() -> None:
    book = FanoutBook(since=0)
    durations = [3_000, 50_000, 2_000_000, 70_000_000, 900_000_000]
    book.ingest([fanout(*((key, 3, 0, 0, last, 1) for key, last in enumerate(durations)))], holding=NOBODY)
    deliveries, last_member, spread = book.room(3)
    assert deliveries == 5
    assert last_member == spread == pytest.approx(2_000_000, rel=0.05)
    assert last_member >= 2_000_000
    assert book.room(0) == book.room(9) == (0, 0, 0)
