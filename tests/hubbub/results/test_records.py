"""Result files are written whole or not at all, and read strictly."""

from pathlib import Path
from typing import Literal

import pytest

from hubbub.results.records import Record, ResultFileError, read_result, write_result


class Sample(Record, frozen=True, kw_only=True):
    name: str
    count: int


class Versioned(Record, frozen=True, kw_only=True):
    name: str
    format: Literal["sample"] = "sample"
    version: Literal[1] = 1


SAMPLE = Sample(name="a", count=1)


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    path = write_result(SAMPLE, tmp_path / "deep" / "sample.json")
    assert read_result(path, Sample) == SAMPLE
    assert [file.name for file in path.parent.iterdir()] == ["sample.json"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "cut off"),
        (b'{"name": "a", "cou', "cut off"),
        (b"\xff\xfe", "cut off or not JSON"),
        (b'{"name": "a"}', "not a Sample of this version"),
        (b'{"name": "a", "count": "1"}', "not a Sample of this version"),
        (b'{"name": "a", "count": 1, "more": 1}', "not a Sample of this version"),
        (b"[]", "not a Sample of this version"),
        (b'{"name": "a", "count": 1e999}', "not a Sample of this version"),
        (b'{"name": "a", "count": ' + b"9" * 5000 + b"}", "not a Sample of this version|not JSON"),
        (b'{"name": "\xff", "count": 1}', "not JSON"),
        (b'{"name": "\\ud800", "count": 1}', "not JSON"),
        (b"[" * 100_000, "not a Sample of this version|nested too deeply"),
        (b'{"name": "a", "count": 1, "more": ' + b"[" * 100_000, "not a Sample of this version"),
        (b'{"name": ' + b'{"a":' * 100_000, "not a Sample of this version|nested too deeply"),
    ],
)
def test_a_foreign_or_cut_off_file_is_refused_in_one_line(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "sample.json"
    path.write_bytes(content)
    with pytest.raises(ResultFileError, match=says) as refused:
        read_result(path, Sample)
    assert "\n" not in str(refused.value)
    assert str(path) in str(refused.value)


def test_a_file_of_a_later_version_is_refused_with_both_versions(tmp_path: Path) -> None:
    path = tmp_path / "sample.json"
    path.write_text('{"name": 1, "later": [], "format": "sample", "version": 7}')
    with pytest.raises(
        ResultFileError, match=r"has version 7 of its format, and this hubbub reads version 1"
    ):
        read_result(path, Versioned)


def test_what_is_nested_too_deeply_for_its_version_to_be_read_is_refused_too(tmp_path: Path) -> None:
    path = tmp_path / "sample.json"
    path.write_text('{"format": "sample", "version": 7, "more": ' + "[" * 100_000 + "]" * 100_000 + "}")
    with pytest.raises(ResultFileError, match="not a Versioned of this version") as refused:
        read_result(path, Versioned)
    assert "\n" not in str(refused.value)


def test_the_version_of_another_format_is_not_taken_for_a_later_one(tmp_path: Path) -> None:
    path = tmp_path / "sample.json"
    path.write_text('{"name": "a", "format": "another", "version": 7}')
    with pytest.raises(ResultFileError, match="not a Versioned of this version"):
        read_result(path, Versioned)


def test_a_missing_file_is_refused_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(ResultFileError, match="No such file"):
        read_result(tmp_path / "none.json", Sample)


def test_a_folder_that_cannot_be_written_is_refused_with_advice(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ResultFileError, match="choose another --result DIR"):
        write_result(SAMPLE, tmp_path / "file" / "sample.json")


def test_values_that_do_not_fit_are_not_written(tmp_path: Path) -> None:
    wrong = Sample(name="a", count="one")  # type: ignore[arg-type]  # the wrong type is what is tried
    with pytest.raises(ResultFileError, match="would not be valid"):
        write_result(wrong, tmp_path / "sample.json")
    assert not list(tmp_path.iterdir())
