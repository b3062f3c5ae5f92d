"""What runs out in the middle of a run: what was measured is judged and saved, and the cause is named."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Start = Callable[..., Any]
FEW_FILES = ["bash", "-c", 'ulimit -n 150 && exec "$@"', "bash"]
SHORT = ["--headless", "-u", "2", "-r", "100", "-t", "3s", "--rooms", "1"]
GROWING = """
from locust import LoadTestShape

class Growing(LoadTestShape):
    def tick(self):
        now = self.get_run_time()
        return (20, 100) if now < 2 else (150, 100) if now < 6 else None
"""

pytestmark = pytest.mark.proof


def test_a_scenario_that_grows_past_the_file_descriptors_is_judged_and_saved(
    chat_server: Any, start_load: Start, tmp_path: Path
) -> None:
    shape = tmp_path / "growing.py"
    shape.write_text(GROWING, encoding="utf-8")
    files = (
        "-f",
        f"loadtests/,{shape}",
        "--csv",
        str(tmp_path / "own"),
        "--html",
        str(tmp_path / "own.html"),
    )
    load = start_load("--headless", *files, "--rooms", "5", "--host", chat_server.url, before=FEW_FILES)
    code, result = load.finish(), load.result
    assert load.wrong == {}, load.output
    assert result.ledger.delivered == result.ledger.expected > 0
    connections = result.connections
    assert connections.opened + connections.starved == connections.attempted == 150
    assert 20 < connections.opened < 150
    assert code == 4
    ran_out = f"the load generator ran out of file descriptors (ulimit -n) for {connections.starved} of 150"
    assert any(reason.startswith(ran_out) for reason in result.verdict.reasons), load.output
    assert {error.count for error in result.errors} == {connections.starved}
    assert (tmp_path / "own.html").exists()
    assert "Traceback" not in load.output


def test_a_result_folder_that_is_removed_while_the_run_is_on_is_made_anew(
    chat_server: Any, start_load: Start, tmp_path: Path
) -> None:
    folder = tmp_path / "deep" / "result"
    load = start_load(*SHORT, "--host", chat_server.url, folder=folder)
    load.wait_for("All users spawned")
    shutil.rmtree(tmp_path / "deep")
    load.finish()
    assert load.result.ledger.delivered > 0
    assert f"result       {folder / 'load.json'}" in load.output
