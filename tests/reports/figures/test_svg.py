from reports.figures.svg import for_a_page

SVG = b"""<?xml version="1.0"?>
<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"
     width="10pt" height="5pt" viewBox="0 0 10 5" version="1.1">
 <metadata>made by a program</metadata>
 <defs><style type="text/css">*{stroke:red}</style><path id="m1" d="M0 0"/></defs>
 <g clip-path="url(#c1)"><use xlink:href="#m1" style="fill: #1d5fa0; stroke: #123456"/></g>
 <image xlink:href="data:image/png;base64,AAAA"/>
 <text style="font-size: 9px; font-family: 'DejaVu Sans'; fill: #1d5fa0">p99</text>
</svg>"""


def page() -> str:
    return for_a_page(SVG, "curves", {"#1d5fa0": "var(--first)"})


def test_identifiers_are_the_figures_own() -> None:
    assert 'id="curves-m1"' in page()
    assert 'href="#curves-m1"' in page()
    assert "url(#curves-c1)" in page()


def test_known_colours_become_the_pages_and_others_stay() -> None:
    assert "fill: var(--first); stroke: #123456" in page()


def test_what_the_page_brings_is_left_out() -> None:
    for unwanted in ("metadata", "<style", "font-family", "xmlns", "DejaVu", "10pt"):
        assert unwanted not in page()
    assert "font-size: 9px" in page()


def test_a_picture_inside_stays_inside() -> None:
    assert 'href="data:image/png;base64,AAAA"' in page()


def test_the_figure_is_hidden_from_screen_readers_which_have_its_table() -> None:
    assert page().startswith('<svg viewBox="0 0 10 5" aria-hidden="true" focusable="false">')
