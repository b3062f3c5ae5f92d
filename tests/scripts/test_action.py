"""What the GitHub action makes of its inputs, and of a verdict."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from scripts import action

URL = "ws://127.0.0.1:9000/chat"


@pytest.fixture
def suite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Stand in for the command: a program that ends with the code it is given, and leaves an outcome."""

    def stand_in(outcome: str, code: int) -> Path:
        program = tmp_path / "hubbub"
        result = {"run": {"outcome": outcome}}
        program.write_text(
            f"#!{sys.executable}\n"
            "import pathlib, sys\n"
            "folder = pathlib.Path(sys.argv[sys.argv.index('--result') + 1])\n"
            "folder.mkdir(exist_ok=True)\n"
            f"if {outcome!r}:\n"
            f"    (folder / 'conformance.json').write_text({json.dumps(result)!r})\n"
            "(folder / 'words.txt').write_text('\\n'.join(sys.argv[1:]))\n"
            f"sys.exit({code})\n"
        )
        program.chmod(0o755)
        monkeypatch.setattr(action, "HUBBUB", program)
        return tmp_path / "result"

    return stand_in


def environment(folder: Path, **inputs: str) -> dict[str, str]:
    given = {"url": URL, "result": str(folder), **inputs}
    named = {f"HUBBUB_ACTION_{name.upper()}": value for name, value in given.items() if name != "arguments"}
    output = {"GITHUB_OUTPUT": str(folder.parent / "output")}
    return {**named, **output, "HUBBUB_ARGS": inputs.get("arguments", "")}


def told(folder: Path) -> str:
    return (folder.parent / "output").read_text()


def test_inputs_become_words_that_no_shell_reads(suite: Any) -> None:
    folder = suite("passed", 0)
    code = action.main(
        environment(folder, profile="a b.toml", strict="true", arguments="-n 4 -k 'BCAST or NICK' $HOME `id`")
    )
    assert code == 0
    words = (folder / "words.txt").read_text().splitlines()
    assert words == [
        *("conformance", URL, "--result", str(folder), "--profile", "a b.toml", "--strict"),
        *("-n", "4", "-k", "BCAST or NICK", "$HOME", "`id`"),
    ]
    assert told(folder) == "verdict=passed\nexit-code=0\n"


@pytest.mark.parametrize(
    ("outcome", "code", "fail", "ends"),
    [
        ("failed", 1, "true", 1),
        ("failed", 1, "false", 0),
        ("server down", 2, "false", 0),
        ("error", 4, "false", 4),
        ("interrupted", 2, "false", 2),
    ],
)
def test_only_a_verdict_on_the_server_may_be_let_pass(
    suite: Any, outcome: str, code: int, fail: str, ends: int
) -> None:
    folder = suite(outcome, code)
    assert action.main(environment(folder, fail=fail)) == ends
    assert told(folder) == f"verdict={outcome}\nexit-code={code}\n"


def test_an_earlier_result_is_no_verdict_of_a_run_that_left_none(suite: Any) -> None:
    folder = suite("passed", 0)
    action.main(environment(folder))
    suite("", 4)
    assert action.main(environment(folder, fail="false")) == 4
    assert told(folder).endswith("verdict=error\nexit-code=4\n")


@pytest.mark.parametrize(
    ("inputs", "says"),
    [
        ({"url": "http://127.0.0.1/"}, "url is the server's, such as ws://127.0.0.1:9000/chat"),
        ({"url": ""}, "url is the server's, such as ws://127.0.0.1:9000/chat"),
        ({"strict": "yes"}, "strict is true or false, not 'yes'"),
        ({"wait": "soon"}, "wait is a number of seconds, not 'soon'"),
        ({"arguments": "-k 'BCAST"}, "arguments: no closing quotation; close the quotation"),
    ],
)
def test_an_input_that_cannot_be_is_one_line_and_exit_2(
    suite: Any, capsys: pytest.CaptureFixture[str], inputs: dict[str, str], says: str
) -> None:
    folder = suite("passed", 0)
    assert action.main(environment(folder, **inputs)) == 2
    assert capsys.readouterr().out == f"::error title=hubbub::{says}\n"
    assert not folder.exists()


def test_it_waits_only_until_something_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        action.await_listener(f"ws://127.0.0.1:{server.getsockname()[1]}/", seconds=3600)
    action.await_listener("ws://127.0.0.1:1/", seconds=0)


@pytest.mark.proof
def test_it_judges_a_server_and_tells_the_verdict(chat_server: Any, tmp_path: Path) -> None:
    folder, page = tmp_path / "result", tmp_path / "summary.md"
    given = environment(folder, url=chat_server.url, wait="30", arguments="-k 'STAT-1 or STAT-2' -q")
    done = subprocess.run(
        [sys.executable, str(Path(action.__file__))],
        env=os.environ | given | {"GITHUB_STEP_SUMMARY": str(page)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert told(folder) == "verdict=passed\nexit-code=0\n"
    assert (folder / "report.html").is_file()
    assert "**passed**" in page.read_text(encoding="utf-8")
