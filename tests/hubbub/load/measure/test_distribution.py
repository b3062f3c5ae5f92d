import numpy as np
import pytest
from hdrh.histogram import HdrHistogram
from hypothesis import given
from hypothesis import strategies as st

from hubbub.load.measure.distribution import LONGEST, Distribution

MS = 1_000_000
DURATIONS = st.lists(st.integers(0, LONGEST), max_size=50)


def distribution(durations: list[int]) -> Distribution:
    made = Distribution()
    made.add(np.array(durations, np.int64))
    return made


@given(DURATIONS)
def test_every_duration_falls_into_hdrhistograms_own_bucket(durations: list[int]) -> None:
    theirs = HdrHistogram(1, LONGEST, 3)
    for duration in durations:
        theirs.record_value(duration)
    ours = HdrHistogram.decode(distribution(durations).record().hdr)
    assert list(np.flatnonzero(ours.counts)) == list(np.flatnonzero(theirs.counts))
    assert ours.get_total_count() == len(durations)


@given(st.lists(st.integers(0, 100 * MS), max_size=5), st.integers(5 * MS, 60 * MS))
def test_what_long_ones_kept_away_is_filled_in_as_hdrhistogram_does(
    durations: list[int], interval: int
) -> None:
    theirs, ours = HdrHistogram(1, LONGEST, 3), Distribution()
    for duration in durations:
        theirs.record_corrected_value(duration, interval)
    ours.add_expecting(np.array(durations, np.int64), interval)
    assert np.array_equal(HdrHistogram.decode(ours.record().hdr).counts, theirs.counts)


@given(DURATIONS, DURATIONS)
def test_merging_loses_nothing(one: list[int], other: list[int]) -> None:
    merged = distribution(one)
    merged.merge(distribution(other))
    assert merged.record() == distribution([*one, *other]).record()


@given(DURATIONS, DURATIONS)
def test_packing_loses_nothing(one: list[int], other: list[int]) -> None:
    merged = distribution(one)
    merged.merge_packed(distribution(other).pack())
    assert merged.record() == distribution([*one, *other]).record()


@given(DURATIONS)
def test_a_record_holds_the_whole_distribution(durations: list[int]) -> None:
    record = distribution(durations).record()
    assert Distribution.of(record).record() == record


@given(
    st.lists(st.integers(1, LONGEST), min_size=1, max_size=200),
    st.sampled_from([50.0, 90.0, 99.0, 99.9, 100.0]),
)
def test_a_percentile_is_right_within_a_thousandth(durations: list[int], percent: float) -> None:
    rank = max(1, int(np.ceil(len(durations) * percent / 100)))
    exact = sorted(durations)[rank - 1]
    assert exact <= distribution(durations).percentile(percent) <= exact * 1.001 + 1


def test_the_mean_and_the_maximum_are_exact() -> None:
    made = distribution([1, 2, 1_000_003])
    assert made.mean == pytest.approx(333_335.333, abs=0.001)
    assert made.max == 1_000_003


def test_what_is_out_of_range_is_counted_at_its_edge() -> None:
    made = distribution([-5, 10 * LONGEST])
    assert (made.count, made.percentile(50), made.max) == (2, 0, 10 * LONGEST)


def test_nothing_counted_has_no_figures() -> None:
    nothing = Distribution()
    assert (nothing.count, nothing.mean, nothing.percentile(99), nothing.record().max) == (0, 0.0, 0, 0)
