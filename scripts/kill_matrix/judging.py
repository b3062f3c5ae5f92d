"""Judging servers: each in a process of its own, by the real suite in another, over real sockets.

The interpreter, the suite and the servers are loaded once; every process is a fork of that one, since
starting them afresh for each server would take longer than most checks.
"""

import contextlib
import io
import multiprocessing
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from pathlib import Path

import msgspec
import pytest

from conformance.requirement import requirement_of
from hubbub.launcher import LaunchError, listening_url
from hubbub.results.conformance_result import Check, read
from hubbub.results.records import ResultFileError
from mutants.catalogue import MUTANTS
from mutants.machinery.fault_record import FaultRecord
from mutants.machinery.mutant import Mutant
from reference_server.config import Config
from reference_server.server import run
from scripts.kill_matrix.oracle import fired
from scripts.kill_matrix.outcome import Outcome

DEADLINE = 1.5
"""Seconds that the suite waits for what a broken server does not send; a legal one has the usual time."""
HANDSHAKE_TIMEOUT = 2.0
"""Seconds; short, because SEC-4 waits for it."""

_ENOUGH = 30.0
"""Seconds after which a broken server that has been killed in many cases need not be killed in more."""
_MANY = 25
"""More than any requirement but BAD has that is costly to break."""
_LONGEST = 900.0
"""Seconds after which a server is given up: far longer than any takes beside others."""
_FORK = multiprocessing.get_context("fork")
_PYTEST = ("conformance", "-q", "-p", "no:cacheprovider", "--no-page")


def judged(names: Sequence[str], jobs: int) -> Iterator[Outcome]:
    """Judge servers by name, ``jobs`` at a time; yield what the suite made of them as it comes.

    Those that name a requirement without a check are left out.
    """
    counts = load_suite()
    with ProcessPoolExecutor(jobs, mp_context=_FORK) as pool:
        try:
            ordered = sorted(names, key=lambda name: -_to_meet(MUTANTS[name], counts))
            ordered = [name for name in ordered if all(counts[named] for named in MUTANTS[name].kills)]
            for done in as_completed([pool.submit(judge, name) for name in ordered]):
                yield done.result()
        finally:
            pool.shutdown(cancel_futures=True)


class _Collected:
    """Counts the checks of each requirement."""

    def __init__(self) -> None:
        self.counts: Counter[str | None] = Counter()

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Count."""
        self.counts = Counter(map(requirement_of, session.items))


def load_suite() -> Counter[str | None]:
    """Import all that a run of the suite imports, so that forks have it; count the checks by requirement."""
    collected = _Collected()
    with contextlib.redirect_stdout(io.StringIO()):
        pytest.main([*_PYTEST, "--collect-only"], plugins=[collected])
    return collected.counts


def _to_meet(mutant: Mutant, counts: Counter[str | None]) -> int:
    """Return how many checks a server meets: those that meet the most begin first."""
    return sum(counts[named] for named in mutant.kills or counts)


def judge(name: str) -> Outcome:
    """Run a server and, against it, the checks that it names (a legal one: all)."""
    mutant = MUTANTS[name]
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        try:
            with running(mutant, folder / "server.log") as url:
                run_suite(mutant, url, folder)
            checks = tuple(_brief(check) for check in read(folder / "conformance.json").checks)
        except (LaunchError, ResultFileError, TimeoutError) as error:
            logs = (folder / "server.log", folder / "suite.log")
            said = " ".join(log.read_text(errors="replace") for log in logs if log.exists())
            return Outcome(name, error=f"{error}; its last words: {' '.join(said.split())[-300:]}")
        seen = fired(sorted(folder.glob("transcripts/*")), frozenset(mutant.kills))
        return Outcome(name, checks, seen, time.monotonic() - began)


@contextmanager
def running(mutant: Mutant, log: Path) -> Iterator[str]:
    """Run a server on a free port; yield its URL. Raises LaunchError where it does not start."""
    process = _fork(_serve, mutant, log=log)
    try:
        yield listening_url(log, lambda: process.exitcode is not None)
    finally:
        _end(process)


def run_suite(mutant: Mutant, url: str, folder: Path) -> None:
    """Run the suite against ``url``, its results going to ``folder``. Raises TimeoutError."""
    profile = folder / "profile.toml"
    profile.write_text(mutant.profile, encoding="utf-8")
    arguments = [*_PYTEST, "--url", url, "--result", str(folder), "--profile", str(profile)]
    if mutant.kills:
        arguments += ["--deadline", str(DEADLINE), "-k", " or ".join(mutant.kills)]
    process = _fork(_suite, arguments, mutant.kills, log=folder / "suite.log")
    process.join(_LONGEST)
    if process.exitcode is None:
        _end(process)
        raise TimeoutError(f"the suite did not end within {_LONGEST:g} s")


def _serve(mutant: Mutant) -> int:
    config = Config(port=0, handshake_timeout=HANDSHAKE_TIMEOUT, log_level="error")
    return run(mutant.config(config), mutant.build(FaultRecord(mutant.name, mutant.every)), "mutants")


def _suite(arguments: list[str], named: tuple[str, ...]) -> int:
    return pytest.main(arguments, plugins=[_Enough(named)] if named else [])


class _Enough:
    """Stops the suite where each case costs a wait: when the time is up and many have failed."""

    def __init__(self, named: tuple[str, ...]) -> None:
        self._alive = set(named)
        self._kills = 0
        self._limit = time.monotonic() + _ENOUGH
        self._session: pytest.Session | None = None

    def pytest_sessionstart(self, session: pytest.Session) -> None:
        """Remember what to stop."""
        self._session = session

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Stop, if it is enough."""
        if report.failed:
            self._kills += 1
            self._alive.discard(str(dict(report.user_properties).get("id")))
        if self._session and self._kills >= _MANY and not self._alive and time.monotonic() > self._limit:
            self._session.shouldstop = "killed"


def _fork(work: object, *arguments: object, log: Path) -> BaseProcess:
    log.touch()
    process = _FORK.Process(target=_work, args=(work, log, *arguments))
    process.start()
    return process


def _work(work: object, log: Path, *arguments: object) -> None:
    with log.open("wb", buffering=0) as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    assert callable(work)
    sys.exit(work(*arguments))


def _end(process: BaseProcess) -> None:
    process.terminate()
    process.join(10)
    if process.exitcode is None:
        process.kill()
        process.join()


def _brief(check: Check) -> Check:
    """Return ``check`` without what only a reader of its transcript needs."""
    return msgspec.structs.replace(check, lanes="", notes=(), command="", transcript="")
