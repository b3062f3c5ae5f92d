import msgspec
import pytest

from hubbub.results.load_result import LoadResult, Trend
from reports.model.load_view import load_view
from reports.model.trend_rows import trend_view


@pytest.mark.parametrize(
    ("unit", "points", "per_hour", "told"),
    [
        ("ns", ((0.5, 1_000_000), (60.5, 1_500_000)), 30_000_000.0, ("1.00 ms", "1.50 ms", "+30.0 ms")),
        (
            "bytes",
            ((1.0, 3 << 20), (61.0, 2 << 20)),
            -60.0 * (1 << 20),
            ("3.00 MiB", "2.00 MiB", "-60.0 MiB"),
        ),
        ("bytes", ((1.0, 512), (61.0, 512)), 0.0, ("512 B", "512 B", "+0 B")),
    ],
)
def test_a_trend_is_told_in_its_unit(
    unit: str, points: tuple[tuple[float, int], ...], per_hour: float, told: tuple[str, str, str]
) -> None:
    trend = Trend(what="w", unit=unit, per_hour=per_hour, points=points)  # type: ignore[arg-type]  # one of both
    view = trend_view(trend)
    assert (view.first, view.last, view.per_hour) == told
    assert view.seconds == 60


def test_no_trend_is_told_of_a_run_that_was_watched_for_less_than_a_minute(good_load: LoadResult) -> None:
    long = Trend(what="long", unit="bytes", per_hour=5.0, points=((1.0, 1), (61.0, 2)))
    short = msgspec.structs.replace(long, what="short", points=((1.0, 1), (60.9, 2)))
    view = load_view(msgspec.structs.replace(good_load, trends=(short, long)))
    assert [trend.what for trend in view.trends] == ["long"]
