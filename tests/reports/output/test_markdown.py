from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from hubbub.protocol.requirements import requirements
from hubbub.results.conformance_result import Check, ConformanceResult, Verdict
from hubbub.results.load_result import LoadResult
from reports.model.result_folder import Results
from reports.output.markdown import FINDINGS, code, summary, table

replace = msgspec.structs.replace
MakeCheck = Callable[..., Check]
MakeConformance = Callable[..., ConformanceResult]


def told(load: LoadResult | None = None, conformance: ConformanceResult | None = None) -> str:
    return summary(Results(folder=Path("run"), load=load, conformance=conformance))


def test_a_good_run_is_told_with_its_answers_ledger_and_latencies(
    good_load: LoadResult, good_conformance: ConformanceResult
) -> None:
    text = told(good_load, good_conformance)
    levels = [each.level for each in requirements().requirement]
    count, must = len(levels), levels.count("M")
    assert text.startswith("## hubbub: `ws://127.0.0.1:8765/`\n")
    assert "- measurement: **✓ valid** (the generator kept its schedule)" in text
    assert f"- conformance: **✓ passed** ({count} of {count} requirements hold)" in text
    assert "| 6,000 | 60,000 | 60,000 | 0 | 0 | 0 | 0 | 0 | 0 | 412 |" in text
    assert f"| MUST | {must} | {must} |" in text
    assert "#### Findings" not in text
    assert "messages/s **200**, deliveries/s **2,000**" in text


def test_a_bad_run_names_its_causes_and_its_broken_checks(
    bad_load: LoadResult, bad_conformance: ConformanceResult
) -> None:
    text = told(bad_load, bad_conformance)
    assert "> `61 deliveries were lost, 3 duplicated, 2 reordered.`" in text
    assert "| **61** | **3** | **2** | 0 |" in text
    assert "- ✗ **FAIL** `BCAST-1` (1 of 1 check) `Each member must get each Chat once." in text
    assert text.index("`BCAST-1`") < text.index("`NICK-5`")


def test_a_run_that_measured_nothing_is_told_too(empty_load: LoadResult) -> None:
    text = told(empty_load)
    assert "No user could connect." in text
    assert "deliveries: **✓ correct** (none fell due)" in text


def test_every_table_row_has_as_many_cells_as_its_head(
    bad_load: LoadResult, bad_conformance: ConformanceResult
) -> None:
    for block in told(bad_load, bad_conformance).split("\n\n"):
        rows = [line for line in block.splitlines() if line.startswith("|")]
        assert len({row.replace(r"\|", "").count("|") for row in rows}) <= 1


def test_many_findings_are_cut_and_counted(check: MakeCheck, conformance_of: MakeConformance) -> None:
    ids = [requirement.id for requirement in requirements().requirement[: FINDINGS + 7]]
    many = [check(each, Verdict.FAIL, message="x" * 2000) for each in ids]
    text = told(conformance=conformance_of(*many))
    assert text.count("**FAIL**") == FINDINGS
    assert "- … and 7 more" in text
    assert len(text) < 30_000


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("plain", "`plain`"),
        ("@someone <b> *x*", "`@someone <b> *x*`"),
        ("a`b", "``a`b``"),
        ("`a``", "``` `a`` ```"),
        ("two\n\nlines", "`two lines`"),
        ("a|b", r"`a\|b`"),
        (" \n", ""),
    ],
)
def test_a_text_of_a_result_stands_in_a_code_span(text: str, span: str) -> None:
    assert code(text) == span


def test_a_table_has_its_first_column_to_the_left() -> None:
    assert table(["a", "b"], [["1", "2"]]) == "| a | b |\n| :-- | --: |\n| 1 | 2 |"


def test_commands_can_be_copied_as_they_stand(good_load: LoadResult) -> None:
    odd = "locust -k 'a|b  c' ```"
    text = told(replace(good_load, run=replace(good_load.run, command=odd, server_command="serve 'x|y'")))
    assert f"Run it again:\n\n````sh\n{odd}\n````\n" in text
    assert "start it first:\n\n```sh\nserve 'x|y'\n```\n" in text
