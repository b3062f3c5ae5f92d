"""The page finds addresses and its reader's name in a text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    Call = Callable[..., Any]

LINKS = {
    "http://example.org": "http://example.org",
    "see https://example.org/a?b=c&d=%20#e now": "https://example.org/a?b=c&d=%20#e",
    "HTTPS://EXAMPLE.ORG/": "HTTPS://EXAMPLE.ORG/",
    "www.example.org is it": "www.example.org",
    "at http://127.0.0.1:8765/?room=tea.": "http://127.0.0.1:8765/?room=tea",
    "(http://example.org/a_(b))": "http://example.org/a_(b)",
    "<http://example.org>": "http://example.org",
    '"http://example.org"': "http://example.org",
    "http://example.org?!": "http://example.org",
    "http://example.org/a,": "http://example.org/a",
    "http://[::1]:80/": "http://[::1]:80/",
    "看http://example.org。好": "http://example.org",
    "https://medium.com/@ada": "https://medium.com/@ada",
    "http://exämple.org/ü": "http://exämple.org/ü",
    "a\nhttp://example.org\nb": "http://example.org",
}
NO_LINKS = [
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)//http:",
    "data:text/html,<script>alert(1)</script>",
    "file:///etc/passwd",
    "ftp://example.org",
    "ws://example.org",
    "vbscript:http",
    "http://",
    "http:// example.org",
    "https://bank.example@evil.example/",
    "http://user:secret@example.org/",
    "xhttp://example.org",
    "example.org",
    "a@www.example.org",
    "\N{RIGHT-TO-LEFT OVERRIDE}http:\N{RIGHT-TO-LEFT OVERRIDE}//example.org",
]
NAMED = {
    ("Ada, are you there?", "Ada"): ["Ada"],
    ("hi ada and ADA!", "Ada"): ["ada", "ADA"],
    ("Adamant Canada", "Ada"): [],
    ("@Ada_", "Ada"): [],
    ("@Ada: C++ or c++?", "C++"): ["C++", "c++"],
    ("你好小明吗", "小明"): ["小明"],
    ("for (a|b) only", "(a|b)"): ["(a|b)"],
    ("dear Ada Lovelace", "Ada Lovelace"): ["Ada Lovelace"],
    ("😀 wins", "😀"): ["😀"],
    ("Grüße an Jürgen", "jürgen"): ["Jürgen"],
    ("see http://example.org/Ada", "Ada"): [],
    ("a-b & [x-y] \\ ^ $ . * ?", "[x-y] \\ ^ $ . * ?"): ["[x-y] \\ ^ $ . * ?"],
}


@pytest.mark.parametrize(("text", "address"), LINKS.items())
def test_an_address_of_http_is_a_link(call: Call, text: str, address: str) -> None:
    links = [piece for piece in call("text", "pieces", text) if "href" in piece]
    assert [link["text"] for link in links] == [address]
    assert links[0]["href"].startswith(("http://", "https://"))


@pytest.mark.parametrize("text", NO_LINKS)
def test_what_is_no_address_of_http_is_no_link(call: Call, text: str) -> None:
    assert [piece for piece in call("text", "pieces", text) if "href" in piece] == []


@pytest.mark.parametrize("text", [*LINKS, *NO_LINKS, "http://a.b Ada http://c.d, Ada", "", "Ada" * 3])
def test_the_pieces_of_a_text_are_the_text(call: Call, text: str) -> None:
    assert "".join(piece["text"] for piece in call("text", "pieces", text, "Ada")) == text


def test_a_link_without_scheme_is_one_of_https(call: Call) -> None:
    assert call("text", "pieces", "www.example.org") == [
        {"text": "www.example.org", "href": "https://www.example.org/"}
    ]


@pytest.mark.parametrize(
    "text", ["http://a" + ")" * 60_000, "http://a.b " * 6_000, "www." * 15_000, "Ada " * 15_000]
)
def test_a_text_that_is_made_to_be_slow_is_read_at_once(call: Call, text: str) -> None:
    pieces = call("text", "pieces", text, "Ada")
    assert sum("href" in piece for piece in pieces) <= 100
    assert "".join(piece["text"] for piece in pieces) == text


@pytest.mark.parametrize(("named", "found"), NAMED.items())
def test_a_name_is_found_as_a_word_of_its_own(call: Call, named: tuple[str, str], found: list[str]) -> None:
    marked = [piece["text"] for piece in call("text", "pieces", *named) if piece.get("isName")]
    assert marked == found
