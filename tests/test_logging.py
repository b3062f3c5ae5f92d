"""docs/logging.md names every logger and every event of the debug logging."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "logging.md").read_text(encoding="utf-8")
CODE = {
    folder: "".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / folder).rglob("*.py")))
    for folder in ("hubbub/load", "conformance", "reference_server")
}


def test_every_logger_stands_in_the_page() -> None:
    names = set(re.findall(r'EventLog\("([\w.]+)"\)', "".join(CODE.values())))
    assert len(names) >= 5
    assert [name for name in names if not name.startswith("hubbub.")] == []
    assert [name for name in names if f"`{name}`" not in PAGE] == []


@pytest.mark.parametrize("folder", ["hubbub/load", "reference_server"])
def test_every_event_stands_in_the_page(folder: str) -> None:
    names = set(re.findall(r'_log\.debug\(\s*"([\w-]+)"', CODE[folder]))
    assert len(names) >= 3
    assert [name for name in names if f"`{name}`" not in PAGE] == []


def test_every_file_that_the_page_links_is_there() -> None:
    links = re.findall(r"\]\(([^)#:]+)[)#]", PAGE)
    assert links
    assert [link for link in links if not (ROOT / "docs" / link).exists()] == []
