"""The scenarios, listed and copied."""

from pathlib import Path

import pytest

from hubbub.cli import main, parts

FILES = sorted(path for path in parts.folder_of("loadtests").glob("*.py") if path.name[0] != "_")


def test_each_scenario_is_listed_with_its_file_and_what_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scenarios"]) == 0
    lines = capsys.readouterr().out.splitlines()
    rows = [line.split(maxsplit=2) for line in lines[: len(FILES)]]
    assert [row[1] for row in rows] == [path.name for path in FILES]
    assert [row[0].lower() for row in rows] == [path.stem.replace("_", "") for path in FILES]
    assert all(row[2].endswith(".") for row in rows)
    assert lines[-1].startswith("in ")


def test_they_are_copied_as_they_are(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "a" / "mine"
    assert main(["scenarios", "--copy", str(folder)]) == 0
    assert f"hubbub load URL -f {folder}/burst.py" in capsys.readouterr().out
    copies = sorted(folder.iterdir())
    assert [(path.name, path.read_bytes()) for path in copies] == [
        (path.name, path.read_bytes()) for path in FILES
    ]


def test_no_file_is_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "churn.py").write_text("mine", encoding="utf-8")
    assert main(["scenarios", "--copy", str(tmp_path)]) == 2
    assert capsys.readouterr().err == f"hubbub: {tmp_path}/churn.py is there already; choose another folder\n"
    assert [path.name for path in tmp_path.iterdir()] == ["churn.py"]


def test_a_folder_that_cannot_be_is_one_line_and_exit_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scenarios", "--copy", "/dev/null/x"]) == 2
    assert capsys.readouterr().err == "hubbub: /dev/null/x cannot be written to: Not a directory\n"
