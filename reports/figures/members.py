"""How many users were members over time, and where errors fell."""

from ..model.coarse_timeline import Timeline
from . import phases
from .axes import count_axis, legend, time_axis
from .canvas import FIRST, SECOND, canvas


def draw(timeline: Timeline) -> str:
    """Draw members over time; errors per second as bars below, where there were any."""
    errors = any(row.errors for row in timeline.rows)
    with canvas("members", height=3.4 if errors else 2.4) as drawing:
        members, *below = drawing.panels(2 if errors else 1)
        x, y = phases.steps(timeline, [float(row.users) for row in timeline.rows])
        members.plot(x, y, drawstyle="steps-post", color=FIRST, label="members")
        members.fill_between(x, y, step="post", color=FIRST, alpha=0.12, linewidth=0)
        count_axis(members, "members")
        for axes in below:
            rates = [row.per_second(row.errors) for row in timeline.rows]
            axes.bar(x[:-1], rates, width=timeline.step, align="edge", color=SECOND, label="errors")
            count_axis(axes, "errors/s")
        for axes in (members, *below):
            phases.shade(axes, timeline.phases, named=axes is members)
            legend(axes)
        time_axis((members, *below)[-1], phases.end(timeline))
    return drawing.svg
