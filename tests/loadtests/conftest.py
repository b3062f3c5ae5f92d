"""Load tests as a user runs them: a real Locust process, and what it leaves behind."""

import base64
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from hubbub.load.messages.envelope import Envelope, unseal
from hubbub.results.load_result import LoadResult, read

ROOT = Path(__file__).parents[2]
LOCUST = Path(sys.executable).with_name("locust")
PATIENCE = 120.0
"""How long, in s, a test waits for what must come."""
GRACE = 20.0
"""How long, in s, a run may take to end when its test has ended, before it is killed."""
AT_ANY_SPEED = ("--slo", "none,loss=0")
"""In place of the scenarios' own objectives: what a busy machine does to latency is no test's business."""
WRONG = ("lost", "duplicated", "reordered", "misdelivered", "corrupt", "stale")
_ENVIRONMENT = {
    name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "LOCUST"))
}


@dataclass(frozen=True)
class LoadRun:
    """A Locust process that is running a load test, or has run one."""

    process: subprocess.Popen[str]
    folder: Path
    """Where it was told to write its result."""
    lines: list[str]
    """What it has printed so far."""
    listener: threading.Thread
    """Lives while it or a process that it started may still print."""

    @property
    def output(self) -> str:
        """All that it has printed so far."""
        return "".join(self.lines)

    def wait_for(self, text: str) -> None:
        """Wait until it has printed ``text``."""
        give_up = time.monotonic() + PATIENCE
        while text not in self.output:
            assert self.process.poll() is None, self.output
            assert time.monotonic() < give_up, self.output
            time.sleep(0.02)

    def interrupt(self) -> None:
        """Press Ctrl-C, which reaches all its processes."""
        os.killpg(self.process.pid, signal.SIGINT)

    def finish(self) -> int:
        """Wait for its end, and that of all its processes, and return its exit code."""
        code = self.process.wait(PATIENCE)
        self.listener.join(PATIENCE)
        assert not self.listener.is_alive(), f"a process that it started goes on: {self.output}"
        return code

    @property
    def result(self) -> LoadResult:
        """Its ``load.json``, once it has ended."""
        return read(self.folder / "load.json")

    @property
    def wrong(self) -> dict[str, int]:
        """What went wrong, by the names of the ledger."""
        ledger = self.result.ledger
        return {name: getattr(ledger, name) for name in WRONG if getattr(ledger, name)}


StartLoad = Callable[..., LoadRun]


@contextmanager
def running_load(folder: Path, *options: str, before: Sequence[str] = ()) -> Iterator[LoadRun]:
    """Run ``locust -f loadtests/``, by way of the command ``before`` it, if that is given."""
    command = [*before, str(LOCUST), "-f", "loadtests/", *AT_ANY_SPEED, *options, "--result", str(folder)]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=_ENVIRONMENT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        start_new_session=True,
    )
    lines: list[str] = []
    listener = threading.Thread(target=lines.extend, args=(process.stdout,), daemon=True)
    listener.start()
    try:
        yield LoadRun(process, folder, lines, listener)
    finally:
        _end(process)
        listener.join(PATIENCE)


def _end(process: "subprocess.Popen[str]") -> None:
    """End a run with all its processes, mildly at first: they write their coverage where it is measured."""
    with suppress(ProcessLookupError, subprocess.TimeoutExpired):
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(GRACE)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@pytest.fixture(scope="module")
def start_load(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartLoad]:
    """Start load tests with Locust's options; those that still run are ended with the module's tests."""
    with ExitStack() as runs:

        def start(*options: str, folder: Path | None = None, before: Sequence[str] = ()) -> LoadRun:
            where = folder or tmp_path_factory.mktemp("load") / "result"
            return runs.enter_context(running_load(where, *options, before=before))

        yield start


@pytest.fixture(scope="session")
def free_port() -> Callable[[], str]:
    """Return what finds a port at which nobody listens."""

    def find() -> str:
        with socket.create_server(("127.0.0.1", 0)) as probe:
            return str(probe.getsockname()[1])

    return find


@pytest.fixture(scope="module")
def two_processes(free_port: Callable[[], str]) -> list[str]:
    """The options that spread a load over two processes, which find one another at a free port."""
    port = free_port()
    return ["--processes", "2", "--master-bind-port", port, "--master-port", port]


@dataclass(frozen=True)
class Mutant:
    """A server that tampers with deliveries, and the log of what it did."""

    server: Any
    """A ``ServerProcess``."""
    log: Path

    @property
    def url(self) -> str:
        """The chat's URL."""
        url: str = self.server.url
        return url

    def record(self) -> dict[str, Any]:
        """End the server and return the record of what it did."""
        self.server.stop()
        record: dict[str, Any] = json.loads(self.log.read_text())
        return record


@pytest.fixture(scope="module")
def start_mutant(start_module_server: Any, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Mutant]:
    """Start mutants by their names, with further options; they end with the module's tests."""

    def start(fault: str, *options: str) -> Mutant:
        log = tmp_path_factory.mktemp("faults") / "faults.json"
        asked = ("--fault", fault, "--fault-record", str(log), *options)
        return Mutant(start_module_server(*asked, program="mutants"), log)

    return start


@pytest.fixture(scope="session")
def envelopes() -> Callable[[dict[str, Any]], list[Envelope]]:
    """Return what reads the envelopes of all deliveries that a mutant has on record."""
    return lambda record: [unseal(fault["message"]) for fault in record["faults"]]


@pytest.fixture(scope="session")
def sizes() -> Callable[[dict[str, Any]], Counter[int]]:
    """Return what counts the messages that a mutant has on record by their sizes in bytes."""
    return lambda record: Counter(len(base64.b64decode(fault["message"])) for fault in record["faults"])
