"""``--stateful N`` on real servers."""

import re
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

SAVED = "test_found.py"


def test_a_right_server_passes_and_the_run_can_be_repeated(run_suite: Any, tmp_path: Path) -> None:
    options = ("--stateful", "15", "--stateful-seed", "7", "-k", "BCAST-1[stateful]")
    run = run_suite(*options, folder=tmp_path)
    assert run.code == 0, run.out
    assert run.verdicts == {"BCAST-1[stateful]": "PASS"}
    notes = run.checks["BCAST-1[stateful]"].notes
    assert notes == ("15 sequences with --stateful-seed 7: nothing found",)


def test_it_is_not_run_unless_asked_for(run_suite: Any, tmp_path: Path) -> None:
    run = run_suite("--list", "-k", "BCAST-1", folder=tmp_path)
    assert "BCAST-1[stateful]" not in run.out


def test_a_number_below_zero_is_refused_in_one_line(run_suite: Any, tmp_path: Path) -> None:
    run = run_suite("--stateful", "-1", folder=tmp_path)
    assert run.code == 4
    assert "--stateful must be 0 or more sequences, not -1" in run.err


@pytest.mark.proof
def test_the_reference_server_stands_two_hundred_sequences(run_suite: Any, tmp_path: Path) -> None:
    run = run_suite("--stateful", "200", "-k", "BCAST-1[stateful]", folder=tmp_path)
    assert run.code == 0, run.out


@pytest.mark.proof
@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("fault", "requirement"), [("no-echo", "BCAST-2"), ("echo-twice", "BCAST-2"), ("leak-to-all", "BCAST-3")]
)
def test_a_broken_server_is_found_and_the_printed_body_breaks_it_again(
    run_suite: Any, start_server: Any, tmp_path: Path, fault: str, requirement: str
) -> None:
    url = start_server("--fault", fault, program="mutants").url
    search = ("--stateful", "300", "--stateful-seed", "1", "--deadline", "1", "-k", "BCAST-1[stateful]")
    run = run_suite("--url", url, *search, folder=tmp_path / "search")
    assert run.code == 1
    broken = [check for check in run.result.checks if check.verdict.value == "FAIL"]
    assert requirement in {check.requirement for check in broken}

    body = next(check.message for check in broken if "as a test:" in check.message).partition("as a test:")[2]
    assert len(re.findall(r"^    ", dedent(body), re.MULTILINE)) <= 15
    suite = tmp_path / "suite"
    suite.mkdir()
    (suite / "conftest.py").write_text(
        "from conformance.conftest import pytest_addoption, pytest_configure\n", encoding="utf-8"
    )
    (suite / SAVED).write_text(dedent(body).strip() + "\n", encoding="utf-8")
    again = run_suite("--url", url, where=suite, folder=tmp_path / "again")
    assert again.code == 1, again.out
    right = run_suite("--url", start_server().url, where=suite, folder=tmp_path / "right")
    assert right.code == 0, right.out
