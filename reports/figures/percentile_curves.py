"""Percentile curves: what share of values is below which duration, the rare ones drawn out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from hubbub.results.percentiles import BEYOND

from ..model.percentiles import RecordedDistribution
from .axes import duration_axis, legend, percentile_axis
from .canvas import FIRST, MUTED, SECOND, canvas

POINTS = 240
"""Points a curve."""


@dataclass(frozen=True, kw_only=True)
class Curve:
    """One curve and how it looks; never told apart by colour alone."""

    distribution: RecordedDistribution
    colour: str
    dash: str = "-"


def latency(intended: RecordedDistribution, sent: RecordedDistribution) -> str:
    """Draw latency from intended and from actual send time; the space between is coordinated omission."""
    curves = (
        Curve(distribution=intended, colour=FIRST),
        Curve(distribution=sent, colour=SECOND, dash="--"),
    )
    return draw("percentiles", curves, "latency", between=True)


def draw(name: str, curves: Sequence[Curve], label: str, between: bool = False) -> str:
    """Draw ``curves`` (those with values); ``between`` fills the space between the first two."""
    shown = [curve for curve in curves if not curve.distribution.empty]
    highest = max(1 - 1 / max(2, curve.distribution.count) for curve in shown)
    levels = 1 - np.logspace(0, np.log10(1 - highest), POINTS)
    with canvas(name) as drawing:
        (axes,) = drawing.panels()
        lines = [_curve(axes, curve, levels) for curve in shown]
        if between and len(lines) > 1:
            axes.fill_between(1 / (1 - levels), lines[0], lines[1], color=FIRST, alpha=0.14, linewidth=0)
        percentile_axis(axes, highest)
        duration_axis(axes, min(map(min, lines)), max(map(max, lines)), label)
        _mark_what_is_printed(axes, [curve.distribution.highest_level for curve in shown])
        legend(axes)
    return drawing.svg


def _curve(axes: Axes, curve: Curve, levels: NDArray[np.float64]) -> list[int]:
    distribution = curve.distribution
    values = [distribution.at(level) for level in levels]
    x = 1 / (1 - levels)
    printed = levels <= distribution.highest_level
    first_faint = max(0, int(printed.sum()) - 1)
    style: dict[str, Any] = {"color": curve.colour}
    axes.plot(
        x[: first_faint + 1],
        values[: first_faint + 1],
        linestyle=curve.dash,
        label=distribution.name,
        **style,
    )
    axes.plot(x[first_faint:], values[first_faint:], linestyle=":", linewidth=1.1, alpha=0.8, **style)
    return values


def _mark_what_is_printed(axes: Axes, levels: Sequence[float]) -> None:
    if not 0 < min(levels) < 1:
        return
    edge = 1 / (1 - min(levels))
    axes.axvline(edge, color=MUTED, linewidth=0.8, linestyle=(0, (1, 3)))
    axes.annotate(
        f"from here on few: fewer than {BEYOND} beyond",
        (edge, 0.02),
        xycoords=("data", "axes fraction"),
        xytext=(5, 0),
        textcoords="offset points",
        color=MUTED,
        fontsize=7.5,
    )
