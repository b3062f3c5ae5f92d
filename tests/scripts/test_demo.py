"""What ``make demo`` leaves behind can be done again, though its server has ended."""

import os
import subprocess
from pathlib import Path

import pytest

from result_files.shell import SERVER_COMMAND
from scripts.demo import ROOT, reference_server


def test_the_command_of_the_demos_server_starts_it_where_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SERVER_COMMAND, "")
    with reference_server(tmp_path / "server.log") as url:
        starts = os.environ[SERVER_COMMAND]
    command = ["sh", "-c", f"exec {starts}"]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        assert url in server.stderr.readline()
        server.terminate()
        server.stderr.read()
