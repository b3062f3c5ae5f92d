from typing import Literal

import pytest

from hubbub.load.judging.trends import latency_trend, memory_trend
from hubbub.results.load_result import Second

HOUR = 3600
NS = 1_000_000_000


def second(number: int, median: int, phase: Literal["ramp", "hold", "drain"] = "hold") -> Second:
    counts = dict.fromkeys(("users", "scheduled", "sent", "expected", "delivered", "errors"), 0)
    return Second(second=number, phase=phase, latency=((median, 3), (10**9, 1)) if median else (), **counts)


def test_a_latency_that_grows_has_its_slope() -> None:
    trend = latency_trend([second(number, 1_000 + 10 * number) for number in range(100)])
    assert trend is not None
    assert (trend.what, trend.unit) == ("median latency", "ns")
    assert trend.per_hour == pytest.approx(10 * HOUR)
    assert trend.points[0] == (0.5, 1_000)


def test_only_the_time_counts_when_all_users_are_there() -> None:
    seconds = [second(number, 5_000, "ramp") for number in range(10)]
    seconds += [second(number, 1_000) for number in range(10, 20)]
    seconds += [second(20, 90_000, "drain")]
    trend = latency_trend(seconds)
    assert trend is not None
    assert trend.per_hour == 0
    assert len(trend.points) == 10


def test_a_long_run_has_no_more_points_than_can_be_drawn() -> None:
    trend = latency_trend([second(number, 1_000) for number in range(10_001)])
    assert trend is not None
    assert 100 <= len(trend.points) <= 200


def test_seconds_without_deliveries_have_no_median() -> None:
    trend = latency_trend([second(number, 0 if number % 2 else 2_000) for number in range(20)])
    assert trend is not None
    assert len(trend.points) == 10


def test_too_little_has_no_trend() -> None:
    assert latency_trend([second(0, 1_000), second(1, 1_000)]) is None
    assert memory_trend("the server", [], 0, (0, NS)) is None


def test_memory_that_leaks_has_its_slope() -> None:
    samples = [(moment * NS, 1_000_000 + 512 * moment) for moment in range(100, 200)]
    trend = memory_trend("the server", samples, 100 * NS, (120 * NS, 180 * NS))
    assert trend is not None
    assert (trend.what, trend.unit) == ("memory of the server", "bytes")
    assert trend.per_hour == pytest.approx(512 * HOUR)
    assert (trend.points[0][0], trend.points[-1][0]) == (20, 80)
