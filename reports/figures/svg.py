"""Matplotlib's SVG made fit to stand inside a page."""

import re
from collections.abc import Mapping
from xml.etree import ElementTree

_SVG = "{http://www.w3.org/2000/svg}"
_HREF = "{http://www.w3.org/1999/xlink}href"


def for_a_page(svg: bytes, name: str, variables: Mapping[str, str]) -> str:
    """Return matplotlib's ``svg`` as it may stand inside a page, in place of a picture.

    Its identifiers get ``name`` in front, its colours become CSS variables by the table ``variables``,
    and its namespaces, fonts and metadata are left to the page.
    """
    root = ElementTree.fromstring(svg)
    _remove_what_the_page_has(root)
    for element in root.iter():
        element.tag = element.tag.removeprefix(_SVG)
        element.attrib = {
            _plain(key): _named(key, _coloured(value, variables), name)
            for key, value in element.attrib.items()
        }
    root.attrib = {"viewBox": root.attrib["viewBox"], "aria-hidden": "true", "focusable": "false"}
    return ElementTree.tostring(root, encoding="unicode")


def _remove_what_the_page_has(root: ElementTree.Element) -> None:
    for parent in (root, *root.findall(f"{_SVG}defs")):
        for unwanted in (*parent.findall(f"{_SVG}metadata"), *parent.findall(f"{_SVG}style")):
            parent.remove(unwanted)


def _plain(key: str) -> str:
    return "href" if key == _HREF else key


def _coloured(value: str, variables: Mapping[str, str]) -> str:
    return re.sub(r"#[0-9a-f]{6}\b", lambda match: variables.get(match[0], match[0]), value)


def _named(key: str, value: str, name: str) -> str:
    if key == "id":
        return f"{name}-{value}"
    if key == _HREF:
        return value.replace("#", f"#{name}-", 1) if value.startswith("#") else value
    value = value.replace("url(#", f"url(#{name}-")
    return re.sub(r"(?<=font-size: )([\d.]+px); font-family: [^;]*", r"\1", value)
