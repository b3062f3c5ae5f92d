import dataclasses
import random
from collections.abc import Callable

import msgspec
import pytest
from hdrh.histogram import HdrHistogram

from hubbub.results.latency import Histogram
from hubbub.results.percentiles import level_name
from hubbub.results.records import ResultFileError
from reports.model.percentiles import LEVELS, RecordedDistribution, decode, shown_levels

MakeHistogram = Callable[..., Histogram]


@pytest.fixture
def values() -> list[int]:
    dice = random.Random(7)
    return [int(dice.lognormvariate(14, 1)) for _ in range(20_000)]


def test_percentiles_are_those_of_the_histogram_itself(
    values: list[int], histogram_of: MakeHistogram
) -> None:
    kept = histogram_of(values)
    distribution = decode("latency", kept, "messages")
    original = HdrHistogram.decode(kept.hdr)
    for level in (0.5, 0.75, 0.9, 0.99):
        assert distribution.at(level) == original.get_value_at_percentile(level * 100)


def test_percentiles_are_within_the_histograms_error_of_the_exact_ones(
    values: list[int], histogram_of: MakeHistogram
) -> None:
    distribution = decode("latency", histogram_of(values), "messages")
    exact = sorted(values)[int(0.9 * len(values)) - 1]
    assert distribution.at(0.9) == pytest.approx(exact, rel=0.001)


def test_no_percentile_passes_the_largest_value(histogram_of: MakeHistogram) -> None:
    distribution = decode("latency", histogram_of([1_000_001]), "messages")
    assert distribution.at(0.5) == distribution.at(1) == 1_000_001


def test_a_percentile_says_few_below_the_count_that_it_wants_and_has_its_figure_all_the_same(
    values: list[int], histogram_of: MakeHistogram
) -> None:
    kept = histogram_of(values)
    few, sure = (
        decode("latency", kept, "messages", units=units).percentile(0.99) for units in (9_999, 10_000)
    )
    assert few.value == sure.value is not None
    assert (few.is_few, sure.is_few) == (True, False)
    assert few.told == f"{sure.told} (few)"


def test_deliveries_of_one_message_do_not_make_a_percentile_sure(
    values: list[int], histogram_of: MakeHistogram
) -> None:
    distribution = decode("latency", histogram_of(values), "messages", units=500)
    assert [p.name for p in distribution.percentiles() if not p.is_few] == ["p50", "p75"]
    assert distribution.highest_level == pytest.approx(0.8)


def test_no_more_messages_count_than_there_are_values(histogram_of: MakeHistogram) -> None:
    assert decode("latency", histogram_of([5, 6]), "messages", units=1_000).units == 2


def test_an_empty_histogram_has_no_percentile(histogram_of: MakeHistogram) -> None:
    distribution = decode("latency", histogram_of([]), "messages")
    assert distribution.empty
    assert [p.value for p in distribution.percentiles()] == [None] * len(LEVELS)
    with pytest.raises(ValueError, match="nothing was recorded"):
        distribution.at(0.5)


def test_a_distribution_that_is_withheld_prints_nothing(
    values: list[int], histogram_of: MakeHistogram
) -> None:
    distribution = dataclasses.replace(
        decode("latency", histogram_of(values), "messages"), withheld="the clocks differ"
    )
    assert distribution.percentile(0.5).value is None


def test_columns_go_up_to_p99_and_further_only_where_the_figure_is_sure(
    values: list[int], histogram_of: MakeHistogram
) -> None:
    kept = histogram_of(values)
    few = decode("latency", kept, "messages", units=250)
    many = dataclasses.replace(few, units=100_000)
    assert [level_name(level) for level in shown_levels([few])] == ["p50", "p75", "p90", "p95", "p99"]
    assert [level_name(level) for level in shown_levels([few, many])][-2:] == ["p99", "p99.9"]


@pytest.mark.parametrize("hdr", ["", "abc", "AAAA", "aGVsbG8gd29ybGQ=", "é", "cut"])
def test_a_damaged_histogram_is_named_in_one_line(hdr: str, histogram_of: MakeHistogram) -> None:
    whole = histogram_of(range(1, 1000))
    damaged = msgspec.structs.replace(whole, hdr=whole.hdr[:-20] if hdr == "cut" else hdr)
    with pytest.raises(ResultFileError, match=r"damaged: connect is not an HdrHistogram") as raised:
        decode("connect", damaged, "connections")
    assert "\n" not in str(raised.value)


def test_a_distribution_can_be_made_by_hand() -> None:
    made = RecordedDistribution(
        name="n", unit="messages", units=3, count=3, mean=2.0, max=3, values=(1, 2, 3), counts=(1, 1, 1)
    )
    assert [made.at(level) for level in (0, 0.34, 0.67, 1)] == [1, 2, 3, 3]


def test_a_histogram_of_another_number_of_values_is_damaged(histogram_of: MakeHistogram) -> None:
    short = msgspec.structs.replace(histogram_of(range(1, 1000)), count=1000)
    with pytest.raises(ResultFileError, match=r"damaged: connect holds 999 values and says 1,000; run again"):
        decode("connect", short, "connections")
