"""``python -m reports`` from outside: what it prints, where, and its exit codes."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from hubbub.results.conformance_result import ConformanceResult
from hubbub.results.load_result import LoadResult
from reports.__main__ import main
from reports.output import terminal

MakeFolder = Callable[..., Path]
CaptureText = pytest.CaptureFixture[str]
VERBS = ("render", "show", "markdown", "badge")


@pytest.fixture
def run_folder(folder_of: MakeFolder, bad_load: LoadResult, bad_conformance: ConformanceResult) -> Path:
    return folder_of(bad_load, bad_conformance)


@pytest.fixture(autouse=True)
def no_job(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)


def refusal(capsys: CaptureText) -> str:
    """Return what was said on stderr: one line, and nothing on stdout."""
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert "Traceback" not in err
    return err.strip()


def test_render_names_the_file_that_it_wrote(run_folder: Path, capsys: CaptureText) -> None:
    (run_folder / "load.json").unlink()  # its figures take a second
    assert main(["render", str(run_folder)]) == 0
    assert capsys.readouterr().out == f"{run_folder / 'report.html'}\n"
    assert "BCAST-1" in (run_folder / "report.html").read_text(encoding="utf-8")


def test_show_prints_the_report_of_a_bad_run_and_has_done_its_work(
    run_folder: Path, capsys: CaptureText
) -> None:
    assert main(["show", str(run_folder)]) == 0
    assert "✗ not correct" in capsys.readouterr().out


def test_markdown_is_printed(run_folder: Path, capsys: CaptureText) -> None:
    assert main(["markdown", str(run_folder)]) == 0
    assert capsys.readouterr().out.startswith("## hubbub: ")


def test_markdown_is_added_to_the_jobs_summary_where_there_is_one(
    run_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: CaptureText
) -> None:
    summary = tmp_path / "summary.md"
    summary.write_text("before\n", encoding="utf-8")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    assert main(["markdown", str(run_folder)]) == 0
    assert capsys.readouterr().out == f"added to {summary}\n"
    assert re.match(r"before\n\n?## hubbub: ", summary.read_text(encoding="utf-8"))


def test_badge_names_the_file_that_it_wrote(run_folder: Path, capsys: CaptureText) -> None:
    assert main(["badge", str(run_folder)]) == 0
    assert capsys.readouterr().out == f"{run_folder / 'badge.json'}\n"
    assert json.loads((run_folder / "badge.json").read_text())["schemaVersion"] == 1


def test_compare_prints_and_writes_a_page_if_asked(
    run_folder: Path, tmp_path: Path, capsys: CaptureText
) -> None:
    page = tmp_path / "compare.html"
    assert main(["compare", str(run_folder), str(run_folder / "conformance.json"), "--html", str(page)]) == 0
    assert "0 differ; 3 the same at each, but not PASS" in capsys.readouterr().out
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")


@pytest.mark.parametrize("verb", VERBS)
def test_a_missing_folder_is_one_line_and_exit_code_2(verb: str, tmp_path: Path, capsys: CaptureText) -> None:
    assert main([verb, str(tmp_path / "absent")]) == 2
    assert "absent does not exist; name a result folder, or make one with `hubbub con" in refusal(capsys)


@pytest.mark.parametrize("name", ["load.json", "conformance.json"])
@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda text: text[:2000], "is cut off or not JSON"),
        (lambda _: "", "is cut off or not JSON"),
        (lambda _: "PK\x03\x04", "is cut off or not JSON"),
        (lambda _: '{"stats": []}', "of this version"),
        (lambda text: re.sub('"version": [12]', '"version": 9', text), "has version 9 of its format"),
        (lambda text: text.replace('"verdict": ', '"verdikt": '), "of this version"),
    ],
    ids=["cut-off", "empty", "binary", "foreign", "too-new", "renamed"],
)
def test_a_file_that_is_not_ours_is_one_line_and_exit_code_2(
    name: str, change: Callable[[str], str], says: str, run_folder: Path, capsys: CaptureText
) -> None:
    path = run_folder / name
    path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")
    assert main(["show", str(run_folder)]) == 2
    said = refusal(capsys)
    assert said.startswith(str(path))
    assert says in said


def test_a_load_run_of_the_version_before_phases_is_still_read(run_folder: Path, capsys: CaptureText) -> None:
    path = run_folder / "load.json"
    load = json.loads(path.read_text(encoding="utf-8"))
    del load["phases"]
    path.write_text(json.dumps({**load, "version": 1}), encoding="utf-8")
    assert main(["show", str(run_folder)]) == 0
    assert "Phases" not in capsys.readouterr().out


def test_a_damaged_histogram_is_one_line_and_exit_code_2(run_folder: Path, capsys: CaptureText) -> None:
    path = run_folder / "load.json"
    path.write_text(path.read_text(encoding="utf-8").replace('"hdr": "HIST', '"hdr": "HOST', 1))
    assert main(["markdown", str(run_folder)]) == 2
    assert "load.json is damaged: " in refusal(capsys)


def test_a_comparison_of_one_is_refused(run_folder: Path, capsys: CaptureText) -> None:
    assert main(["compare", str(run_folder)]) == 2
    assert refusal(capsys) == "compare takes 2 to 26 conformance.json files; 1 given"


def test_a_target_that_cannot_be_written_is_one_line_and_exit_code_2(
    run_folder: Path, capsys: CaptureText
) -> None:
    target = run_folder / "load.json" / "page.html"
    assert main(["compare", str(run_folder), str(run_folder), "--html", str(target)]) == 2
    _, err = capsys.readouterr()
    assert err == f"{target} cannot be written: Not a directory\n"


def test_an_unknown_verb_is_refused_in_one_line(capsys: CaptureText) -> None:
    with pytest.raises(SystemExit) as left:
        main(["draw"])
    assert left.value.code == 2
    told = capsys.readouterr().err
    assert told.startswith("python -m reports: argument VERB: invalid choice: 'draw'")
    assert told.count("\n") == 1


def test_a_full_disk_is_one_line_and_exit_code_2(run_folder: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "reports", "show", str(run_folder)],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert (done.returncode, done.stderr) == (2, "the report cannot be printed: No space left on device\n")


def test_a_reader_who_has_seen_enough_is_no_error(run_folder: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as closed:
        done = subprocess.run(
            [sys.executable, "-m", "reports", "markdown", str(run_folder)],
            stdout=closed,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert (done.returncode, done.stderr) == (0, "")


DEEP = 100_000


@pytest.mark.parametrize("name", ["load.json", "conformance.json"])
@pytest.mark.parametrize(
    "content",
    [
        b"[" * DEEP,
        b'{"a":' * DEEP,
        b'{"more": ' + b"[" * DEEP + b"]" * DEEP + b"}",
        b'{"format": "hubbub-load", "version": 2, "more": ' + b"[" * DEEP + b"]" * DEEP + b"}",
        b'{"run": 1e999}',
        b"9" * 100_000,
        b'{"run": "\xff\xfe"}',
        b"\xef\xbb\xbf{}",
        b"null",
        b'{"run": {"id": 1, "seconds": "many"}}',
    ],
    ids=["arrays", "objects", "a field", "a version", "inf", "digits", "bytes", "BOM", "null", "types"],
)
def test_a_file_that_means_ill_is_one_line_and_exit_code_2(
    name: str, content: bytes, tmp_path: Path, capsys: CaptureText
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    for command in (["show", str(tmp_path)], ["compare", str(path), str(path)]):
        assert main(command) == 2
        assert str(path) in refusal(capsys)


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize(
    ("field", "senseless"),
    [("max", 10**30), ("count", 10**300), ("mean", 1e308), ("p50", -1), ("seconds", 1e308)],
    ids=["max", "count", "mean", "p50", "seconds"],
)
def test_figures_that_no_run_measures_are_one_line_and_exit_code_2_or_are_shown(
    verb: str, field: str, senseless: float, run_folder: Path, capsys: CaptureText
) -> None:
    path = run_folder / "load.json"
    text = path.read_text(encoding="utf-8")
    changed = re.sub(rf'"(\w*{field})": [\d.]+', rf'"\1": {senseless!r}', text)
    assert changed != text
    path.write_text(changed, encoding="utf-8")
    if main([verb, str(run_folder)]) == 2:
        assert refusal(capsys).startswith(("load.json is damaged: ", str(run_folder)))


def test_figures_that_cannot_be_computed_are_one_line_with_the_files_and_exit_code_2(
    run_folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: CaptureText
) -> None:
    def overflow(*_: object) -> None:
        raise OverflowError("too\nlarge")

    monkeypatch.setattr(terminal, "show", overflow)
    assert main(["show", str(run_folder)]) == 2
    assert refusal(capsys) == f"{run_folder} holds impossible values: OverflowError: too large"


def test_who_interrupts_it_gets_the_shells_exit_code(
    run_folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: CaptureText
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(terminal, "show", interrupt)
    assert main(["show", str(run_folder)]) == 130
    assert capsys.readouterr() == ("", "")


def test_compare_writes_no_page_unasked(run_folder: Path, capsys: CaptureText) -> None:
    assert main(["compare", str(run_folder), str(run_folder)]) == 0
    assert "0 differ" in capsys.readouterr().out
    assert not list(run_folder.glob("*.html"))
