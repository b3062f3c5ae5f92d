"""Servers that share no code with ours conform, but for what the libraries under them are known to break."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
ORIGIN = "https://chat.example"
NAMES = ("aiohttp", "node", "go")
JUDGED = ("aiohttp", "node")
"""Not Go's: its library now and then lets a message out behind its Close frame (WS-14), and no profile can
tell of a deviation that comes and goes."""


@contextmanager
def running(name: str) -> Iterator[str]:
    """Run an example on a free port; the value is its URL."""
    command = [*command_of(name), "--port", "0", "--origin", ORIGIN]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            assert process.stdout
            told = re.search(r"ws://\S+", process.stdout.readline())
            assert told, f"{name} did not start"
            yield told[0]
        finally:
            process.terminate()


def command_of(name: str) -> Sequence[str]:
    return {"aiohttp": aiohttp_command, "node": node_command, "go": go_command}[name]()


def aiohttp_command() -> Sequence[str]:
    return sys.executable, str(EXAMPLES / "aiohttp_chat.py")


def node_command() -> Sequence[str]:
    node = shutil.which("node")
    if node is None or not (EXAMPLES / "node_modules" / "ws").is_dir():
        pytest.skip("needs Node and ws: apt-get install nodejs npm && npm ci --prefix examples")
    return node, str(EXAMPLES / "node_chat.mjs")


def go_command() -> Sequence[str]:
    # Built and then started: "go run" would not hand on the signal that ends it.
    go = shutil.which("go")
    if go is None:
        pytest.skip("needs Go: apt-get install golang-go")
    program = str(ROOT / "build" / "go_chat")
    subprocess.run([go, "build", "-o", program, "."], cwd=EXAMPLES / "go_chat", check=True)
    return (program,)


def run(*command: str) -> subprocess.CompletedProcess[str]:
    # What a run writes for the page of a continuous integration's job is about that run alone.
    environment = {name: value for name, value in os.environ.items() if name != "GITHUB_STEP_SUMMARY"}
    line = [sys.executable, "-m", *command]
    return subprocess.run(line, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def result_of(folder: Path, name: str) -> dict[str, Any]:
    result: dict[str, Any] = json.loads((folder / name).read_text())
    return result


@pytest.mark.proof
@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", JUDGED)
def test_it_conforms_but_for_known_deviations_of_its_library(name: str, tmp_path: Path) -> None:
    profile = EXAMPLES / f"{name}.toml"
    with running(name) as url:
        ran = run(
            *("pytest", "conformance", "--url", url, "--profile", str(profile), "--strict"),
            *("--result", str(tmp_path), "-p", "no:cacheprovider", "--no-page"),
        )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    verdicts = {check["id"]: check["verdict"] for check in result_of(tmp_path, "conformance.json")["checks"]}
    odd = {check for check, verdict in verdicts.items() if verdict not in ("PASS", "NOTE")}
    assert {verdicts[check] for check in odd} <= {"XFAIL"}
    assert odd == deviating(profile, verdicts)


def deviating(profile: Path, checks: Iterable[str]) -> set[str]:
    known = {each["check"] for each in tomllib.loads(profile.read_text()).get("deviation", ())}
    return {check for check in checks if {check, check.partition("[")[0]} & known}


@pytest.mark.proof
@pytest.mark.parametrize("name", NAMES)
def test_it_delivers_all_that_it_is_loaded_with(name: str, tmp_path: Path) -> None:
    with running(name) as url:
        ran = run(
            *("locust", "-f", "loadtests/", "--headless", "-u", "20", "-r", "20", "-t", "5s"),
            *("--rooms", "2", "--host", url, "--result", str(tmp_path)),
        )
    assert (tmp_path / "load.json").exists(), ran.stdout + ran.stderr
    ledger = result_of(tmp_path, "load.json")["ledger"]
    assert ledger["delivered"] == ledger["expected"] > ledger["published"] > 0
    assert not any(ledger[kind] for kind in ("lost", "duplicated", "reordered", "misdelivered", "corrupt"))
