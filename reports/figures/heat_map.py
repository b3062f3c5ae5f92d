"""Latency over time as a heat map: how many deliveries took how long, second by second.

Two humps, a slow minority or a pause show here; a line of averages hides them.
"""

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, LogNorm
from matplotlib.patheffects import withStroke
from numpy.typing import NDArray

from ..model.coarse_timeline import Row, Timeline
from . import phases
from .axes import duration_axis, legend, time_axis
from .canvas import PAPER, SECOND, canvas

_FEW_TO_MANY = LinearSegmentedColormap.from_list(
    "density", ["#dcebf7", "#9cc4e4", "#4f94cd", "#1d5fa0", "#0b2f5b"]
)
"""In the dark the page inverts the picture's lightness, so that few stays close to the paper."""

HEADROOM = 1.6
"""So much higher than the highest cell the axis ends: the names of the phases stand there."""

LARGEST_FACTOR = 1.5
"""Buckets are taken to grow by at most this, where too few of them are used to tell."""


def draw(timeline: Timeline) -> str:
    """Draw the heat map, p50 and p99 on top. There must be at least one delivery."""
    edges = bucket_edges([bound for row in timeline.rows for bound, _ in row.latency])
    with canvas("heat-map", height=3.8) as drawing:
        (axes,) = drawing.panels()
        axes.grid(visible=False)
        _cells(axes, timeline.rows, edges)
        _line(axes, timeline, 0.5, "-", "p50")
        _line(axes, timeline, 0.99, (0, (3, 1.5)), "p99")
        phases.shade(axes, timeline.phases)
        duration_axis(axes, float(edges[0]), float(edges[-1]) * HEADROOM, "latency from intended time")
        time_axis(axes, phases.end(timeline))
        legend(axes)
    return drawing.svg


def bucket_edges(bounds: Sequence[int]) -> NDArray[np.float64]:
    """Return the edges of all buckets between the lowest and the highest used, from their upper bounds (ns).

    The file holds used buckets only; they grow by a fixed factor, the smallest ratio of neighbours.
    """
    used = sorted(set(bounds))
    ratios = [high / low for low, high in pairwise(used) if low > 0]
    factor = min([LARGEST_FACTOR, *(ratio for ratio in ratios if ratio > 1.001)])
    low, high = max(1, used[0]), max(1, used[-1])
    steps = round(math.log(high / low) / math.log(factor))
    return np.geomspace(low / factor, high, steps + 2)


def _cells(axes: Axes, rows: Sequence[Row], edges: NDArray[np.float64]) -> None:
    counts = np.zeros((len(edges) - 1, len(rows)))
    for column, row in enumerate(rows):
        for bound, number in row.latency:
            bucket = int(np.argmin(np.abs(np.log(edges[1:] / max(1, bound)))))
            counts[bucket, column] += number / row.seconds
    times = [row.start for row in rows] + [rows[-1].start + rows[-1].seconds]
    used = np.ma.masked_less_equal(counts, 0)
    norm = LogNorm(vmin=float(used.min()), vmax=max(float(used.max()), float(used.min()) * 10))
    axes.pcolormesh(times, edges, used, cmap=_FEW_TO_MANY, norm=norm, rasterized=True, zorder=1)


def _line(
    axes: Axes, timeline: Timeline, level: float, dash: str | tuple[int, tuple[float, float]], name: str
) -> None:
    middles = [row.start + row.seconds / 2 for row in timeline.rows]
    values = [row.bound(level) or math.nan for row in timeline.rows]
    halo = [withStroke(linewidth=3.6, foreground=PAPER, alpha=0.75)]
    axes.plot(middles, values, color=SECOND, linestyle=dash, label=name, path_effects=halo, zorder=3)
