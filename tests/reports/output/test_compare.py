import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from rich.console import Console

from hubbub.protocol.requirements import requirements
from hubbub.results.conformance_result import Check, ConformanceResult, Verdict
from hubbub.results.load_result import LoadResult
from hubbub.results.records import ResultFileError
from reports.output.compare import NAMED, Comparison, compare, comparison_page, print_comparison

MakeCheck = Callable[..., Check]
MakeConformance = Callable[..., ConformanceResult]
MakeFolder = Callable[..., Path]
replace = msgspec.structs.replace


@pytest.fixture
def folders(
    folder_of: MakeFolder, good_conformance: ConformanceResult, bad_conformance: ConformanceResult
) -> list[Path]:
    return [folder_of(good_conformance, name="good"), folder_of(bad_conformance, name="bad")]


def printed(comparison: Comparison) -> str:
    console = Console(file=io.StringIO(), width=100)
    print_comparison(comparison, console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_servers_differ_in_what_one_of_them_breaks(folders: list[Path]) -> None:
    comparison = compare(folders)
    assert {row.requirement.id: row.verdicts for row in comparison.differing} == {
        "BCAST-1": (Verdict.PASS, Verdict.FAIL),
        "NICK-5": (Verdict.PASS, Verdict.WARN),
        "PRES-1": (Verdict.PASS, Verdict.NOT_APPLICABLE),
    }
    assert len(comparison.rows) == len(requirements().requirement)


def test_a_file_does_as_well_as_its_folder(folders: list[Path]) -> None:
    assert compare([folders[0] / "conformance.json", folders[1]]) == compare(folders)


def test_rows_that_differ_are_printed_first(
    folder_of: MakeFolder, check: MakeCheck, conformance_of: MakeConformance
) -> None:
    both = check("ROOM-1", Verdict.FAIL)
    paths = [
        folder_of(conformance_of(both), name="a"),
        folder_of(conformance_of(both, check("WS-1", Verdict.FAIL)), name="b"),
    ]
    text = printed(compare(paths))
    others = len(requirements().requirement) - 2
    told = f"{others} requirements PASS at each server; 1 differ; 1 the same at each, but not PASS"
    assert told in text
    assert re.findall(r"^ +((?:WS|ROOM)-1) .*?(differs)?$", re.sub(r" +$", "", text, flags=re.M), re.M) == [
        ("WS-1", "differs"),
        ("ROOM-1", ""),
    ]


def test_many_servers_have_marks_with_a_key_in_the_terminal(folders: list[Path]) -> None:
    few, many = folders, folders * NAMED
    assert "✗ FAIL" in printed(compare(few)).split("BCAST-1")[1].splitlines()[0]
    text = printed(compare(many))
    assert "FAIL" not in text.split("BCAST-1")[1].splitlines()[0]
    assert "✗ FAIL   ! WARN   ✓ PASS   — N/A" in text


def test_a_server_that_was_not_asked_differs_from_one_that_passed(
    folder_of: MakeFolder, good_conformance: ConformanceResult
) -> None:
    partial = replace(good_conformance, checks=good_conformance.checks[:5])
    comparison = compare([folder_of(good_conformance, name="a"), folder_of(partial, name="b")])
    assert len(comparison.differing) == len(requirements().requirement) - 5
    assert "○ NOT CHECKED" in printed(comparison)


def test_requirements_that_are_in_no_table_stand_at_the_end(
    folder_of: MakeFolder, check: MakeCheck, good_conformance: ConformanceResult
) -> None:
    foreign = replace(check("ROOM-1"), requirement="NEW-1", id="NEW-1")
    newer = replace(good_conformance, checks=(*good_conformance.checks, foreign))
    comparison = compare([folder_of(good_conformance, name="a"), folder_of(newer, name="b")])
    assert (comparison.rows[-1].requirement.id, comparison.rows[-1].verdicts) == (
        "NEW-1",
        (None, Verdict.PASS),
    )


def test_the_page_shows_the_differences_before_all_rows(
    folders: list[Path], page_of: Callable[[str], Any]
) -> None:
    page = page_of(comparison_page(compare(folders)))
    assert [name for name in page.ids if name in ("servers", "differences", "all")] == [
        "servers",
        "differences",
        "all",
    ]
    assert "BCAST-1" in page.texts["differences"]
    assert "ROOM-1" not in page.texts["differences"]
    assert "ROOM-1" in page.texts["all"]


def test_equal_servers_differ_nowhere(folders: list[Path], page_of: Callable[[str], Any]) -> None:
    page = page_of(comparison_page(compare([folders[0], folders[0]])))
    assert "Nowhere" in page.texts["differences"]


@pytest.mark.parametrize("number", [0, 1, 27])
def test_the_number_of_servers_is_bounded(number: int, folders: list[Path]) -> None:
    with pytest.raises(ResultFileError, match=f"takes 2 to 26 conformance.json files; {number} given"):
        compare(folders[:1] * number)


def test_a_folder_of_a_load_run_alone_has_nothing_to_compare(
    folders: list[Path], folder_of: MakeFolder, good_load: LoadResult
) -> None:
    with pytest.raises(ResultFileError, match=r"conformance\.json cannot be read: No such file"):
        compare([folders[0], folder_of(good_load, name="load")])
