import io
import re
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from rich.console import Console

from hubbub.protocol.requirements import requirements
from hubbub.results.conformance_result import Check, ConformanceResult, Verdict
from hubbub.results.load_result import LoadResult
from reports.model.result_folder import Results
from reports.output.terminal import FINDINGS, show

replace = msgspec.structs.replace
HOSTILE = "[bold]x[/bold]\x1b[2J\u202e" + "y" * 400


def printed(
    load: LoadResult | None = None, conformance: ConformanceResult | None = None, width: int = 80
) -> str:
    console = Console(file=io.StringIO(), width=width)
    show(Results(folder=Path("run"), load=load, conformance=conformance), console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def words(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def test_the_tables_of_a_good_run_fit_eighty_columns(
    good_load: LoadResult, good_conformance: ConformanceResult
) -> None:
    text = printed(good_load, good_conformance)
    sentences_and_commands = [line for line in text.splitlines() if len(line) > 80]
    assert not [line for line in sentences_and_commands if re.search(r"\S {3,}\S", line)]
    assert "measurement ✓ valid" in words(text)
    assert "lost 0 owed deliveries that had not arrived" in words(text)
    count = len(requirements().requirement)
    assert f"{count} of {count} requirements hold" in text
    assert "Findings" not in text


def test_a_bad_run_shows_causes_anomalies_errors_and_findings(
    bad_load: LoadResult, bad_conformance: ConformanceResult
) -> None:
    text = printed(bad_load, bad_conformance, width=120)
    for expected in (
        "✗ not correct",
        "61 deliveries were lost, 3 duplicated, 2 reordered.",
        "First anomalies",
        "close 1006 after 12.1 s",
        "✗ FAIL  BCAST-1  1 of 1 check",
        "bob got the same Chat twice",
        "-k BCAST-1",
        "! WARN  NICK-5  1 of 2 checks",
    ):
        assert expected in text


@pytest.mark.parametrize("which", ["load", "conformance"])
def test_either_result_alone_is_shown(
    which: str, good_load: LoadResult, bad_conformance: ConformanceResult
) -> None:
    text = printed(good_load) if which == "load" else printed(conformance=bad_conformance)
    assert ("Delivery ledger" in text) == (which == "load")
    assert ("level, group" in text) == (which == "conformance")


def test_the_figures_that_one_looks_for_first_stand_beside_the_verdict(good_load: LoadResult) -> None:
    head = printed(good_load).splitlines()[:9]
    assert [line for line in head if re.fullmatch(r"  p50 .*, p95 .*, p99 .* \(few\), max .* ms", line)]
    assert "  200 messages/s, 2,000 deliveries/s" in head


def test_a_run_that_measured_nothing_is_shown(empty_load: LoadResult) -> None:
    text = words(printed(empty_load))
    assert "none fell due" in text
    assert "connection refused 200" in text


def test_many_findings_are_cut_and_counted(
    check: Callable[..., Check], conformance_of: Callable[..., ConformanceResult]
) -> None:
    ids = [requirement.id for requirement in requirements().requirement[: FINDINGS + 3]]
    many = [check(each, Verdict.FAIL, case) for each in ids for case in ("one", "two")]
    text = printed(conformance=conformance_of(*many))
    assert text.count("✗ FAIL") == FINDINGS
    assert "… and 3 more in the page" in text


def test_hostile_texts_neither_move_the_cursor_nor_become_markup(
    bad_load: LoadResult, bad_conformance: ConformanceResult
) -> None:
    load = replace(bad_load, run=replace(bad_load.run, host=HOSTILE, scenario=HOSTILE, command=HOSTILE))
    conformance = replace(
        bad_conformance, checks=tuple(replace(one, message=HOSTILE) for one in bad_conformance.checks)
    )
    text = printed(load, conformance)
    assert not re.search("[\x00-\x09\x0b-\x1f\u202e]", text)
    assert "[bold]x[/bold]\\x1b[2J\\u202e" in text


def test_a_server_that_ended_with_the_run_is_to_be_started_again_first(good_load: LoadResult) -> None:
    run = replace(good_load.run, command="load it", server_command="serve it")
    again = printed(replace(good_load, run=run)).partition("Run it again")[2]
    assert re.search(r"start it first.*serve it\s+Then:\s+load it", again, re.DOTALL)
