import json
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from hubbub.protocol.requirements import requirements
from hubbub.results.conformance_result import Check, ConformanceResult
from hubbub.results.load_result import LoadResult
from hubbub.results.records import ResultFileError
from reports.model.result_folder import Results
from reports.output.badge import badge, write

replace = msgspec.structs.replace

LEVELS = [each.level for each in requirements().requirement]
MUST, SHOULD, MAY = (LEVELS.count(level) for level in ("M", "S", "Y"))


def results(load: LoadResult | None = None, conformance: ConformanceResult | None = None) -> Results:
    return Results(folder=Path("run"), load=load, conformance=conformance)


def test_the_file_is_what_shields_reads(good_conformance: ConformanceResult, tmp_path: Path) -> None:
    found = json.loads(write(badge(results(conformance=good_conformance)), tmp_path).read_text())
    assert found == {
        "schemaVersion": 1,
        "label": "Room Chat 1.0",
        "message": f"{MUST}/{MUST} MUST, {SHOULD}/{SHOULD} SHOULD, {MAY}/{MAY} MAY",
        "color": "brightgreen",
        "isError": False,
    }


def test_a_broken_server_has_a_red_badge(bad_conformance: ConformanceResult) -> None:
    made = badge(results(conformance=bad_conformance))
    assert (made.color, made.is_error) == ("red", True)
    assert made.message.startswith(f"{MUST - 2}/{MUST - 1} MUST")


def test_a_run_of_a_few_checks_does_not_pass_for_a_whole_one(
    check: Callable[..., Check], good_conformance: ConformanceResult
) -> None:
    made = badge(results(conformance=replace(good_conformance, checks=(check("BCAST-1"),))))
    assert (made.message, made.color) == (f"1/{MUST} MUST, 0/{SHOULD} SHOULD, 0/{MAY} MAY", "yellow")


def test_a_run_without_a_check_says_so(good_conformance: ConformanceResult) -> None:
    made = badge(results(conformance=replace(good_conformance, checks=())))
    assert (made.message, made.color) == ("passed, nothing judged", "yellow")


@pytest.mark.parametrize(
    ("verdict", "message", "color"),
    [
        ({}, "60,000 deliveries, all correct", "brightgreen"),
        ({"valid": False, "exit_code": 4}, "no valid measurement", "lightgrey"),
        ({"correct": False, "exit_code": 3}, "not correct: 0 of 60,000 lost", "red"),
        ({"slo": "missed", "exit_code": 3}, "objectives missed", "red"),
        ({"slo": "unjudged", "exit_code": 4}, "objectives not judged", "lightgrey"),
    ],
)
def test_a_load_run_has_its_verdict_for_a_badge(
    verdict: dict[str, object], message: str, color: str, good_load: LoadResult
) -> None:
    made = badge(results(replace(good_load, verdict=replace(good_load.verdict, **verdict))))
    assert (made.message, made.color, made.is_error) == (message, color, color != "brightgreen")


def test_a_folder_that_cannot_be_written_is_told_in_one_line(
    good_conformance: ConformanceResult, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ResultFileError, match=r"badge\.json cannot be written: Not a directory$"):
        write(badge(results(conformance=good_conformance)), tmp_path / "file")
