"""Selecting checks by requirement, and listing them without a server."""

from typing import Any

import pytest

from chat_protocol.requirements import requirements
from conformance.plugin.selection import exact


@pytest.mark.parametrize(
    ("expression", "exactly"),
    [
        ("BCAST-1", ":BCAST-1:"),
        ("bcast-1", ":BCAST-1:"),
        ("BCAST", ":BCAST-"),
        ("BCAST-1 or not NICK", ":BCAST-1: or not :NICK-"),
        ("(BAD-1) and binary", "(:BAD-1:) and binary"),
        ("BAD-1[empty-text]", "BAD-1[empty-text]"),
        ("BCAST-99", "BCAST-99"),
        ("", ""),
    ],
)
def test_an_id_in_an_expression_stands_for_itself_and_no_longer_one(expression: str, exactly: str) -> None:
    assert exact(expression) == exactly


@pytest.fixture
def selected(run_suite: Any) -> Any:
    """Return the ids that ``-k`` selects, as ``--list`` prints them."""

    def selected(expression: str) -> list[str]:
        run = run_suite("--list", "-k", expression)
        assert run.code == 0
        return [
            line.strip() for line in run.out.splitlines() if line.startswith("    ") and "(no" not in line
        ]

    return selected


def test_the_list_shows_every_requirement_with_its_checks_and_needs_no_server(run_suite: Any) -> None:
    run = run_suite("--list")

    assert run.code == 0
    assert not run.folder.exists()
    lines = run.out.splitlines()
    for requirement in requirements().requirement:
        start = f"{requirement.id} {requirement.level}"
        assert any(line.startswith(start) and requirement.sentence in line for line in lines)
    assert "    BCAST-1[100-members]" in lines
    assert "    BAD-6[not-JSON]" in lines
    assert "\nrequirements: " in run.out


def test_a_requirement_selects_all_of_its_cases_and_nothing_of_a_longer_number(selected: Any) -> None:
    found = selected("BCAST-1")
    assert "BCAST-1[100-members]" in found
    assert {each.partition("[")[0] for each in found} == {"BCAST-1"}


def test_one_case_can_be_selected(selected: Any) -> None:
    assert selected("BCAST-1[10-members]") == ["BCAST-1[10-members]"]


def test_parallel_workers_select_the_same(run_suite: Any, chat_server: Any) -> None:
    narrowed = ("--url", chat_server.url, "-k", "NICK-1", "-n", "2")
    run = run_suite(*narrowed, where="conformance/test_names.py")
    assert run.code == 0
    assert {check.requirement for check in run.result.checks} == {"NICK-1"}
