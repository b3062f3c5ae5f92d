"""The verbs as processes: what reaches pytest and Locust, and what the working directory cannot spoil."""

import os
import subprocess
import sys
from pathlib import Path

ENVIRONMENT = {
    name: value
    for name, value in os.environ.items()
    if not name.startswith(("PYTEST", "LOCUST", "HUBBUB", "PYTHON"))
}


def hubbub(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-P", "-m", "hubbub", *words],
        cwd=folder,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_no_file_of_the_working_directory_has_a_say_in_the_suite(tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --no-such-option\n", encoding="utf-8")
    (tmp_path / "conftest.py").write_text("raise RuntimeError('this is not yours')\n", encoding="utf-8")
    (tmp_path / "conformance").mkdir()
    done = hubbub(tmp_path, "conformance", "--list", "-k", "BCAST-1 or STAT-1")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "BCAST-1" in done.stdout
    assert "BCAST-2" not in done.stdout
    assert sorted(path.name for path in tmp_path.iterdir()) == ["conformance", "conftest.py", "pytest.ini"]


def test_an_option_that_pytest_does_not_know_is_told_with_the_nearest_of_ours(tmp_path: Path) -> None:
    done = hubbub(tmp_path, "conformance", "ws://127.0.0.1:1/", "--prfile", "x")
    assert done.returncode == 4
    assert "--profile" in done.stderr


def test_a_server_that_is_not_there_is_told_by_the_suite(tmp_path: Path) -> None:
    done = hubbub(tmp_path, "conformance", "ws://127.0.0.1:1/", "-k", "BCAST-1")
    assert done.returncode == 4, done.stdout + done.stderr
    assert "127.0.0.1:1" in done.stderr + done.stdout


def test_the_help_of_load_lists_locusts_options_and_ours(tmp_path: Path) -> None:
    done = hubbub(tmp_path, "load", "--help")
    assert done.returncode == 0, done.stderr
    assert "Usage: hubbub load [URL] [SCENARIO] [options]" in done.stdout
    for option in ("--web ", "--room-sizes", "--processes"):
        assert option in done.stdout


def test_load_lists_our_scenarios_or_those_of_a_file(tmp_path: Path) -> None:
    done = hubbub(tmp_path, "load", "--list")
    assert "    HotRoom\n" in done.stdout, done.stderr
    own = "from hubbub import ChatUser\n\nclass LateShift(ChatUser):\n    def chat(self) -> None: ...\n"
    (tmp_path / "late_shift.py").write_text(own, encoding="utf-8")
    done = hubbub(tmp_path, "load", "-f", "late_shift.py", "--list")
    assert "    LateShift\n" in done.stdout, done.stderr
    assert "HotRoom" not in done.stdout


def test_a_wrong_url_or_option_of_load_is_one_line_and_exit_2(tmp_path: Path) -> None:
    for words, says in ((["http://h/"], "not http://h/"), (["--rooms", "0"], "error: --rooms ")):
        done = hubbub(tmp_path, "load", *words)
        assert done.returncode == 2, done.stderr
        assert says in done.stderr.splitlines()[-1]
