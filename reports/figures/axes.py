"""The axes that the figures share: durations, percentiles, time, counts; and the legend above them."""

import re

from matplotlib.axes import Axes
from matplotlib.ticker import (
    FixedFormatter,
    FixedLocator,
    FuncFormatter,
    LogLocator,
    MaxNLocator,
    NullFormatter,
)

from hubbub.results.percentiles import level_name
from hubbub.text.quantities import duration

FINEST = 1_000.0
"""Nanoseconds: no figure shows less."""


def duration_axis(axes: Axes, lowest: float, highest: float, label: str) -> None:
    """Make y a log axis of durations from ``lowest`` to ``highest`` (ns), no finer than ``FINEST``."""
    lowest = max(FINEST, lowest)
    highest = max(highest, lowest * 8)
    axes.set_yscale("log")
    axes.set_ylim(lowest / 1.25, highest * 1.25)
    axes.yaxis.set_major_locator(
        LogLocator(base=10, subs=(1.0, 2.0, 5.0) if highest < 300 * lowest else (1.0,))
    )
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: _round_duration(value)))
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.set_ylabel(label)


def _round_duration(nanoseconds: float) -> str:
    return re.sub(r"\.0+(?= )", "", duration(nanoseconds))


def percentile_axis(axes: Axes, highest: float) -> None:
    """Make x the percentile scale, 1/(1-p) on a log axis, up to the level ``highest``."""
    levels = [level for level in (0, 0.5, 0.9, 0.99, 0.999, 0.9999, 0.99999) if level <= highest]
    axes.set_xscale("log")
    axes.set_xlim(1, 1 / (1 - highest))
    axes.xaxis.set_major_locator(FixedLocator([1 / (1 - level) for level in levels]))
    axes.xaxis.set_major_formatter(FixedFormatter([level_name(level) for level in levels]))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.tick_params(which="minor", length=0)
    axes.set_xlabel("percentile, on a scale of 1/(1-p)")


def time_axis(axes: Axes, end: float) -> None:
    """Make x the time since the first user's start, in seconds."""
    axes.set_xlim(0, max(1.0, end))
    axes.xaxis.set_major_locator(MaxNLocator(nbins=12, integer=True))
    axes.set_xlabel("seconds since the first user's start")


def count_axis(axes: Axes, label: str) -> None:
    """Make y a count from zero, thousands apart, with room above for names."""
    axes.set_ylim(0, max(1.0, axes.dataLim.y1) * 1.18)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=5, integer=True))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    axes.set_ylabel(label)


def legend(axes: Axes, columns: int = 4) -> None:
    """Put the legend above the axes, in one row."""
    if axes.get_legend_handles_labels()[1]:
        axes.legend(
            loc="lower left", bbox_to_anchor=(0, 1), ncols=columns, borderaxespad=0.3, handlelength=2.4
        )
