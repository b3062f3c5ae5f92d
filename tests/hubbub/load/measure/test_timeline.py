import numpy as np
import pytest

from hubbub.load.measure.timeline import BOUNDS, Column, Row, Timeline

NS = 1_000_000_000
START = 5 * NS


def moments(*seconds: float) -> np.ndarray:
    return np.array([START + int(second * NS) for second in seconds], np.int64)


def column(timeline: Timeline, which: Column) -> list[int]:
    return [row.counts[which] for row in timeline.rows()]


def test_moments_are_counted_in_their_second() -> None:
    timeline = Timeline(START)
    timeline.add(Column.SENT, moments(0, 0.999, 1, 3.5))
    assert column(timeline, Column.SENT) == [2, 1, 0, 1]


def test_what_was_before_the_start_counts_in_the_first_second() -> None:
    timeline = Timeline(START)
    timeline.add(Column.ERRORS, moments(-2))
    assert column(timeline, Column.ERRORS) == [1]


def test_moments_may_have_weights() -> None:
    timeline = Timeline(START)
    timeline.add(Column.EXPECTED, moments(0.1, 0.2, 2), np.array([5, 7, 11]))
    assert column(timeline, Column.EXPECTED) == [12, 0, 11]


def test_latency_is_counted_under_the_next_bound_above_it() -> None:
    timeline = Timeline(START)
    timeline.add_latency(moments(0, 0, 0, 0), np.array([1, 10_000, 10_001, 10**12]))
    assert timeline.rows()[0].latency == ((10_000, 2), (int(BOUNDS[1]), 1), (int(BOUNDS[-1]), 1))


def test_bounds_grow_by_a_fixed_factor() -> None:
    assert BOUNDS[1:] / BOUNDS[:-1] == pytest.approx(2**0.25, rel=1e-3)


def test_users_are_those_who_are_members_at_the_end_of_each_second() -> None:
    timeline = Timeline(START)
    timeline.add(Column.USERS, moments(0.1, 1.5, 1.6))
    timeline.add(Column.USERS, moments(2.5), np.array([-1]))
    timeline.add(Column.USERS, moments(3.2), np.array([0]))
    assert column(timeline, Column.USERS) == [1, 3, 2, 2]


def test_merging_adds_second_by_second() -> None:
    one, other = Timeline(START), Timeline(START)
    one.add(Column.SENT, moments(0, 2))
    other.add(Column.SENT, moments(0, 1))
    other.add_latency(moments(1), np.array([5]))
    one.merge(other.pack())
    assert column(one, Column.SENT) == [2, 1, 1]
    assert one.rows()[1].latency == ((10_000, 1),)


def test_a_wild_moment_costs_no_memory() -> None:
    timeline = Timeline(START)
    timeline.add(Column.SENT, np.array([1 << 61]))
    assert len(timeline.rows()) <= 86_400


def test_nothing_counted_has_no_seconds() -> None:
    timeline = Timeline(START)
    timeline.add(Column.SENT, moments())
    assert timeline.rows() == list[Row]()
