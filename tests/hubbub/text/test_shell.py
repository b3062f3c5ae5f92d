"""Commands that are printed for people, taken apart by a real shell."""

import subprocess
import sys
from pathlib import Path

import pytest

from hubbub.text import shell


def test_what_lies_below_the_working_directory_is_told_from_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert shell.place(tmp_path / "results" / "x") == "results/x"
    assert shell.place(Path("results/x")) == "results/x"
    assert shell.place(Path("/elsewhere/x")) == "/elsewhere/x"


def test_the_interpreter_is_the_one_that_runs_by_way_of_its_link(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = tmp_path / ".venv" / "bin" / "python"
    link.parent.mkdir(parents=True)
    link.symlink_to(sys.executable)
    monkeypatch.setattr(sys, "executable", str(link))
    monkeypatch.chdir(tmp_path)
    assert shell.python_module("pytest") == [".venv/bin/python", "-m", "pytest"]
    monkeypatch.chdir(link.parent)
    assert shell.python_module("pytest") == ["./python", "-m", "pytest"]
    monkeypatch.chdir("/")
    assert shell.python_module("pytest")[0] == str(link).removeprefix("/")


@pytest.mark.parametrize("word", ["p99<200ms", "it's", "a b", "$HOME", "*", "BAD-1[empty-text]", "", "'\"`"])
def test_a_shell_takes_each_word_as_it_was(word: str) -> None:
    line = shell.line([*shell.python_module("this_prints"), word])
    echo = line.replace(shell.line(shell.python_module("this_prints")), "printf %s")
    done = subprocess.run(["sh", "-c", echo], capture_output=True, text=True, check=True)
    assert done.stdout == word


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (["--result", "x", "-k", "A"], ["-k", "A"]),
        (["-k", "A", "--result=x"], ["-k", "A"]),
        (["--result", "--result"], []),
        (["--results", "x"], ["--results", "x"]),
        (["--result"], []),
    ],
)
def test_an_option_is_left_out_with_its_value(given: list[str], kept: list[str]) -> None:
    assert shell.without_option(given, "--result") == kept


def test_who_ends_the_server_says_how_to_start_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(shell.SERVER_COMMAND, raising=False)
    assert shell.server_command() == ""
    monkeypatch.setenv(shell.SERVER_COMMAND, "make serve")
    assert shell.server_command() == "make serve"


def test_where_the_working_directory_was_removed_a_path_stays_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert shell.place(Path("/usr/bin/python")) == "/usr/bin/python"
    assert shell.place(Path("results")) == "results"


@pytest.fixture
def hubbub_in_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An interpreter with the command ``hubbub`` beside it, first in PATH."""
    for name in ("python", "hubbub"):
        (tmp_path / name).touch(0o755)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def test_hubbub_is_told_by_its_name_where_that_finds_it(
    hubbub_in_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert shell.hubbub() == ["hubbub"]
    monkeypatch.setenv("PATH", "/nowhere")
    assert shell.hubbub() == [str(hubbub_in_path / "python"), "-m", "hubbub"]


@pytest.mark.usefixtures("hubbub_in_path")
def test_what_hubbub_runs_is_told_as_it_was_typed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(shell.COMMAND, "load ws://h/ --slo 'p99<1s'")
    assert shell.tool("locust") == ["hubbub", "load"]
    assert shell.arguments(["--host", "ws://h/"]) == ["ws://h/", "--slo", "p99<1s"]
    assert shell.start_worker() == "hubbub load ... --worker"


def test_what_hubbub_does_not_run_is_told_as_the_module_that_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(shell.COMMAND, raising=False)
    assert shell.tool("locust") == shell.python_module("locust")
    assert shell.arguments(["-u", "5"]) == ["-u", "5"]
    assert shell.start_worker() == "locust -f ... --worker"
