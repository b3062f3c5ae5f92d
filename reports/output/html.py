"""The report as one self-contained HTML file: nothing fetched, no script, the same bytes each time."""

import re
from collections.abc import Callable
from hashlib import sha256
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from hubbub.protocol.requirements import requirements
from hubbub.results.percentiles import BEYOND, level_name, told, wanted
from hubbub.text import quantities

from ..figures.drawings import draw
from ..model.conformance_view import LEVEL_NAMES, ConformanceView, conformance_view
from ..model.key_figures import key_figures
from ..model.load_view import LoadView, load_view
from ..model.percentiles import shown_levels
from ..model.phase_rows import HEAD
from ..model.requirement_views import QUIET, RequirementView
from ..model.result_folder import Results
from ..model.verdict_strip import verdict_strip
from ..text.sanitize import cut
from ..text.verdict_words import SYMBOLS, TONE_SYMBOLS, tone, verdict_name
from .figure_tables import latency_rows, member_rows, throughput_rows

FILE_NAME = "report.html"

REPORTS = __package__.rpartition(".")[0]
"""The package that holds the templates: ``hubbub.reports`` where it is installed."""


def render(results: Results) -> str:
    """Return the page of one result folder. Raises ResultFileError where a histogram in it is damaged."""
    load = load_view(results.load) if results.load else None
    conformance = conformance_view(results.conformance) if results.conformance else None
    return page(
        "report.html.j2",
        title=_title(load, conformance),
        strip=verdict_strip(load, conformance),
        key_figures=key_figures(load) if load else (),
        load=load,
        conformance=conformance,
        figures=draw(load) if load else None,
    )


def page(template: str, **values: Any) -> str:
    """Return a page made from ``template`` with the style sheet inside."""
    style = (files(REPORTS) / "templates" / "report.css").read_text(encoding="utf-8")
    return _environment().get_template(template).render(style=Markup(style), **values)


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader(REPORTS),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= _FILTERS
    environment.globals |= {"PHASE_HEAD": HEAD, "BEYOND": BEYOND, "LEVEL_NAMES": LEVEL_NAMES, "QUIET": QUIET}
    return environment


def prose(sentence: str) -> Markup:
    """Return a sentence of the requirement table with its `code` marked up."""
    return Markup(re.sub("`([^`]+)`", r"<code>\1</code>", str(escape(sentence))))


def anchor(requirement_id: str) -> str:
    """Return a requirement's identifier in the page: a digest where the id is not in our table."""
    if any(requirement.id == requirement_id for requirement in requirements().requirement):
        return requirement_id
    return f"unknown-{sha256(requirement_id.encode()).hexdigest()[:12]}"


def place(row: RequirementView) -> str:
    """Return where in the page it is told how a requirement came out: its finding, or its row."""
    return anchor(row.id) if row.verdict is None or row.verdict in QUIET else f"finding-{anchor(row.id)}"


def gist(text: str) -> str:
    """Return the first two lines of a message, what is allowed and what was seen, cut to fit a list."""
    return cut("; ".join(text.strip().splitlines()[:2]), 220)


_FILTERS: dict[str, Callable[..., Any]] = {
    "duration": quantities.duration,
    "count": quantities.count,
    "counted": quantities.counted,
    "rate": quantities.rate,
    "share": quantities.share,
    "seconds": quantities.seconds,
    "level_name": level_name,
    "wanted": wanted,
    "told": told,
    "shown_levels": shown_levels,
    "latency_rows": latency_rows,
    "throughput_rows": throughput_rows,
    "member_rows": member_rows,
    "symbol": SYMBOLS.__getitem__,
    "tone_symbol": TONE_SYMBOLS.__getitem__,
    "tone": tone,
    "verdict_name": verdict_name,
    "prose": prose,
    "anchor": anchor,
    "place": place,
    "gist": gist,
}


def _title(load: LoadView | None, conformance: ConformanceView | None) -> str:
    if load:
        return f"{load.scenario} on {load.host}"
    assert conformance, "a result folder holds at least one result"
    return f"Conformance of {conformance.run.url}"
