"""Whether anything grew over a load run, as text for the page and the terminal."""

from dataclasses import dataclass

from hubbub.results.load_result import Trend
from hubbub.text import quantities


@dataclass(frozen=True, kw_only=True)
class TrendView:
    """How one figure went while all users were there."""

    what: str
    first: str
    last: str
    seconds: float
    """How long it was watched."""
    per_hour: str


def trend_view(trend: Trend) -> TrendView:
    """Return a trend, which is telling, as text."""
    tell = quantities.duration if trend.unit == "ns" else quantities.size
    sign = "-" if trend.per_hour < 0 else "+"
    (_, first), (_, last) = trend.points[0], trend.points[-1]
    return TrendView(
        what=trend.what,
        first=tell(first),
        last=tell(last),
        seconds=trend.seconds,
        per_hour=f"{sign}{tell(abs(trend.per_hour))}",
    )
