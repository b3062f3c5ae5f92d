"""``python -m conformance judge FILE``: a saved transcript is judged offline as it was in its run."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
Miniature = Callable[[str], Path]

LEAK_SEEN_BY_THE_ORACLE = """
    @requirement("NICK-1")
    def test_overlooks_what_the_oracle_sees(wire):
        room = wire.new_room()
        ann, bob = wire.join_many(room, room)
        wire.expect_chat(ann.say("this should not have gone out", intent="bad"), ann, bob)
"""


def judge(*arguments: str | Path) -> tuple[int, str, str]:
    command = [sys.executable, "-m", "conformance", "judge", *map(str, arguments)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8")
    return ended.returncode, ended.stdout, ended.stderr


@pytest.fixture
def transcript(run_suite: Any, miniature: Miniature, chat_server: Any) -> Path:
    """The transcript of a check in which the oracle alone saw something."""
    run = run_suite("--url", chat_server.url, where=miniature(LEAK_SEEN_BY_THE_ORACLE))
    assert run.verdicts == {"NICK-1": "PASS", "BAD-3 (oracle in NICK-1)": "FAIL"}
    path: Path = run.folder / run.checks["BAD-3 (oracle in NICK-1)"].transcript
    return path


def test_offline_the_oracle_comes_to_the_same_verdict(transcript: Path) -> None:
    code, out, err = judge(transcript)

    assert (code, err) == (1, "")
    assert f"{transcript}: NICK-1, 2 clients, " in out
    assert "BAD-3 [M]  Nobody else receives anything made of the bad message" in out
    assert "allowed: nothing made of a bad message" in out
    assert "→ say 'this should not have gone out'" in out
    assert "»" in out


def test_a_file_that_is_cut_off_or_foreign_is_one_line_and_exit_2(transcript: Path, tmp_path: Path) -> None:
    cut_off = tmp_path / "cut-off.jsonl"
    cut_off.write_bytes(transcript.read_bytes()[:-40])
    lines = {
        cut_off: "is not a transcript of this suite",
        tmp_path / "missing.jsonl": "cannot be read: No such file or directory",
        ROOT / "pyproject.toml": "is not a transcript of this suite",
        ROOT / "hubbub" / "results" / "conformance.schema.json": "is not a transcript of this suite",
        tmp_path: "cannot be read: Is a directory",
    }
    (tmp_path / "empty.jsonl").touch()
    lines[tmp_path / "empty.jsonl"] = "is not a transcript of this suite: its first line is no head"
    without_head = tmp_path / "without-head.jsonl"
    without_head.write_bytes(b"".join(transcript.read_bytes().splitlines(keepends=True)[1:]))
    lines[without_head] = "is not a transcript of this suite: its first line is no head"

    code, out, err = judge(*lines, transcript)

    assert code == 2
    told = err.splitlines()
    assert len(told) == len(lines)
    for (path, words), line in zip(lines.items(), told, strict=True):
        assert line.startswith(f"{path} {words}")
    assert "BAD-3 [M]" in out, "the others are judged all the same"


def test_a_wrong_command_line_is_one_line_and_exit_2() -> None:
    code, _, err = judge()
    assert code == 2
    assert err == (
        "python -m conformance judge: the following arguments are required: FILE; --help lists the options\n"
    )
