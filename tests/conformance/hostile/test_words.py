"""No words of a server command a terminal, a build log, or the order of a text."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from conformance.messages.plain_text import plain, plain_lines

StartHostile = Callable[[str], str]

# What the terminal is told in colour is the suite's own.
IN_BLACK = ("--color=no",)


def assert_plain(text: str) -> None:
    strange = sorted({c for c in text if not c.isprintable() and c != "\n"})
    assert not strange, f"{strange!r} in {text!r}"
    assert "##[" not in text
    assert not [line for line in text.splitlines() if line.lstrip().startswith("::")]


def strings_in(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [found for pair in value.items() for each in pair for found in strings_in(each)]
    return [found for each in value for found in strings_in(each)] if isinstance(value, (list, tuple)) else []


def assert_all_plain(run: Any, page: Path) -> None:
    for text in (run.out, run.err, page.read_text(encoding="utf-8") if page.exists() else ""):
        assert_plain(text)
    for element in ET.parse(run.folder / "junit.xml").iter():
        for text in (element.text or "", *element.attrib.values()):
            assert_plain(text)
    for check in run.result.checks:
        for text in (check.message, check.lanes, *check.notes):
            assert_plain(text)
    for text in (run.result.run.reason, run.result.run.server):
        assert_plain(text)


def test_what_a_server_says_in_a_chat_is_shown_escaped(
    run_suite: Any, start_hostile: StartHostile, tmp_path: Path
) -> None:
    page = tmp_path / "page.md"
    ids = "STAT-1 or BCAST-1[1-member] or FMT-2 or FMT-7 or WS-1 or WS-17 or PRES-1 or BAD-1[not-JSON]"
    options = ("--url", start_hostile("words"), "-k", ids, "--deadline", "0.5", *IN_BLACK, "-v")
    run = run_suite(*options, GITHUB_STEP_SUMMARY=str(page))

    assert_all_plain(run, page)
    assert "pwned" in run.out
    assert "HARNESS ERROR" not in run.verdicts.values()
    assert "FAIL" in run.verdicts.values()
    assert "Traceback" not in run.out + run.err


@pytest.mark.parametrize("mode", ["words-in-a-refusal", "words-that-are-no-http"])
def test_what_a_server_says_instead_of_a_chat_is_shown_escaped(
    mode: str, run_suite: Any, start_hostile: StartHostile, tmp_path: Path
) -> None:
    page = tmp_path / "page.md"
    run = run_suite("--url", start_hostile(mode), *IN_BLACK, GITHUB_STEP_SUMMARY=str(page))

    assert_all_plain(run, page)
    assert run.result.run.outcome in ("error", "server down")
    assert "Traceback" not in run.out + run.err


HAS_A_BUG = """
    @requirement("BCAST-1")
    def test_trips_over_a_servers_words(wire):
        ann = wire.join()
        raise ValueError("of a server: " + ann.response.reason)

    @requirement("BCAST-2")
    def test_says_all_it_can(wire):
        words = wire.join().response.reason
        wire.note(words)
        wire.warn(words)
        raise Broken(words, words, more=words)

    @requirement("BCAST-3")
    def test_cannot_tell(wire):
        raise Untestable(wire.join().response.reason)
"""


def test_the_suites_own_faults_and_words_are_shown_escaped_too(
    run_suite: Any, miniature: Callable[[str], Path], start_hostile: StartHostile, tmp_path: Path
) -> None:
    page = tmp_path / "page.md"
    url = start_hostile("words")
    run = run_suite("--url", url, *IN_BLACK, where=miniature(HAS_A_BUG), GITHUB_STEP_SUMMARY=str(page))

    assert_all_plain(run, page)
    assert run.verdicts["BCAST-1"] == "HARNESS ERROR"
    assert run.verdicts["BCAST-3"] == "UNTESTABLE"


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("grüß 👋 \u05d0", "grüß 👋 \u05d0"),
        ("\x1b[2J\x9b2J\r\n\x00\x7f", r"\x1b[2J\x9b2J\r\n\x00\x7f"),
        ("\u202eabc\u2066\u2028\ufeff", r"\u202eabc\u2066\u2028\ufeff"),
        ("\ud800", r"\ud800"),
        ("::error::no", r"\x3a\x3aerror\x3a\x3ano"),
        (":::: ##[group]", r"\x3a\x3a\x3a\x3a #\x23[group]"),
        ("x" * 3000, "x" * 2000 + "… (3000 characters)"),
    ],
)
def test_words_are_shown_on_one_line_and_command_nothing(words: str, shown: str) -> None:
    assert plain(words) == shown


def test_several_lines_stay_lines() -> None:
    assert plain_lines("a\n\x1bb\n::c") == "a\n\\x1bb\n\\x3a\\x3ac"
