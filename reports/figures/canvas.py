"""The paper that all figures are drawn on: one style, and SVG made fit to stand inside a page.

Matplotlib draws with marker colours; in the SVG they become the page's CSS variables, so that one drawing
serves light, dark and print. Identifiers get the figure's name, so that several drawings fit into one page.
The same numbers give the same bytes.
"""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import (
    FixedFormatter,
    FixedLocator,
    FuncFormatter,
    LogLocator,
    MaxNLocator,
    NullFormatter,
)

from reports.percentiles import level_name
from reports.quantities import duration

INK, MUTED, GRID, PAPER = "#010101", "#020202", "#030303", "#040404"
FIRST, SECOND, THIRD, FOURTH = "#050505", "#060606", "#070707", "#080808"
SHADE = "#090909"
_VARIABLES = {
    INK: "ink",
    MUTED: "muted",
    GRID: "grid",
    PAPER: "paper",
    FIRST: "first",
    SECOND: "second",
    THIRD: "third",
    FOURTH: "fourth",
    SHADE: "shade",
}
_WIDTH = 10.0
"""Inches; the page scales the figure to its own width."""

FINEST = 1_000.0
"""Nanoseconds: no figure shows less."""

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
_SVG = "{http://www.w3.org/2000/svg}"
_HREF = "{http://www.w3.org/1999/xlink}href"
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
        drawing.svg = _for_a_page(_as_svg(drawing.figure), name)


def _as_svg(figure: Figure) -> bytes:
    target = io.BytesIO()
    figure.savefig(target, format="svg", dpi=160, metadata=_METADATA)
    return target.getvalue()


def _for_a_page(svg: bytes, name: str) -> str:
    root = ElementTree.fromstring(svg)
    for parent in (root, *root.findall(f"{_SVG}defs")):
        for name in ("metadata", "style"):
            for unwanted in parent.findall(_SVG + name):
                parent.remove(unwanted)
    for element in root.iter():
        element.tag = element.tag.removeprefix(_SVG)
        element.attrib = {_plain(key): _named(key, value, name) for key, value in element.attrib.items()}
    root.attrib = {"viewBox": root.attrib["viewBox"], "aria-hidden": "true", "focusable": "false"}
    return ElementTree.tostring(root, encoding="unicode")


def _plain(key: str) -> str:
    return "href" if key == _HREF else key


def _named(key: str, value: str, name: str) -> str:
    if key == "id":
        return f"{name}-{value}"
    if key == _HREF:
        return value.replace("#", f"#{name}-", 1) if value.startswith("#") else value
    value = value.replace("url(#", f"url(#{name}-")
    value = re.sub(r"#0[1-9]0[1-9]0[1-9]\b", lambda match: f"var(--{_VARIABLES[match[0]]})", value)
    return re.sub(r"(?<=font-size: )([\d.]+px); font-family: [^;]*", r"\1", value)


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
