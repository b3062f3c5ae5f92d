"""The report as readers have it: in a real Chromium, light, dark, narrow, on paper, without scripts."""

import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Literal, get_args

import pytest
from playwright.sync_api import Browser, Page

from hubbub.results import conformance_result as verdicts
from hubbub.results.conformance_result import ConformanceResult
from reports.model.result_folder import Results
from reports.output.compare import compare, comparison_page
from reports.output.html import render

Scheme = Literal["light", "dark"]
Open = Callable[..., Page]
PAGES = ("good", "bad", "comparison", "ruin")
OPEN_ALL = "document.querySelectorAll('details').forEach(each => each.open = true)"

LOW_CONTRASTS = """
() => {
  const channel = c => { c /= 255; return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; };
  const numbers = css => css.match(/[\\d.]+/g).map(Number);
  const luminance = css => {
    const [r, g, b] = numbers(css).map(channel);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const opaque = css => { const n = numbers(css); return n.length === 3 || n[3] === 1; };
  const behind = e => {
    for (let at = e; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if (opaque(colour)) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  const found = new Set();
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const e = texts.currentNode.parentElement;
    if (!texts.currentNode.data.trim()) continue;
    const ink = getComputedStyle(e)[e.closest("svg") ? "fill" : "color"], paper = behind(e);
    const [high, low] = [luminance(ink), luminance(paper)].sort((a, b) => b - a);
    const ratio = (high + 0.05) / (low + 0.05);
    if (ratio < 4.5) found.add(`${e.tagName}.${e.className} ${ink} on ${paper}: ${ratio.toFixed(2)}`);
  }
  return [...found];
}
"""
"""Every text that stands out less than WCAG 2.2 AA asks of small text (1.4.3)."""

CUT_OFF = """
() => [...document.querySelectorAll("figure svg")].flatMap(svg => {
  const frame = svg.getBoundingClientRect();
  return [...svg.querySelectorAll("text")].filter(text => {
    const box = text.getBoundingClientRect();
    return box.left < frame.left - 1 || box.right > frame.right + 1
        || box.top < frame.top - 1 || box.bottom > frame.bottom + 1;
  }).map(text => text.textContent);
})
"""
"""Every label of a figure that reaches out of it."""


UNCOVERED = """
() => {
  const area = e => { const box = e.getBoundingClientRect(); return box.width * box.height; };
  const ledger = document.querySelector(".ledger");
  return 1 - [...ledger.children].map(area).reduce((a, b) => a + b) / area(ledger);
}
"""
"""What share of the ledger no count covers."""

SILENT_SCROLLERS = """
() => [...document.querySelectorAll(".scroll")].filter(e =>
  e.checkVisibility() && e.scrollWidth > e.clientWidth + 1
  && parseFloat(getComputedStyle(e, "::before").height) < 10
).map(e => e.outerHTML.slice(0, 80))
"""
"""Everything that scrolls sideways and does not say so."""

TELLS = """
() => [...document.querySelectorAll(".scroll")].filter(e =>
  e.checkVisibility() && parseFloat(getComputedStyle(e, "::before").height) > 1
).length
"""
"""How much says that it scrolls sideways."""

BEYOND_THE_KEYBOARD = """
() => [...document.querySelectorAll("main *")].filter(e =>
  ["auto", "scroll"].includes(getComputedStyle(e).overflowX)
  && e.scrollWidth > e.clientWidth + 1 && e.tabIndex < 0
).map(e => e.outerHTML.slice(0, 80))
"""
"""Everything that scrolls sideways and cannot have the focus."""


@pytest.fixture(scope="module")
def pages(
    tmp_path_factory: pytest.TempPathFactory,
    good_page: str,
    bad_page: str,
    good_conformance: ConformanceResult,
    bad_conformance: ConformanceResult,
    ruined_conformance: ConformanceResult,
) -> dict[str, Path]:
    """A good report, a bad one, one of a server that breaks everything, and a comparison, as files."""
    folder = tmp_path_factory.mktemp("pages")
    (folder / "b").mkdir()
    for place, result in ((folder, good_conformance), (folder / "b", bad_conformance)):
        verdicts.write(result, place)
    ruined = Results(folder=folder, load=None, conformance=ruined_conformance)
    texts = {
        "good": good_page,
        "ruin": render(ruined),
        "bad": bad_page,
        "comparison": comparison_page(compare([folder, folder / "b"])),
    }
    for name, text in texts.items():
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
    return {name: folder / f"{name}.html" for name in texts}


@pytest.fixture
def open_page(browser: Browser, pages: dict[str, Path]) -> Iterator[Open]:
    """Open a page as somebody has it; nothing may be complained of, and nothing be asked for but the file."""
    complaints: list[str] = []
    asked: list[str] = []
    contexts = []

    def opened(name: str, scheme: Scheme = "light", scripts: bool = True) -> Page:
        context = browser.new_context(color_scheme=scheme, java_script_enabled=scripts)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(pages[name].as_uri())
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []
    assert {url for url in asked if not url.startswith("data:")} <= {path.as_uri() for path in pages.values()}


@pytest.mark.parametrize("name", PAGES)
def test_every_text_stands_out_from_its_background(name: str, open_page: Open) -> None:
    page = open_page(name)
    page.evaluate(OPEN_ALL)
    papers = set()
    for scheme in get_args(Scheme):
        page.emulate_media(color_scheme=scheme)
        papers.add(page.evaluate("getComputedStyle(document.body).backgroundColor"))
        assert page.evaluate(LOW_CONTRASTS) == []
    assert len(papers) == 2


@pytest.mark.parametrize("name", PAGES)
def test_the_page_is_as_wide_as_its_window_and_no_label_is_cut_off(name: str, open_page: Open) -> None:
    page = open_page(name)
    page.evaluate(OPEN_ALL)
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate(CUT_OFF) == []
        assert page.evaluate(BEYOND_THE_KEYBOARD) == []


@pytest.mark.parametrize("name", PAGES)
def test_a_screen_reader_finds_its_way(name: str, open_page: Open) -> None:
    page = open_page(name)
    for landmark in ("banner", "main", "contentinfo"):
        assert page.get_by_role(landmark).count() == 1
    assert page.get_by_role("heading", level=1).count() == 1
    assert page.locator("table:not(:has(th[scope]))").count() == 0
    assert page.locator("html[lang=en]").count() == 1
    levels = page.evaluate("[...document.querySelectorAll('h1, h2, h3, h4')].map(e => Number(e.tagName[1]))")
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_the_keyboard_reaches_the_content_and_opens_the_evidence(open_page: Open) -> None:
    page = open_page("bad")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.url.endswith("#content")
    lanes = page.locator("#finding-BCAST-1 pre.lanes")
    assert lanes.is_visible()
    for shown in (False, True):
        page.locator("#finding-BCAST-1 summary", has_text="What was said").focus()
        page.keyboard.press("Enter")
        assert lanes.is_visible() == shown


def test_the_report_is_whole_without_scripts(open_page: Open) -> None:
    page = open_page("bad", scripts=False)
    assert page.locator("#verdict").get_attribute("data-valid") == "false"
    assert page.locator("figure svg").count() == 6
    assert page.get_by_text("second copy").is_visible()
    assert page.get_by_text("Each member must get each Chat once.").last.is_visible()
    page.locator(".tile[href='#BCAST-2']").click()
    assert page.locator("#BCAST-2").is_visible()


def test_on_paper_the_first_evidence_is_open_and_tables_stay_folded(open_page: Open) -> None:
    page = open_page("bad", scheme="dark")
    page.emulate_media(media="print")
    assert page.locator("#finding-BCAST-1 pre.lanes").is_visible()
    assert not page.locator("#latency-over-time table").is_visible()
    assert not page.get_by_text("The numbers").first.is_visible()
    assert not page.locator("#BCAST-2 .checks").is_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate(LOW_CONTRASTS) == []


def test_a_report_of_both_runs_prints_on_six_pages(open_page: Open) -> None:
    assert len(re.findall(rb"/Type\s*/Page\b", open_page("good").pdf(format="A4"))) <= 6


def test_a_server_that_breaks_everything_has_a_page_of_a_few_screens(open_page: Open) -> None:
    page = open_page("ruin")
    page.set_viewport_size({"width": 1280, "height": 900})
    assert page.evaluate("document.documentElement.scrollHeight") < 8_000
    assert page.locator(".finding[open] pre.lanes").first.is_visible()
    assert page.locator(".finding[open]").count() >= 3


def test_the_figures_that_one_looks_for_first_are_on_the_first_screen(open_page: Open) -> None:
    page = open_page("good")
    for width, height in ((1280, 720), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        for figure in ("p50", "p95", "p99", "max", "messages/s", "deliveries/s"):
            box = page.locator(".key-figures div", has=page.get_by_text(figure, exact=True)).bounding_box()
            assert box
            assert box["y"] + box["height"] <= height


def test_no_part_of_the_ledger_is_empty(open_page: Open) -> None:
    page = open_page("good")
    for width in (1280, 800, 390):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate(UNCOVERED) < 0.02


def test_what_scrolls_sideways_on_a_narrow_screen_says_so(open_page: Open) -> None:
    page = open_page("good")
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate(SILENT_SCROLLERS) == []
    page.set_viewport_size({"width": 1280, "height": 844})
    assert page.evaluate(TELLS) == 0


def test_a_good_answer_is_not_coloured_by_a_bad_neighbour(open_page: Open) -> None:
    page = open_page("bad")
    page.evaluate("document.querySelector('.answer').className = 'answer good'")
    good = page.evaluate("getComputedStyle(document.querySelector('.v.good')).color")
    assert page.evaluate("getComputedStyle(document.querySelector('.answer.good strong')).color") == good
