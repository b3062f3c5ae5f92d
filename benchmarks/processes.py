"""Processes of the benchmarks: each on a core of its own where there are two."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil

from hubbub import launcher
from hubbub.results.load_result import LoadResult, read

ROOT = Path(__file__).parents[1]
SERVER, CLIENT = 0, -1
"""Places in the list of the cores that this process may use: its first and its last."""

_ANYTHING_GOES = ("--max-lag=60000", "--max-lateness=60000", "--max-cpu=9", "--min-rate=0", "--slo=none")


@contextmanager
def started(command: Sequence[str], core: int, **pipes: int) -> Iterator[subprocess.Popen[str]]:
    """Run a command on one core, from the project's root; it is ended with the context."""
    with subprocess.Popen(command, cwd=ROOT, text=True, **pipes) as process:  # type: ignore[call-overload]
        try:
            pin(process.pid, core)
            yield process
        finally:
            process.kill()


def pin(pid: int, core: int) -> None:
    """Keep a process on one core."""
    cores = sorted(os.sched_getaffinity(0))
    psutil.Process(pid).cpu_affinity([cores[core]])


def module(name: str, *options: str) -> list[str]:
    """Return the command that runs a module."""
    return [sys.executable, "-m", name, *options]


@contextmanager
def reference_server() -> Iterator[str]:
    """Run the reference server on a free port of the first core, with no limit of rate; its URL."""
    options = ("--log-level", "warning", "--max-rate", "1000000")
    with (
        tempfile.TemporaryDirectory(prefix="hubbub-bench-") as folder,
        launcher.reference_server(Path(folder) / "server.log", *options) as server,
    ):
        pin(server.process.pid, SERVER)
        yield server.url


@contextmanager
def null_server() -> Iterator[str]:
    """Run the server that does as little as it can; its URL."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with started(module("scripts.calibrate.null_server"), SERVER, **pipes) as process:
        assert process.stdout
        yield f"ws://127.0.0.1:{process.stdout.readline().strip()}/"


def load_run(url: str, scenario: str, users: int, seconds: float, *options: str) -> LoadResult:
    """Run a load test in one process on a core of its own; return its result, whatever its verdict."""
    with tempfile.TemporaryDirectory(prefix="hubbub-bench-") as folder:
        how = f"-f loadtests/ {scenario} --headless -u {users} -t {round(seconds)}s --only-summary".split()
        own = ["--host", url, "--result", folder, *_ANYTHING_GOES, *options]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        with started(module("locust", *how, *own), CLIENT, **pipes) as process:
            said, _ = process.communicate()
        path = Path(folder) / "load.json"
        if not path.exists():
            raise RuntimeError(f"a load run has left no result:\n{said}")
        return read(path)


def wrong(result: LoadResult) -> int:
    """Return how many deliveries of a run went wrong, or do not add up."""
    ledger = result.ledger
    bad = ledger.lost + ledger.duplicated + ledger.reordered + ledger.misdelivered + ledger.corrupt
    return bad + abs(ledger.expected - ledger.delivered - ledger.lost)
