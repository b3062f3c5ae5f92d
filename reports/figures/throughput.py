"""What was asked of the generator and sent; what the server owed and delivered, per second."""

from typing import Any

from matplotlib.axes import Axes

from ..model.coarse_timeline import Timeline
from . import phases
from .axes import count_axis, legend, time_axis
from .canvas import FIRST, SECOND, canvas


def draw(timeline: Timeline) -> str:
    """Draw messages per second above deliveries per second."""
    with canvas("throughput", height=4.2) as drawing:
        messages, deliveries = drawing.panels(2)
        _pair(messages, timeline, ("scheduled", "asked"), ("sent", "sent"))
        count_axis(messages, "messages/s")
        _pair(deliveries, timeline, ("expected", "expected"), ("delivered", "delivered"))
        count_axis(deliveries, "deliveries/s")
        for axes in (messages, deliveries):
            phases.shade(axes, timeline.phases, named=axes is messages)
            legend(axes)
        time_axis(deliveries, phases.end(timeline))
    return drawing.svg


def _pair(axes: Axes, timeline: Timeline, wanted: tuple[str, str], got: tuple[str, str]) -> None:
    """Draw what was wanted as a broad pale line under what came: where they differ, both show."""
    broad: dict[str, Any] = {"color": SECOND, "linewidth": 4.5, "alpha": 0.45}
    thin: dict[str, Any] = {"color": FIRST, "linewidth": 1.5}
    for (field, label), style in ((wanted, broad), (got, thin)):
        rates = [row.per_second(getattr(row, field)) for row in timeline.rows]
        axes.plot(*phases.steps(timeline, rates), drawstyle="steps-post", label=label, **style)
