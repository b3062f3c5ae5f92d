"""Fan-out: how long the last member of a room waits, and how far its members are apart, against room size."""

from collections import Counter
from collections.abc import Sequence

from matplotlib.ticker import MaxNLocator

from reports.figures.canvas import FIRST, SECOND, canvas, duration_axis, legend
from reports.load_view import RoomView

APART = 0.35
"""Rooms of one size are drawn side by side, over so many members' width at most."""


def draw(rooms: Sequence[RoomView]) -> str:
    """Draw the median last-member time and spread of each room."""
    x = _side_by_side([room.members for room in rooms])
    with canvas("fan-out", height=3.0) as drawing:
        (axes,) = drawing.panels()
        last = [max(1, room.last_member) for room in rooms]
        spread = [max(1, room.spread) for room in rooms]
        dots = {"linestyle": "none", "markersize": 5, "alpha": 0.8, "rasterized": len(rooms) > 400}
        axes.plot(x, last, marker="o", color=FIRST, label="last member, median of the room", **dots)
        axes.plot(x, spread, marker="D", color=SECOND, markerfacecolor="none", label="first to last member", **dots)
        duration_axis(axes, min(spread + last), max(spread + last), "time")
        axes.set_xlim(min(x) - 1, max(x) + 1)
        axes.xaxis.set_major_locator(MaxNLocator(nbins=10, integer=True))
        axes.set_xlabel("members of the room (rooms of one size stand side by side)")
        legend(axes)
    return drawing.svg


def _side_by_side(sizes: Sequence[int]) -> list[float]:
    alike, seen = Counter(sizes), Counter[int]()
    x = []
    for size in sizes:
        place = (seen[size] + 0.5) / alike[size] - 0.5
        x.append(size + 2 * APART * place)
        seen[size] += 1
    return x
