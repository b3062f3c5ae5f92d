import re
from pathlib import Path

import pytest

from hubbub.results.conformance_result import GREEN, Verdict
from reports.text.verdict_words import SYMBOLS, tone, verdict_name

GUIDE = (Path(__file__).parents[3] / "docs" / "reports.md").read_text(encoding="utf-8")


def test_every_verdict_has_a_mark_of_its_own() -> None:
    assert set(SYMBOLS) == {*Verdict, None}
    assert len(set(SYMBOLS.values())) == len(SYMBOLS)


@pytest.mark.parametrize("verdict", list(Verdict))
def test_what_fails_a_run_looks_bad_and_nothing_else_does(verdict: Verdict) -> None:
    assert (tone(verdict) == "bad") == (verdict not in GREEN)


def test_the_guide_explains_every_mark() -> None:
    explained = re.findall(r"^\| (\S) \| ([A-Z/ ]+) \| \S", GUIDE, re.MULTILINE)
    assert sorted(explained) == sorted((mark, verdict_name(verdict)) for verdict, mark in SYMBOLS.items())
