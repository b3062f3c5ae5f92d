"""Links that are right on GitHub are right in the site of the documentation."""

import pytest

from scripts.site_links import ROOT, TOP_PAGES, turned

PAGES = {"index.md", "protocol.md", "load.md", "report.png", "adr/index.md", "adr/0001-x.md"}
REPOSITORY = "https://example.org/hubbub/blob/main/"


@pytest.mark.parametrize(
    ("page", "written", "stands"),
    [
        ("index.md", "[load](docs/load.md#options)", "[load](load.md#options)"),
        ("index.md", "![A report](docs/report.png)", "![A report](report.png)"),
        ("index.md", "[protocol](PROTOCOL.md)", "[protocol](protocol.md)"),
        ("load.md", "[protocol](../PROTOCOL.md)", "[protocol](protocol.md)"),
        ("load.md", "[`steady`](../loadtests/a.py)", f"[`steady`]({REPOSITORY}loadtests/a.py)"),
        ("load.md", "[folder](../examples/)", f"[folder]({REPOSITORY}examples)"),
        ("adr/0001-x.md", "[load](../load.md)", "[load](../load.md)"),
        ("adr/0001-x.md", "[all](index.md)", "[all](index.md)"),
        ("adr/0001-x.md", "[code](../../hubbub/x.py#L1)", f"[code]({REPOSITORY}hubbub/x.py#L1)"),
        ("load.md", "[here](#options)", "[here](#options)"),
        ("load.md", "[there](https://example.org/a)", "[there](https://example.org/a)"),
        ("load.md", "`[no](../link.py)`", "`[no](../link.py)`"),
        ("load.md", "```\n[no](../link.py)\n```", "```\n[no](../link.py)\n```"),
    ],
)
def test_a_link_leads_to_the_sites_page_or_else_to_the_repository(
    page: str, written: str, stands: str
) -> None:
    assert turned(written, page, PAGES, REPOSITORY) == stands


def test_the_pages_of_the_repositorys_top_are_there() -> None:
    assert all((ROOT / name).is_file() for name in TOP_PAGES)
