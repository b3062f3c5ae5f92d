"""The paper that all figures are drawn on: one style, and SVG made fit to stand inside a page.

Matplotlib draws with marker colours; in the SVG they become the page's CSS variables, so that one drawing
serves light, dark and print. Identifiers get the figure's name, so that several drawings fit into one page.
The same numbers give the same bytes.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .svg import for_a_page

INK, MUTED, GRID, PAPER = "#010101", "#020202", "#030303", "#040404"
FIRST, SECOND, THIRD = "#050505", "#060606", "#070707"
SHADE = "#090909"
_VARIABLES = {
    colour: f"var(--{name})"
    for colour, name in (
        (INK, "ink"),
        (MUTED, "muted"),
        (GRID, "grid"),
        (PAPER, "paper"),
        (FIRST, "first"),
        (SECOND, "second"),
        (THIRD, "third"),
        (SHADE, "shade"),
    )
}
_WIDTH = 10.0
"""Inches; the page scales the figure to its own width."""

_STYLE: dict[str, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "hubbub",
    "text.parse_math": False,
    "font.family": "sans-serif",
    "font.size": 8.5,
    "text.color": INK,
    "axes.edgecolor": GRID,
    "axes.labelcolor": MUTED,
    "axes.labelsize": 8.5,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.grid": True,
    "axes.facecolor": "none",
    "axes.xmargin": 0.01,
    "figure.facecolor": "none",
    "savefig.facecolor": "none",
    "grid.color": GRID,
    "grid.linewidth": 0.6,
    "xtick.color": GRID,
    "ytick.color": GRID,
    "xtick.labelcolor": MUTED,
    "ytick.labelcolor": MUTED,
    "legend.frameon": False,
    "legend.fontsize": 8.5,
    "lines.linewidth": 1.6,
    "lines.solid_capstyle": "round",
}
_METADATA = dict.fromkeys(("Date", "Creator", "Format", "Type"))


@dataclass
class Canvas:
    """One figure while it is drawn, and its SVG afterwards."""

    name: str
    figure: Figure
    svg: str = ""

    def panels(self, number: int = 1) -> list[Axes]:
        """Return ``number`` axes, one above the other, that share their x axis."""
        axes = self.figure.subplots(number, 1, sharex=True, squeeze=False)
        return [row[0] for row in axes]


@contextmanager
def canvas(name: str, height: float = 3.4) -> Iterator[Canvas]:
    """Lend a canvas of ``height`` inches to draw on; at the end its ``svg`` is there.

    ``name`` must be an identifier that no other figure of the page has.
    """
    with style.context(_STYLE, after_reset=True):
        drawing = Canvas(name=name, figure=Figure(figsize=(_WIDTH, height), layout="constrained"))
        yield drawing
        drawing.svg = for_a_page(_as_svg(drawing.figure), name, _VARIABLES)


def _as_svg(figure: Figure) -> bytes:
    target = io.BytesIO()
    figure.savefig(target, format="svg", dpi=160, metadata=_METADATA)
    return target.getvalue()
