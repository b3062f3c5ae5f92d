"""Fan-out: how long the last member of a room waits, and how far its members are apart, against room size."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, MaxNLocator

from ..model.load_view import RoomView
from .axes import duration_axis, legend
from .canvas import FIRST, SECOND, canvas

APART = 0.35
"""Rooms of one size are drawn side by side, over so many members' width at most."""

FEW = 12
"""So many sizes are each marked on the axis."""

MANY = 400
"""More rooms than this are drawn as a picture, not as shapes."""


def draw(rooms: Sequence[RoomView]) -> str:
    """Draw the median last-member time and spread of each room."""
    x = _side_by_side([room.members for room in rooms])
    with canvas("fan-out", height=3.0) as drawing:
        (axes,) = drawing.panels()
        last = [max(1, room.last_member) for room in rooms]
        spread = [max(1, room.spread) for room in rooms]
        _dots(axes, x, last, marker="o", color=FIRST, label="last member, median of the room")
        _dots(axes, x, spread, marker="D", color=SECOND, label="first to last member", markerfacecolor="none")
        duration_axis(axes, min(spread + last), max(spread + last), "time")
        _size_axis(axes, sorted({room.members for room in rooms}))
        legend(axes)
    return drawing.svg


def _dots(axes: Axes, x: Sequence[float], y: Sequence[int], **look: Any) -> None:
    axes.plot(x, y, linestyle="none", markersize=5, alpha=0.8, rasterized=len(x) > MANY, **look)


def _size_axis(axes: Axes, sizes: Sequence[int]) -> None:
    axes.set_xlim(sizes[0] - 0.5, sizes[-1] + 0.5)
    each, some = FixedLocator(list(sizes)), MaxNLocator(10, integer=True)
    axes.xaxis.set_major_locator(each if len(sizes) <= FEW else some)
    axes.set_xlabel("members of the room (rooms of one size stand side by side)")


def _side_by_side(sizes: Sequence[int]) -> list[float]:
    alike, seen = Counter(sizes), Counter[int]()
    x = []
    for size in sizes:
        place = (seen[size] + 0.5) / alike[size] - 0.5
        x.append(size + 2 * APART * place)
        seen[size] += 1
    return x
