"""Selecting checks by requirement, and listing them without a server."""

from typing import Any

import pytest

from conformance.plugin.selection import exact
from hubbub.protocol.requirements import requirements


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


@pytest.mark.parametrize("expression", ["BCAST-99", "bcast-99", "BCAST-1 or not BCAST-99[one]"])
def test_an_id_that_no_requirement_has_is_one_line_and_leaves_no_result(
    expression: str, run_suite: Any
) -> None:
    run = run_suite("--url", "ws://127.0.0.1:1/", "-k", expression)

    assert run.code == 4
    (line,) = [line for line in run.err.splitlines() if line]
    assert line.startswith("ERROR: -k: there is no requirement 'BCAST-99'; did you mean 'BCAST-9'? ")
    assert line.endswith("`--list` prints all")
    assert not run.folder.exists()


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("nonsense", "no check was selected by -k 'nonsense'; `--list` prints all"),
        ("BCST", "-k 'BCST'; did you mean 'BCAST'? `--list"),
        ("NICK-1[noname]", "-k 'NICK-1[noname]'; did you mean 'NICK-1["),
    ],
)
@pytest.mark.parametrize("options", [(), ("-n", "1")], ids=["one process", "a worker"])
def test_a_selection_of_nothing_points_to_the_list_and_leaves_no_result(
    expression: str, words: str, options: tuple[str, ...], run_suite: Any, chat_server: Any
) -> None:
    narrowed = ("--url", chat_server.url, "-k", expression, *options)
    run = run_suite(*narrowed, where="conformance/checks/names/test_names.py")

    assert run.code == 5, run.out + run.err
    assert words in run.out
    assert not run.folder.exists()


@pytest.mark.parametrize(
    "missing",
    [
        ["conformance/checks/names/test_names.py", "conformance/test_nothing.py"],
        ["conformance/checks/names/test_names.py::test_nothing"],
    ],
    ids=["file", "check"],
)
def test_a_file_or_a_check_that_is_not_there_points_to_the_list_and_leaves_no_result(
    missing: list[str], run_suite: Any, chat_server: Any
) -> None:
    run = run_suite("--url", chat_server.url, *missing[1:], where=missing[0])

    assert run.code == 4
    assert "not found" in run.err
    assert "`--list` prints all" in run.err
    assert not run.folder.exists()


def test_a_file_that_is_not_there_is_named_before_the_options_that_come_with_it(run_suite: Any) -> None:
    run = run_suite("--url", "ws://127.0.0.1:1/", where="conformance/test_nothing.py")

    assert run.code == 4
    assert "there is no file: conformance/test_nothing.py; `--list` prints all" in run.err
    assert not run.folder.exists()


def test_an_option_that_is_nearly_one_of_ours_is_told_with_the_right_name(run_suite: Any) -> None:
    run = run_suite("--hedaer", "A: b")

    assert run.code == 4
    assert "unrecognized arguments: --hedaer" in run.err
    assert "did you mean: --header" in run.err
    assert not run.folder.exists()


def test_the_list_says_so_where_nothing_is_selected(run_suite: Any) -> None:
    run = run_suite("--list", "-k", "nonsense")

    assert run.code == 5
    assert "no check was selected by -k 'nonsense'" in run.out


def test_parallel_workers_select_the_same(run_suite: Any, chat_server: Any) -> None:
    narrowed = ("--url", chat_server.url, "-k", "NICK-1", "-n", "2")
    run = run_suite(*narrowed, where="conformance/checks/names/test_names.py")
    assert run.code == 0
    assert {check.requirement for check in run.result.checks} == {"NICK-1"}
