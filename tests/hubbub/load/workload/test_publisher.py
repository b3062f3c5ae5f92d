from itertools import count

from hubbub.load.workload.publisher import Publisher


def publisher(*, began: int = 100) -> Publisher:
    made = Publisher(room=2, number=7, offsets=count(0, 10))
    made.begin(began)
    return made


def test_the_schedule_counts_from_its_beginning() -> None:
    made = publisher()
    assert [made.advance(), made.advance()] == [100, 110]


def test_each_sequence_number_is_given_once() -> None:
    made = publisher()
    assert [made.next_sequence() for _ in range(3)] == [0, 1, 2]


def test_equal_messages_have_a_number_each() -> None:
    made = publisher()
    assert [made.next_sequence(copies) for copies in (1, 3, 1)] == [0, 1, 4]


def test_what_is_due_and_unsent_is_overdue() -> None:
    made = publisher()
    made.advance()
    assert list(made.overdue(125)) == [100, 110, 120]


def test_what_was_sent_or_is_not_due_yet_is_not_overdue() -> None:
    made = publisher()
    made.advance()
    made.next_sequence()
    assert list(made.overdue(1000)) == []
    made.advance()
    assert list(made.overdue(109)) == []


def test_nothing_is_overdue_of_one_who_never_began_or_has_ended() -> None:
    made = publisher()
    made.advance()
    made.suspend()
    assert list(made.overdue(1000)) == []
    assert list(Publisher(0, 0, count()).overdue(1000)) == []


def test_the_schedule_goes_on_while_the_user_is_away_and_what_falls_into_that_time_is_skipped() -> None:
    made = publisher()
    assert made.advance() == 100
    made.suspend()
    made.begin(135)
    assert [made.advance(), made.advance()] == [140, 150]


def test_what_was_not_due_yet_is_not_forgotten() -> None:
    made = publisher()
    made.advance()
    assert made.advance() == 110
    made.suspend()
    made.begin(105)
    assert [made.advance(), made.advance()] == [110, 120]


def test_to_begin_twice_changes_nothing() -> None:
    made = publisher()
    made.begin(115)
    assert made.advance() == 100


def test_a_schedule_may_count_from_the_runs_start() -> None:
    made = Publisher(room=0, number=0, offsets=count(0, 10), epoch=1_000)
    made.begin(1_025)
    assert made.advance() == 1_030
