"""The proof that the suite can fail and is fair, and the page that shows it."""

import subprocess
import sys
from pathlib import Path

import pytest

from hubbub.protocol.requirements import requirements
from mutants.catalogue import MUTANTS
from mutants.machinery.tutorial_bugs import BUGS

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "kill-matrix.md").read_text(encoding="utf-8")
JUDGED = [mutant for mutant in MUTANTS.values() if mutant.kills or mutant.kind == "legal"]


@pytest.mark.proof
@pytest.mark.alone
@pytest.mark.timeout(3600)
def test_every_broken_server_is_killed_and_every_legal_one_passes() -> None:
    command = [sys.executable, "-m", "scripts.kill_matrix"]
    run = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    print(run.stdout)
    assert run.returncode == 0, [line for line in run.stdout.splitlines() if line.startswith("NOT SO")]


def test_each_requirement_that_can_be_broken_has_a_broken_server() -> None:
    named = {requirement for mutant in MUTANTS.values() for requirement in mutant.kills}
    able = {each.id for each in requirements().requirement if each.level != "Y"}
    assert able - named == set()


def test_there_are_many_odd_but_legal_servers() -> None:
    assert sum(mutant.kind == "legal" for mutant in MUTANTS.values()) >= 10


def test_each_bug_of_the_published_code_has_its_broken_servers() -> None:
    assert {name for servers in BUGS.values() for name in servers} <= set(MUTANTS)


@pytest.mark.parametrize("row", [f"| `{each.name}` | {each.sentence} |" for each in JUDGED])
def test_the_page_has_each_server_as_it_is(row: str) -> None:
    assert row in PAGE, "out of date: run python -m scripts.kill_matrix --write"


@pytest.mark.parametrize("requirement", [each.id for each in requirements().requirement])
def test_the_page_has_each_requirement_with_its_servers(requirement: str) -> None:
    row = next(line for line in PAGE.splitlines() if line.startswith(f"| {requirement} |"))
    servers = [name for name, mutant in MUTANTS.items() if requirement in mutant.kills]
    assert [name.strip(" `") for name in row.split("|")[-2].split(",") if name.strip()] == servers
