"""No process of a run is held up for long: not in a ramp, a change of users, a load shape, or a stop.

What blocks an event loop delays its users' sends and reads. On a machine that does something else, too, every
process waits now and then; so pauses are told in CPU time, and measured against work that is always the same.
"""

import json
import time
import urllib.parse
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

Start = Callable[..., Any]

MS = 1_000_000
PATIENCE = 60.0
HERE = Path(__file__).parent
PROBED = f"loadtests/,{HERE / 'hub_probe.py'}"
SHAPED = f"{PROBED},{HERE / 'two_ramps_down.py'}"
ALLOWED = 20 * MS
"""So long, in ns of CPU time, may a pause be where the probe's reference work takes ``USUAL``."""
USUAL = 0.8 * MS
ATTEMPTS = 3
RUNS = {
    "a ramp of ten steps in four processes": (4, PROBED, "-u 200 -r 20 -t 12s"),
    "a shape with two ramps down in two": (2, SHAPED, ""),
}
"""How many processes, with which locustfiles, and with which options."""

pytestmark = [pytest.mark.proof, pytest.mark.alone]


@dataclass(frozen=True)
class Measured:
    """A run that is over, and what its processes' probes wrote down, by process."""

    load: Any
    pauses: dict[str, list[dict[str, Any]]]

    @property
    def too_long(self) -> list[str]:
        """What is told of each pause while users were there that was too long.

        Before users come, and when all has been measured, the master is busy for longer: that delays nobody.
        """
        found = []
        for process, (first, *pauses) in self.pauses.items():
            phases = ("start", "run", "end") if process.startswith("worker") else ("run",)
            allowed = ALLOWED * max(1.0, first["reference"] / USUAL)
            found += [
                f"{process}: {pause['cpu'] / MS:.1f} of {allowed / MS:.1f} ms in {pause['where']}"
                for pause in pauses
                if pause["phase"] in phases and pause["cpu"] > allowed
            ]
        return found


def probed(start_load: Start, folder: Path, files: str, *options: str) -> Any:
    """Start a load test whose processes' probes write to ``folder``."""
    return start_load("-f", files, "--rooms", "20", *options, before=["env", f"HUB_PAUSES={folder}"])


def measured(load: Any, folder: Path) -> Measured:
    """Return what was measured of a run that has ended."""
    files = {path.stem: path.read_text(encoding="utf-8").splitlines() for path in folder.iterdir()}
    return Measured(load, {name: [json.loads(line) for line in lines] for name, lines in files.items()})


Run = Callable[[Path], Measured]


@pytest.fixture(scope="module")
def again(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Run], Measured]:
    """Return what does a run, and does it anew where something was too long, a few times at most.

    What blocks a loop does so in each run; a machine that is short of time, or of memory, now and then.
    """

    def do(run: Run) -> Measured:
        made = run(tmp_path_factory.mktemp("pauses"))
        for _ in range(ATTEMPTS - 1):
            if not made.too_long:
                break
            made = run(tmp_path_factory.mktemp("pauses"))
        return made

    return do


@pytest.fixture(scope="module", params=RUNS)
def ramp(
    request: pytest.FixtureRequest,
    chat_server: Any,
    start_load: Start,
    free_port: Callable[[], str],
    again: Callable[[Run], Measured],
) -> Measured:
    """A run without the web page; each of them alone, for others would disturb it."""
    processes, files, options = RUNS[request.param]

    def run(folder: Path) -> Measured:
        several = spread(processes, free_port())
        load = probed(
            start_load, folder, files, "--headless", "--host", chat_server.url, *several, *options.split()
        )
        load.finish()
        return measured(load, folder)

    made = again(run)
    assert kinds(made) == ["master", *["worker"] * processes], made.load.output
    return made


def spread(processes: int, port: str) -> list[str]:
    return ["--processes", str(processes), "--master-bind-port", port, "--master-port", port]


def kinds(run: Measured) -> list[str]:
    return sorted(process.split("-")[0] for process in run.pauses)


def test_no_process_of_a_ramp_pauses_for_long(ramp: Measured) -> None:
    assert ramp.too_long == [], ramp.load.output
    assert ramp.load.wrong == {}, ramp.load.output


def test_no_worker_is_lost_in_a_ramp(ramp: Measured) -> None:
    assert "failed to send heartbeat" not in ramp.load.output
    assert len(ramp.load.result.workers) == len(ramp.pauses) - 1, ramp.load.output
    assert ramp.load.result.verdict.correct


class Page:
    """The web page of a Locust process, whose number of users changes while a run is on."""

    def __init__(self, load: Any, port: str) -> None:
        self._load = load
        self._url = f"http://127.0.0.1:{port}/"
        self.until(lambda: self.ask(""))

    def ask(self, path: str, **form: object) -> str:
        data = urllib.parse.urlencode(form).encode() if form else None
        with suppress(OSError), urllib.request.urlopen(self._url + path, data, timeout=PATIENCE) as answer:
            return str(answer.read().decode())
        return ""

    def grow_to(self, users: int, host: str) -> None:
        """Ask for so many users, and look at the page until they are there, as a browser does."""
        self.ask("swarm", user_count=users, spawn_rate=20, host=host)
        self.until(lambda: self.stats["user_count"] == users and self.stats["state"] == "running")
        self.ask("")

    @property
    def stats(self) -> dict[str, Any]:
        stats: dict[str, Any] = json.loads(self.ask("stats/requests"))
        return stats

    def until(self, condition: Callable[[], object]) -> None:
        give_up = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < give_up, self._load.output
            time.sleep(0.2)


@pytest.mark.parametrize("processes", [1, 2])
def test_no_process_pauses_for_long_when_the_page_changes_the_number_of_users_or_stops_them(
    chat_server: Any,
    start_load: Start,
    free_port: Callable[[], str],
    again: Callable[[Run], Measured],
    processes: int,
) -> None:
    def run(folder: Path) -> Measured:
        web = free_port()
        several = spread(processes, free_port()) if processes > 1 else []
        load = probed(start_load, folder, PROBED, "--web-host", "127.0.0.1", "--web-port", web, *several)
        page = Page(load, web)
        if several:
            page.until(lambda: json.loads(page.ask("worker-count"))["worker_count"] == processes)
        for users in (20, 60, 20):
            page.grow_to(users, chat_server.url)
        page.ask("stop", stop="now")
        page.until(lambda: page.stats["state"] == "stopped")
        return measured(load, folder)

    made = again(run)
    assert kinds(made) == (["master", *["worker"] * processes] if processes > 1 else ["local"])
    assert made.too_long == [], made.load.output
    assert made.load.wrong == {}, made.load.output
