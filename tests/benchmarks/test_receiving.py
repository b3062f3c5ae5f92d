"""The receivers that are compared count what the feeder sent; how fast is no matter here."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_receivers_count_exactly_what_was_sent(tmp_path: Path) -> None:
    figures = tmp_path / "figures.json"
    small = [
        "--rounds",
        "1",
        "--seconds",
        "0.2",
        "--rooms",
        "2",
        "--members",
        "3",
        "--against",
        "websockets.sync",
        "--no-limits",
        "--json",
    ]
    command = [sys.executable, "-m", "benchmarks.receiving", *small, str(figures)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert all(each["value"] > 0 for each in json.loads(figures.read_text())["figures"])
