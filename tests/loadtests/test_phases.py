"""Whatever changes the number of users, each number that stands still is a phase of its own."""

import json
import socket
import time
import urllib.parse
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest

from hubbub.results.load_result import LoadResult, Phase

Start = Callable[..., Any]

SHAPE = """
from locust import LoadTestShape


class Stairs(LoadTestShape):
    stages = ((6, 0), (14, 6), (22, 2))

    def tick(self):
        for until, users in self.stages:
            if self.get_run_time() < until:
                return users, 100
        return None
"""
ONE_ROOM = ("--rooms", "1", "--rate", "5", "--slo", "delivered<1000/s", "--slo", "p50<600s", "--drain", "20")
PATIENCE = 120.0


@pytest.fixture(scope="module")
def runs(
    chat_server: Any,
    start_load: Start,
    two_processes: list[str],
    free_port: Callable[[], str],
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, Any]:
    """All at once, for they mostly wait."""
    shape = tmp_path_factory.mktemp("shape") / "stairs.py"
    shape.write_text(SHAPE)
    common = (*ONE_ROOM, "--host", chat_server.url)
    staged = ("-f", f"loadtests/,{shape}", "--headless", *common)
    port = free_port()
    return {
        "shape": start_load(*staged),
        "shape in two processes": start_load(*staged, *two_processes),
        "web": start_load("--web-host", "127.0.0.1", "--web-port", port, *common),
        "web port": port,
    }


def ask(port: str, path: str, **form: object) -> dict[str, Any]:
    data = urllib.parse.urlencode(form).encode() if form else None
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/{path}", data, timeout=PATIENCE) as answer:
        told: dict[str, Any] = json.load(answer)
        return told


def answers(port: str) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", int(port))) == 0


def until(condition: Callable[[], object]) -> None:
    give_up = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < give_up
        time.sleep(0.05)


def let_pass(seconds: float) -> None:
    """Let a run go on for so long; nothing waits for it but the run's own length."""
    end = time.monotonic() + seconds
    until(lambda: time.monotonic() > end)


def plateaus(result: LoadResult) -> list[Phase]:
    return [phase for phase in result.phases if phase.kind == "plateau"]


def check(result: LoadResult, users: list[int]) -> None:
    """Check that plateaus are as told, phases follow one another, and rates are of one load each."""
    starts = [phase.start for phase in result.phases]
    assert starts == [0, *(phase.end for phase in result.phases[:-1])]
    assert result.phases[-1].kind == "drain"
    assert result.phases[-1].end == len(result.seconds)
    assert [phase.users for phase in plateaus(result)] == users
    for phase in plateaus(result):
        assert phase.end - phase.start >= 4
        assert phase.rates.sent == pytest.approx(5 * phase.users, rel=0.3)
        assert phase.rates.delivered == pytest.approx(5 * phase.users**2, rel=0.3)
        assert phase.latency.intended.count == pytest.approx(phase.messages * phase.users, rel=0.3)
    assert sum(phase.latency.intended.count for phase in result.phases) == result.latency.intended.count
    ledger, timed = result.ledger, result.latency.intended.count
    assert ledger.delivered <= timed <= ledger.delivered + ledger.indeterminate


@pytest.mark.proof
@pytest.mark.parametrize("processes", ["shape", "shape in two processes"])
def test_a_shape_that_begins_with_nobody_and_goes_up_and_down_has_its_phases(
    runs: dict[str, Any], processes: str
) -> None:
    load = runs[processes]
    load.finish()
    result = load.result
    assert load.wrong == {}, load.output
    check(result, [0, 6, 2])
    judged = {objective.text: objective for objective in result.verdict.objectives}
    assert judged["delivered<1000/s"].measured == pytest.approx(180, rel=0.3)
    texts = [[objective.text for objective in phase.objectives] for phase in plateaus(result)]
    assert texts == [[], ["delivered<1000/s", "p50<600s"], ["p50<600s"]]
    assert "  0:00 to 0:06: nobody" in load.output
    assert "  0:06 to 0:14: 6 users in 1 room" in load.output
    assert "  0:14 to 0:22: 2 users in 1 room" in load.output
    assert result.configuration["users"] == 6


@pytest.mark.proof
def test_a_change_of_the_users_from_the_web_page_begins_a_phase(runs: dict[str, Any]) -> None:
    load, port = runs["web"], runs["web port"]
    until(lambda: answers(port))
    ask(port, "swarm", user_count=3, spawn_rate=100)
    until(lambda: ask(port, "stats/requests")["state"] == "running")
    let_pass(7)
    ask(port, "swarm", user_count=6, spawn_rate=100)
    until(lambda: ask(port, "stats/requests")["user_count"] == 6)
    let_pass(7)
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/stop", b"", timeout=PATIENCE) as answer:
        assert json.load(answer)["success"]
    until(lambda: (load.folder / "load.json").exists())
    check(load.result, [3, 6])
    assert "from now on: 6 users in 1 room" in load.output
