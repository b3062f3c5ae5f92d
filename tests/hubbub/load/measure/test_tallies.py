from hubbub.load.measure.tallies import ConnectionTally, ErrorTally, merge_connections
from hubbub.load.websocket.progress import Progress, Step
from hubbub.results.connections import AddressConnections
from hubbub.results.counts import ErrorCount


def test_what_is_neither_open_nor_failed_is_joining_and_never_reached_its_status() -> None:
    tally = ConnectionTally()
    tally.attempted, tally.opened, tally.failed = 10, 6, 1
    assert tally.joining == 3
    assert (tally.record().failed, tally.record().joining) == (4, 3)


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


def test_addresses_are_counted_behind_their_url_in_all_processes() -> None:
    one, other = ConnectionTally(), ConnectionTally()
    for tally in (one, other):
        joining = Progress(tally, "ws://chat/")
        joining.try_address("10.0.0.1:80")
        joining.fail_address("Connection refused")
        joining.try_address("10.0.0.2:80")
        joining.finish()
    merged = merge_connections([one.record(), other.record()])
    assert merged.urls["ws://chat/"].addresses == {
        "10.0.0.1:80": AddressConnections(attempted=2, failed=2, example="Connection refused"),
        "10.0.0.2:80": AddressConnections(attempted=2, opened=2),
    }


def test_what_a_joining_waits_for_is_counted_until_it_is_over() -> None:
    tally = ConnectionTally()
    first, second, third = (Progress(tally, "ws://chat/") for _ in range(3))
    for each in (first, second, third):
        each.reach(Step.CONNECTION)
        each.reach(Step.ANSWER)
    second.finish()
    third.give_up("no Status")
    second.reach(Step.STATUS)
    assert +tally.steps == {Step.ANSWER: 1}


def test_an_attempt_that_never_left_this_machine_is_none_of_the_address() -> None:
    tally = ConnectionTally()
    joining = Progress(tally, "ws://chat/")
    joining.try_address("10.0.0.1:80")
    joining.forget_address()
    joining.give_up("load generator exhausted")
    assert tally.record().urls["ws://chat/"].addresses == {"10.0.0.1:80": AddressConnections()}
