"""Brings the engine's figures into Locust's tables and charts: pre-filled entries, merged now and then.

An event for each delivery would cost more than receiving it.
"""

import argparse
import time
from typing import Any

import numpy as np
from locust import stats as locust_stats
from locust.stats import RequestStats, StatsEntry
from numpy.typing import NDArray

from hubbub.load.measure.distribution import Durations
from hubbub.load.timing.moments import MILLISECOND

DELIVERY = ("chat delivered", "RECV")
PUBLISH = ("chat published", "SEND")
JOIN = ("join", "WS")
"""The names and types of the table's rows; a publish's time is how late it was sent."""

_NAMES = 20
"""Columns for the names of rows in the terminal; Locust has 80 where it finds no terminal."""


def make_room(options: argparse.Namespace) -> None:
    """Leave the terminal to our own lines: no tables every two seconds, unless --print-stats wants them."""
    if options.headless and not options.print_stats:
        options.only_summary = True
    locust_stats.STATS_NAME_WIDTH, locust_stats.STATS_AUTORESIZE = _NAMES, False


def note_join(stats: RequestStats, milliseconds: float) -> None:
    """Add a join to its row only: in the total it would mix with the deliveries."""
    entry: Any = stats.entries[JOIN]  # says that it wants whole ones, and takes parts of them as well
    entry.log(milliseconds, 0)


def merge_deliveries(stats: RequestStats, latency: Durations) -> None:
    """Add deliveries to their row, and to the total, which feeds the charts."""
    entry = _entry(stats, DELIVERY, latency)
    if entry is not None:
        stats.entries[DELIVERY].extend(entry)
        stats.total.extend(entry)


def merge_publishes(stats: RequestStats, lateness: Durations) -> None:
    """Add publishes to their row only: in the total they would mix with the deliveries."""
    entry = _entry(stats, PUBLISH, lateness)
    if entry is not None:
        stats.entries[PUBLISH].extend(entry)


def _entry(stats: RequestStats, row: tuple[str, str], durations: Durations) -> StatsEntry | None:
    if not durations.size:
        return None
    now = time.time()
    entry = StatsEntry(stats, *row)
    milliseconds = np.maximum(durations, 0) / MILLISECOND
    whole = np.round(milliseconds).astype(np.int64)
    entry.num_requests = durations.size
    entry.total_response_time = round(milliseconds.sum())
    entry.min_response_time = int(whole.min())
    entry.max_response_time = int(whole.max())
    values, counts = np.unique(_rounded(milliseconds), return_counts=True)
    entry.response_times.update(zip(values.tolist(), counts.tolist(), strict=True))
    entry.num_reqs_per_sec[int(now)] = durations.size
    entry.last_request_timestamp = now
    return entry


def _rounded(milliseconds: NDArray[np.float64]) -> NDArray[np.int64]:
    """Round as Locust does: to a millisecond below 100, then to two digits."""
    digits = np.maximum(np.floor(np.log10(np.maximum(milliseconds, 1))) - 1, 0)
    unit = 10.0**digits
    rounded: NDArray[np.int64] = (np.round(milliseconds / unit) * unit).astype(np.int64)
    return rounded
