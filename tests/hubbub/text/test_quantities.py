import pytest

from hubbub.text.quantities import count, counted, duration, number, rate, seconds, share


@pytest.mark.parametrize(
    ("nanoseconds", "text"),
    [
        (0, "0"),
        (1, "1.00 ns"),
        (999, "999 ns"),
        (999.6, "1.00 µs"),
        (1_000, "1.00 µs"),
        (45_600, "45.6 µs"),
        (816_639, "817 µs"),
        (999_499, "999 µs"),
        (999_500, "1.00 ms"),
        (9_994_999, "9.99 ms"),
        (9_996_000, "10.0 ms"),
        (12_345_678, "12.3 ms"),
        (1_500_000_000, "1.50 s"),
        (3_600_000_000_000, "3,600 s"),
        (0.4, "0.40 ns"),
    ],
)
def test_a_duration_has_three_digits_and_the_unit_that_fits(nanoseconds: float, text: str) -> None:
    assert duration(nanoseconds) == text


@pytest.mark.parametrize(
    ("part", "text"),
    [(0, "0 %"), (0.004, "0.4 %"), (0.37, "37 %"), (0.9999999, "99.99 %"), (1, "100 %"), (1.2, "120 %")],
)
def test_a_share_is_never_rounded_to_all_or_nothing(part: float, text: str) -> None:
    assert share(part) == text


def test_counts_have_their_thousands_apart() -> None:
    assert count(1_234_567) == "1,234,567"
    assert counted(1, "room") == "1 room"
    assert counted(2_000, "room") == "2,000 rooms"


def test_a_rate_has_a_decimal_only_where_it_matters() -> None:
    assert [rate(0), rate(12.5), rate(40.0), rate(1990.4)] == ["0", "12.5", "40", "1,990"]


def test_seconds_become_minutes() -> None:
    assert [seconds(0.42), seconds(31.2), seconds(602), seconds(60)] == [
        "0.42 s",
        "31.2 s",
        "10 min 2 s",
        "1 min",
    ]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (5, "5"),
        (0.2, "0.200"),
        (99.96, "100"),
        (12.5, "12.5"),
        (1990.4, "1,990"),
        (-0.36, "-0.360"),
    ],
)
def test_a_number_has_three_significant_digits_and_a_whole_one_all_of_its_own(
    value: float, text: str
) -> None:
    assert number(value) == text
