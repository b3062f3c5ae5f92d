"""PROTOCOL.md says what the requirement table and the schemas say."""

from pathlib import Path

import pytest

from hubbub.protocol.document import main, rewrite
from hubbub.protocol.requirements import requirements

PAGE = Path(__file__).parents[3] / "PROTOCOL.md"


def test_the_page_is_up_to_date() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert rewrite(page) == page, "run: python -m hubbub.protocol.document PROTOCOL.md"


def test_the_page_holds_every_requirement_once() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for each in requirements().requirement:
        assert page.count(f"| {each.id} |") == 1
        assert each.sentence in page


def test_a_stale_page_is_rewritten_in_place(tmp_path: Path) -> None:
    page = tmp_path / "PROTOCOL.md"
    page.write_text("before\n<!-- generated: schemas -->\nstale\n<!-- end -->\nafter\n")
    assert main([str(page)]) == 0
    assert page.read_text().startswith("before\n<!-- generated: schemas -->\n\n### Publish")
    assert page.read_text().endswith("<!-- end -->\nafter\n")


def test_without_a_page_it_says_how_it_is_used(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "usage" in capsys.readouterr().err
