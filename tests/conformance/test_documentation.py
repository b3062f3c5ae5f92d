"""What docs/conformance.md says is so."""

import re
import tomllib
from datetime import date
from pathlib import Path
from typing import get_args

import pytest

from conformance.configuration.options import add_options
from conformance.configuration.profile import Deviation, Limits, Profile, load_profile
from hubbub.protocol.requirements import Capability
from hubbub.results.conformance_result import GREEN, Verdict

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "conformance.md"
TEXT = PAGE.read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", TEXT, re.DOTALL)


def rows(heading: str) -> list[list[str]]:
    """Return the cells of the table that has this first heading."""
    table = TEXT[TEXT.index(f"| {heading} |") :].partition("\n\n")[0]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]]


def test_the_example_of_a_profile_is_one_with_every_entry_there_is(tmp_path: Path) -> None:
    (example,) = blocks("toml")
    path = tmp_path / "profile.toml"
    path.write_text(example, encoding="utf-8")

    assert load_profile(path) == Profile(
        lacks=("presence",),
        has=("deflate",),
        origin="https://chat.example",
        limits=Limits(message=65536),
        deadline=2.0,
        headers={"Authorization": "Bearer ..."},
        deviation=(Deviation("BCAST-5", "one task per message; see our ticket 123", date(2027, 3, 31)),),
    )
    assert set(tomllib.loads(example)) == set(Profile.__struct_fields__)
    assert all(capability in example for capability in get_args(Capability))


def test_every_verdict_is_explained_with_whether_it_fails_the_run() -> None:
    told = {verdict: fails for verdict, _, fails in rows("verdict")}
    assert set(told) == set(Verdict)
    assert {verdict for verdict, fails in told.items() if fails != "yes"} == GREEN


def test_every_option_is_explained() -> None:
    parser = pytest.Parser(_ispytest=True)
    add_options(parser)
    own = {name for option in parser.getgroup("conformance").options for name in option.names()}
    told = {re.findall(r"--?[a-z-]+", row[0])[0] for row in rows("option")}
    assert told == own | {"--strict", "-n"}


def test_every_exit_code_that_a_run_can_have_is_explained() -> None:
    # Later versions of pytest have one more, for --max-warnings.
    assert [int(row[0]) for row in rows("code")] == [int(code) for code in pytest.ExitCode][:6]


def test_what_it_links_to_is_there() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", TEXT)
    assert links
    assert all((PAGE.parent / link).exists() for link in links)


def test_its_commands_are_those_of_the_suite() -> None:
    commands = [line for block in blocks("sh") for line in block.splitlines()]
    starts = (".venv/bin/pytest conformance ", ".venv/bin/python -m conformance judge ")
    assert commands
    assert all(command.startswith(starts) for command in commands)
