from collections.abc import Callable
from pathlib import Path

import pytest

from hubbub.results.conformance_result import ConformanceResult
from hubbub.results.load_result import LoadResult
from hubbub.results.records import ResultFileError
from reports.model.result_folder import append, open_results, save

MakeFolder = Callable[..., Path]


def test_a_folder_gives_what_lies_in_it(
    folder_of: MakeFolder, good_load: LoadResult, good_conformance: ConformanceResult
) -> None:
    both = open_results(folder_of(good_load, good_conformance))
    assert both.load == good_load
    assert both.conformance == good_conformance


def test_either_result_is_enough(
    folder_of: MakeFolder, good_load: LoadResult, good_conformance: ConformanceResult
) -> None:
    assert open_results(folder_of(good_load, name="load")).conformance is None
    assert open_results(folder_of(good_conformance, name="conformance")).load is None


def test_a_missing_folder_is_told_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ResultFileError, match=r"absent does not exist; name a result folder, or make one"):
        open_results(tmp_path / "absent")


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "load.json").touch()
    with pytest.raises(ResultFileError, match="is not a folder"):
        open_results(tmp_path / "load.json")


def test_an_empty_folder_holds_no_result(tmp_path: Path) -> None:
    with pytest.raises(ResultFileError, match=r"holds neither load\.json nor conformance\.json"):
        open_results(tmp_path)


def test_a_text_is_saved_whole_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    assert save("ü", tmp_path / "page.html").read_text(encoding="utf-8") == "ü"
    assert [path.name for path in tmp_path.iterdir()] == ["page.html"]


def test_what_cannot_be_written_is_told_in_one_line(tmp_path: Path) -> None:
    for write in (save, append):
        with pytest.raises(ResultFileError, match=r"page\.html cannot be written: No such file"):
            write("x", tmp_path / "absent" / "page.html")


def test_a_text_is_added_to_what_is_there(tmp_path: Path) -> None:
    path = tmp_path / "summary.md"
    path.write_text("before\n", encoding="utf-8")
    append("after\n", path)
    assert path.read_text(encoding="utf-8") == "before\nafter\n"
