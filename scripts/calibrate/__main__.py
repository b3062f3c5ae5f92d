"""Measure this machine's ceiling and write it to ``results/calibration.json`` (``make calibrate``).

Real Locust processes load a server that does next to nothing. A first, gentle run of each kind tells what a
delivery, or a publish, costs; each further one asks for so much that the process would be busy if the costs
stayed, but they fall, for under load more is read and written at once. The ceiling is the rate at which a
process comes to the limit of validity for its CPU: it is told by the process's own CPU time, so that other
programs do not falsify it much.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import psutil

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from hubbub.load.config.config import Limits  # noqa: E402  # as above
from hubbub.load.preflight.calibration import Calibration, keep, this_machine  # noqa: E402  # as above
from hubbub.results.load_result import LoadResult, read  # noqa: E402  # as above
from hubbub.results.records import ResultFileError  # noqa: E402  # the project need not be installed

USERS = 500
SECONDS = 4
RUNS = 3
"""Of each kind."""
BUSY = 0.85
"""What share of a core each run after the first is to take."""
_BOTTLENECK = 0.95
"""A server that takes more than this share of a core may be what limits the run."""
_ANYTHING_GOES = ["--max-lag=60000", "--max-lateness=60000", "--max-cpu=9", "--min-rate=0"]
INTERRUPTED = 130
"""The exit code after Ctrl-C, as shells have it."""


class Kind(NamedTuple):
    """What is measured, and how."""

    name: str
    rooms: int
    first: float
    """Messages/s of each user in the gentle run."""

    @property
    def by_user(self) -> float:
        """How many there are of each user's message a second."""
        return USERS * (USERS / self.rooms if self.rooms < USERS else 1)

    def count(self, result: LoadResult) -> int:
        """Return how much of it there was."""
        return result.ledger.delivered if self.rooms < USERS else result.ledger.published


class Measured(NamedTuple):
    """What one run showed."""

    rate: float
    """Per second."""
    cpu: float
    """The generator's share of a core."""
    server: float
    """The server's."""


DELIVERIES = Kind("deliveries", 10, 2.0)
PUBLISHES = Kind("publishes", USERS, 4.0)


class CalibrationError(Exception):
    """A run that told nothing; its text is one line."""


def main() -> int:
    """Calibrate; return the exit code."""
    began = time.monotonic()
    print("Calibrating this machine: some short runs against a server that does next to nothing.", flush=True)
    try:
        with null_server() as server, tempfile.TemporaryDirectory(prefix="hubbub-calibrate-") as folder:
            deliveries, publishes = (ceiling(kind, server, Path(folder)) for kind in (DELIVERIES, PUBLISHES))
        date = datetime.now(UTC).isoformat(timespec="seconds")
        made = Calibration(machine=this_machine(), date=date, deliveries=deliveries, publishes=publishes)
        where = keep(made)
    except (CalibrationError, ResultFileError) as error:
        print(f"calibrate: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted; nothing was written", file=sys.stderr)
        return INTERRUPTED
    print(
        f"One process of this machine verifies up to {deliveries:,.0f} deliveries/s "
        f"and publishes up to {publishes:,.0f} messages/s.\n"
        f"Written to {where} in {time.monotonic() - began:.0f} s; later load runs compare themselves with it."
    )
    return 0


class Server(NamedTuple):
    """The null server's URL and process."""

    url: str
    process: psutil.Process

    def cpu_time(self) -> float:
        """Return how much CPU time it has used, in s."""
        times = self.process.cpu_times()
        return float(times.user + times.system)


@contextmanager
def null_server() -> Iterator[Server]:
    """Run the null server on a free port."""
    command = [sys.executable, "-m", "scripts.calibrate.null_server"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, cwd=ROOT, encoding="ascii", **pipes) as process:  # type: ignore[call-overload]
        try:
            port = process.stdout.readline().strip()
            if not port:
                raise CalibrationError("the null server did not start")
            yield Server(f"ws://127.0.0.1:{port}/", psutil.Process(process.pid))
        finally:
            process.terminate()


def ceiling(kind: Kind, server: Server, folder: Path) -> float:
    """Return the most of a kind that one process can generate within the limits of validity, per second."""
    rate, best = kind.first, 0.0
    for _ in range(RUNS):
        found = measure(kind, rate, server, folder)
        if found.server > _BOTTLENECK:
            print("  the server was busy, too: the ceiling may be higher than this", flush=True)
        best = max(best, found.rate / found.cpu)
        rate = BUSY * found.rate / found.cpu / kind.by_user
    return best * Limits().cpu


def measure(kind: Kind, rate: float, server: Server, folder: Path) -> Measured:
    """Run one load test, in which each user publishes at ``rate``, and return what it showed."""
    options = f"--headless -u {USERS} -r {USERS} -t {SECONDS}s --rooms {kind.rooms} --rate {rate:.3f}".split()
    own = ["--host", server.url, *_ANYTHING_GOES, "--drain", "5", "--result", str(folder)]
    command = [sys.executable, "-m", "locust", "-f", "loadtests/", "SteadyChat", *options, *own]
    used, began = server.cpu_time(), time.monotonic()
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    used, took = server.cpu_time() - used, time.monotonic() - began
    result = _result(folder, done.stderr)
    cpu = result.workers[0].cpu_share
    found = Measured(kind.count(result) / SECONDS, cpu, used / min(took, SECONDS))
    print(f"  {found.rate:>9,.0f} {kind.name}/s took {cpu:.0%} of a core", flush=True)
    return found


def _result(folder: Path, said: str) -> LoadResult:
    path = folder / "load.json"
    try:
        result = read(path)
    except ResultFileError as error:
        last = (said.strip().splitlines() or ["nothing was said"])[-1]
        raise CalibrationError(f"a load run has left no result: {last}") from error
    path.unlink()
    if not result.ledger.published or not result.workers:
        raise CalibrationError(f"a load run measured nothing: {'; '.join(result.verdict.reasons)}")
    return result


if __name__ == "__main__":
    sys.exit(main())
