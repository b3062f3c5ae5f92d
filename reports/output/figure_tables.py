"""The rows of the tables beside the figures, as text, for the page."""

from collections.abc import Iterator, Sequence

from hubbub.results.percentiles import told
from hubbub.text.quantities import count, duration, rate

from ..model.coarse_timeline import Row

NOTHING = "·"

Cells = Iterator[tuple[Row, tuple[str, ...]]]


def latency_rows(rows: Sequence[Row]) -> Cells:
    """Yield each row with its deliveries, p50, p99 and largest latency."""
    for row in rows:
        largest = row.latency[-1][0] if row.latency else None
        yield (
            row,
            (
                count(row.delivered),
                _bound(row, 0.5),
                _bound(row, 0.99),
                NOTHING if largest is None else duration(largest),
            ),
        )


def throughput_rows(rows: Sequence[Row]) -> Cells:
    """Yield each row with what was asked, sent, expected and delivered per second."""
    for row in rows:
        numbers = (row.scheduled, row.sent, row.expected, row.delivered)
        yield row, tuple(rate(row.per_second(number)) for number in numbers)


def member_rows(rows: Sequence[Row]) -> Cells:
    """Yield each row with its members and errors."""
    for row in rows:
        yield row, (count(row.users), count(row.errors))


def _bound(row: Row, level: float) -> str:
    bound = row.bound(level)
    return NOTHING if bound is None else told(bound, level, row.sent)
