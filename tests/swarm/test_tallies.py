from swarm.result import ErrorCount
from swarm.tallies import ConnectionTally, ErrorTally


def test_what_is_neither_open_nor_failed_is_joining_and_never_reached_its_status() -> None:
    tally = ConnectionTally()
    tally.attempted, tally.opened, tally.failed = 10, 6, 1
    assert tally.joining == 3
    assert tally.record().failed == 4


def test_lost_connections_are_counted_by_code() -> None:
    tally = ConnectionTally()
    for code in (1001, None, 1001):
        tally.lose(code)
    assert tally.record().closes == {"1001": 2, "none": 1}
    assert tally.record().lost == 3


def test_errors_are_counted_by_kind_with_their_first_example() -> None:
    tally = ErrorTally()
    tally.note("refused", "first", 1)
    tally.note("refused", "second", 5)
    tally.note("reset", "third", 3)
    assert tally.record() == [
        ErrorCount(kind="refused", count=2, example="first"),
        ErrorCount(kind="reset", count=1, example="third"),
    ]
    assert sorted(tally.times()) == [1, 3, 5]
