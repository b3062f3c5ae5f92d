"""Ramp and drain, shaded behind a figure over time."""

from collections.abc import Sequence

from matplotlib.axes import Axes

from ..model.coarse_timeline import Phase, Timeline
from .canvas import MUTED, SHADE

NARROW = 0.06
"""A phase that takes less than this share of the run is not named."""


def shade(axes: Axes, phases: Sequence[Phase], named: bool = True) -> None:
    """Shade all phases but the hold, and name them where there is room."""
    whole = phases[-1].end - phases[0].start if phases else 0
    for phase in phases:
        if phase.name != "hold":
            axes.axvspan(phase.start, phase.end, color=SHADE, alpha=0.55, linewidth=0, zorder=0)
        if named and phase.end - phase.start >= NARROW * whole:
            axes.annotate(
                phase.label or phase.name,
                ((phase.start + phase.end) / 2, 0.985),
                xycoords=("data", "axes fraction"),
                ha="center",
                va="top",
                color=MUTED,
                fontsize=7.5,
            )


def end(timeline: Timeline) -> int:
    """Return where the last phase ends, in seconds."""
    return max((phase.end for phase in timeline.phases), default=1)


def steps(timeline: Timeline, values: Sequence[float]) -> tuple[list[float], list[float]]:
    """Return x and y of a line with one level a row, drawn as steps that end where the last row ends."""
    starts = [float(row.start) for row in timeline.rows]
    return [*starts, float(end(timeline))], [*values, values[-1]]
