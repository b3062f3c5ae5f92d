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
        {first}
        now = self.get_run_time()
        return (20, 100) if now < 2 else (150, 100) if now < 6 else None
"""

pytestmark = pytest.mark.proof


def growing(folder: Path, first: str) -> str:
    """Write a shape that grows past what there is, and does something ``first``; return the files to run."""
    shape = folder / "growing.py"
    shape.write_text(GROWING.format(first=first), encoding="utf-8")
    return f"loadtests/,{shape}"


def test_a_scenario_that_grows_past_the_file_descriptors_is_judged_and_saved(
    chat_server: Any, start_load: Start, tmp_path: Path
) -> None:
    files, own = growing(tmp_path, "self.asked = 'what changes is not asked ahead'"), str(tmp_path / "own")
    options = ("-f", files, "--csv", own, "--html", f"{own}.html", "--rooms", "5")
    load = start_load("--headless", *options, "--host", chat_server.url, before=FEW_FILES)
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


def test_a_shape_of_which_it_is_known_that_it_grows_past_them_is_refused(
    chat_server: Any, start_load: Start, tmp_path: Path
) -> None:
    options = ("--headless", "-f", growing(tmp_path, "pass"), "--host", chat_server.url)
    load = start_load(*options, before=FEW_FILES)
    assert load.finish() == 2, load.output
    assert "No run: 150 users in one process take about" in load.output


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
