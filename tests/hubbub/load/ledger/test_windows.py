"""Who is owed what around joins and leaves, message by message; in the whole ledger: ``test_settlement``."""

import numpy as np

from hubbub.load.ledger import windows
from hubbub.load.messages.message_key import pack
from tests.hubbub.load.ledger.books import PUBLISHER, Books, give


def counted(books: Books, times: list[int], error: int = 0) -> windows.Counts:
    keys = np.array([pack(PUBLISHER, sequence) for sequence in range(len(times))], np.int64)
    return windows.count(books.room, keys, np.array(times, np.int64), error)


def test_before_in_and_after_the_join_window() -> None:
    books, times = Books(), [5, 12, 21]
    books.join(joining=10, ready=20)
    counts = counted(books, times)
    assert counts.expected.tolist() == [0, 0, 1]
    assert counts.indeterminate.tolist() == [0, 1, 0]


def test_the_clocks_error_widens_the_windows() -> None:
    books, times = Books(), [5, 12, 21]
    books.join(joining=10, ready=20)
    counts = counted(books, times, error=6)
    assert counts.expected.tolist() == [0, 0, 0]
    assert counts.indeterminate.tolist() == [1, 1, 1]


def test_while_somebody_is_joining_nothing_is_certain() -> None:
    books, times = Books(), [5, 12]
    books.room.enter(0, joining=10)
    counts = counted(books, times)
    assert counts.pending_join.tolist() == [False, True]
    assert counts.indeterminate.tolist() == [0, 0]


def test_what_comes_without_being_owed_is_told_apart() -> None:
    books, times = Books(), [5, 12, 21]
    give(books.join(joining=10, ready=20), times, 0, 1, 2)
    counts = counted(books, times)
    assert counts.unowed_arrivals.tolist() == [1, 1, 0]


def test_what_those_lack_whom_the_server_cut_off_cannot_come() -> None:
    books, times = Books(), [10, 20]
    cut = books.join()
    give(cut, times, 0)
    cut.ended = 30
    assert counted(books, times).owed_to_disconnected.tolist() == [0, 1]
    assert windows.missing(books.room, pack(PUBLISHER, 1), 20, error=0) == [cut]
