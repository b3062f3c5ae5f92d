"""What the demonstration asks for is enough for its figures, and what it leaves behind can be done again."""

import os
import subprocess
from pathlib import Path

import pytest

from hubbub.cli.load import RATE, RUN
from hubbub.results.percentiles import wanted
from hubbub.text.shell import SERVER_COMMAND
from scripts.demo import LOAD, ROOT, serve


def test_the_command_of_the_demos_server_starts_it_where_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SERVER_COMMAND, "")
    with serve(tmp_path / "server.log") as url:
        starts = os.environ[SERVER_COMMAND]
    command = ["sh", "-c", f"exec {starts}"]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        assert url in server.stderr.readline()
        server.terminate()
        server.stderr.read()


def told_by_hubbub_load() -> list[str]:
    users, spawned, seconds = (str(RUN[name]) for name in ("num_users", "spawn_rate", "run_time"))
    return ["-u", users, "-r", spawned, "-t", seconds, "--rate", str(RATE)]


@pytest.mark.parametrize("options", [LOAD, told_by_hubbub_load()], ids=["make demo", "hubbub load"])
def test_the_run_publishes_enough_for_p99(options: list[str]) -> None:
    users, spawned, seconds, rate = (
        float(options[options.index(name) + 1].rstrip("s")) for name in ("-u", "-r", "-t", "--rate")
    )
    # The last users start in a second that belongs to the ramp; a busy machine takes two more.
    hold = seconds - users / spawned - 3
    assert users * rate * hold >= wanted(0.99)
