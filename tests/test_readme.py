"""Every command of the README runs as it stands there, in its order."""

import os
import re
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = [
    line for block in re.findall(r"```sh\n(.*?)```", README, re.DOTALL) for line in block.splitlines()
]
ATTEMPTS = 3
"""How often a load test may be repeated where other work kept the machine busy."""
SERVE = "make serve"
TEST = "make test"
WEB_PAGES = {SERVE: "http://127.0.0.1:8765/healthz"}
WEB_PAGES |= {line: "http://127.0.0.1:8089/" for line in COMMANDS if "--web" in line}
RUN_TO_THEIR_END = [line for line in COMMANDS if line not in WEB_PAGES and line != TEST]
ENVIRONMENT = {
    name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "PYTEST", "MFLAGS"))
}


def answers(page: str) -> bool:
    try:
        with urllib.request.urlopen(page, timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


def run(command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command.split(), cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True, check=False
    )


def is_invalid_measurement(done: subprocess.CompletedProcess[str]) -> bool:
    """Whether a load test ended with 4: the machine was busy, which says nothing of the server."""
    return done.returncode == 4 or re.search(r"\*\*\* .* Error 4$", done.stderr, re.MULTILINE) is not None


@contextmanager
def running(command: str) -> Iterator[subprocess.Popen[bytes]]:
    """Start a command that serves a page, wait for the page, and interrupt the command in the end."""
    page = WEB_PAGES[command]
    assert not answers(page), f"{page} is taken: end what listens there, then run the proofs again"
    process = subprocess.Popen(command.split(), cwd=ROOT, env=ENVIRONMENT, start_new_session=True)
    try:
        give_up = time.monotonic() + 120
        while not answers(page):
            assert process.poll() is None, f"{command} ended with {process.returncode}"
            assert time.monotonic() < give_up, f"{page} did not answer"
            time.sleep(0.2)
        yield process
    finally:
        os.killpg(process.pid, signal.SIGINT)
        process.wait(60)


@pytest.fixture(scope="module")
def served() -> Iterator[None]:
    with running(SERVE):
        yield


@pytest.mark.proof
@pytest.mark.timeout(600)
@pytest.mark.usefixtures("served")
@pytest.mark.parametrize("command", RUN_TO_THEIR_END)
def test_a_command_of_the_readme_runs_to_its_end(command: str) -> None:
    done = run(command)
    for _ in range(ATTEMPTS - 1):
        if is_invalid_measurement(done):
            done = run(command)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]


@pytest.mark.proof
@pytest.mark.usefixtures("served")
@pytest.mark.parametrize("command", [command for command in WEB_PAGES if command != SERVE])
def test_a_command_of_the_readme_opens_its_page_until_it_is_interrupted(command: str) -> None:
    with running(command) as process:
        assert process.poll() is None
    assert process.returncode == 0
    assert not answers(WEB_PAGES[command])


def test_the_test_command_of_the_readme_is_what_continuous_integration_runs() -> None:
    assert TEST in COMMANDS
    assert TEST in (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()


def test_the_readme_shows_commands_of_every_kind() -> None:
    assert SERVE in COMMANDS
    assert len(RUN_TO_THEIR_END) >= 5
    assert len(WEB_PAGES) == 2


def test_every_file_that_the_readme_links_is_there() -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", README)
    assert len(links) >= 3
    assert not [link for link in links if not (ROOT / link).exists()]
