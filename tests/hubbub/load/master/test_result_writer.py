"""Where a run's result goes when the place that was asked for is no more, or takes nothing."""

import shutil
import tempfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from hubbub.load.config.config import LoadConfig
from hubbub.load.config.plan import Plan
from hubbub.load.master import result_writer as outcome
from hubbub.load.master.aggregate import aggregate
from hubbub.load.master.result_writer import ResultWriter
from hubbub.load.master.run import Run
from hubbub.load.preflight.forecast import forecast
from hubbub.load.preflight.outlook import Outlook
from hubbub.results import load_result as result
from hubbub.results.load_result import LoadResult


@pytest.fixture
def made() -> LoadResult:
    """The result of a run of which no process reported."""
    config = LoadConfig()
    outlook = Outlook(None, 1, lambda users: forecast(config, users))
    run = Run(config, Plan(run=1, start=10, clock="", workers=("a",)), "SteadyChat", outlook)
    run.stopped = 20
    return aggregate([], run.book, run.facts({}, ("locust",), reports=0), run.config)


def outcome_of(folder: Path | str) -> ResultWriter:
    environment: Any = SimpleNamespace(parsed_options=SimpleNamespace(result=str(folder), json=False))
    return ResultWriter(environment)


def shown(told: ResultWriter, capsys: pytest.CaptureFixture[str]) -> str:
    told.print_summary()
    return next(line for line in capsys.readouterr().out.splitlines() if line.startswith("result "))


def test_a_folder_that_was_removed_meanwhile_is_made_anew(
    tmp_path: Path, made: LoadResult, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "deep" / "result"
    folder.mkdir(parents=True)
    told = outcome_of(folder)
    shutil.rmtree(tmp_path / "deep")
    assert told.write(made)
    assert result.read(folder / "load.json") == made
    assert shown(told, capsys) == f"result       {folder / 'load.json'}"


def test_a_folder_that_takes_nothing_is_named_with_the_place_that_does(
    tmp_path: Path, made: LoadResult, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    in_the_way, full, roomy = tmp_path / "file", tmp_path / "full", tmp_path / "roomy"
    in_the_way.touch()
    roomy.mkdir()
    monkeypatch.setattr(outcome, "_elsewhere", lambda: iter([full, in_the_way, roomy]))
    told = outcome_of(in_the_way)
    assert not told.write(made)
    [saved] = roomy.glob("hubbub-load-*/load.json")
    assert result.read(saved) == made
    line = shown(told, capsys)
    assert line.startswith("result       not where it was asked for (")
    assert line.endswith(f" but at {saved}")


def test_what_was_not_written_as_asked_is_told_with_the_exit_code(
    tmp_path: Path, made: LoadResult, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    told = outcome_of(tmp_path / "file")
    told.write(made)
    told.fail("--html")
    told.print_summary()
    last = capsys.readouterr().out.splitlines()[-1]
    assert last == "exit code    1, for not all was written: the result, --html"


def test_no_place_at_all_is_told_with_the_reason(
    tmp_path: Path, made: LoadResult, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outcome, "_elsewhere", lambda: iter([tmp_path / "absent"]))
    (tmp_path / "file").touch()
    told = outcome_of(tmp_path / "file")
    assert not told.write(made)
    assert "no other place: " in shown(told, capsys)


def test_a_standard_output_that_is_full_sends_the_summary_to_the_other_one(
    tmp_path: Path, made: LoadResult, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    told = outcome_of(tmp_path)
    told.write(made)
    with open("/dev/full", "w", encoding="utf-8") as full:  # noqa: PTH123  # a device
        monkeypatch.setattr("sys.stdout", full)
        told.print_summary()
        monkeypatch.undo()
    assert "verdict      " in capfd.readouterr().err


def test_temporary_files_go_first_among_the_other_places() -> None:
    assert next(outcome._elsewhere()) == Path(tempfile.gettempdir())


def test_a_run_that_lost_all_its_processes_has_a_result_that_says_so(made: LoadResult) -> None:
    assert (made.verdict.exit_code, made.verdict.valid, made.verdict.correct) == (1, False, False)
    assert "1 load-generating process(es) did not report" in made.verdict.reasons
