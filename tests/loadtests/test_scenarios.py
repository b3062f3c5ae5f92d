"""Every scenario against the bundled server, for a few seconds: its books balance, and it can be reported."""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reports.model.result_folder import open_results
from reports.output.html import render

Start = Callable[..., Any]
ROOT = Path(__file__).parents[2]
USERS = 8

SCENARIOS = {
    "SteadyChat": "--rooms 2 --rate 4",
    "HotRoom": "--rate 4",
    "ManyRooms": "--rate 4",
    "IdleMass": "--rooms 2 --rate 2",
    "Burst": "--rooms 2 --rate 2",
    "ConnectHerd": "--rooms 2 --rate 4",
    "ReconnectStorm": "--rooms 2 --rate 4 --interval 0.8",
    "SlowReader": "--rooms 2 --rate 4 --interval 0.5 --share 0.5",
    "Churn": "--rooms 2 --rate 4 --interval 0.5",
    "Soak": "--rooms 2 --rate 4 --interval 0.5 --share 0.5 -t 5s",
}
RETURNING = {"ReconnectStorm", "Churn", "Soak"}
"""Their users leave and come back."""


GHOSTS = "ghost-after-reset"
"""A server that goes on listing members whose connections were reset."""


@pytest.fixture(scope="module")
def runs(chat_server: Any, start_load: Start, start_module_server: Start) -> dict[str, Any]:
    """All at once, for they mostly wait."""
    common = f"--headless -u {USERS} -r 100 -t 3s --drain 5".split()
    common += ["--server-pid", str(chat_server.process.pid)]
    loads = {
        scenario: start_load(scenario, *common, *options.split(), "--host", chat_server.url)
        for scenario, options in SCENARIOS.items()
    }
    haunted = start_module_server("--fault", GHOSTS, program="mutants")
    churn = ("Churn", *SCENARIOS["Churn"].split(), "--drain", "2", "--host", haunted.url)
    return {**loads, GHOSTS: start_load(*common, *churn)}


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_scenarios_books_balance(runs: dict[str, Any], scenario: str) -> None:
    """On a busy machine the measurement may be invalid, but the books are balanced all the same."""
    load = runs[scenario]
    code, result = load.finish(), load.result
    assert load.wrong == {}, load.output
    assert result.ledger.delivered == result.ledger.expected > 0
    assert result.verdict.correct
    assert code == (0 if result.verdict.valid else 4), load.output
    assert result.run.scenario == scenario
    connections = result.connections
    assert (connections.failed, connections.lost, connections.closes) == (0, 0, {})
    assert (connections.opened > USERS) == (scenario in RETURNING)
    assert sum(room.members for room in result.rooms) == USERS
    assert "Traceback" not in load.output


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_scenarios_result_becomes_a_report(runs: dict[str, Any], scenario: str) -> None:
    load = runs[scenario]
    load.finish()
    assert scenario in render(open_results(load.folder))


def test_a_soak_watches_the_latency_and_the_memory_of_all_processes(runs: dict[str, Any]) -> None:
    load = runs["Soak"]
    load.finish()
    trends = {trend.what: trend for trend in load.result.trends}
    assert set(trends) == {"median latency", "memory of worker 0", "memory of the server"}
    assert all(len(trend.points) >= 3 for trend in trends.values())
    assert all(size > 1_000_000 for _, size in trends["memory of the server"].points)


def test_userlists_are_seen_to_change(runs: dict[str, Any]) -> None:
    load = runs["Churn"]
    load.finish()
    assert load.result.latency.userlist.count > 0


def test_userlists_that_do_not_tell_the_truth_at_the_end_fail_the_run(runs: dict[str, Any]) -> None:
    load = runs[GHOSTS]
    assert load.finish() == 3, load.output
    result = load.result
    assert set(load.wrong) == {"stale"}, load.output
    assert 0 < result.ledger.stale <= USERS
    assert f"the last userlist of {result.ledger.stale} members was wrong" in result.verdict.reasons
    assert {anomaly.kind for anomaly in result.anomalies} == {"stale"}
    assert "its last userlist is with user-" in result.anomalies[0].detail


TOLD = """
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
import locust
from hubbub.load.users.user import ChatUser

for place, path in enumerate(Path("loadtests").glob("*.py")):
    spec = spec_from_file_location(f"scenario{place}", path)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    for name, found in vars(module).items():
        if isinstance(found, type) and issubclass(found, ChatUser) and found is not ChatUser:
            options = (f"--{option} {value}" for option, value in found.defaults.items())
            print(name, "|", *(option.replace("_", "-") for option in options), "|", *found.slos)
"""


def test_every_scenario_is_tested_and_stands_in_the_page_with_its_defaults() -> None:
    """Read in a process of its own, for Locust patches the one that imports it."""
    done = subprocess.run([sys.executable, "-c", TOLD], cwd=ROOT, capture_output=True, text=True, check=True)
    told = {tuple(part.strip() for part in line.split("|")) for line in done.stdout.splitlines()}
    page = (ROOT / "docs" / "load.md").read_text(encoding="utf-8")
    rows = set(re.findall(r"^\| `([A-Z]\w+)` \|[^|]*\| `?([^|`]*)`? \| `([^|]*)` \|$", page, re.MULTILINE))
    assert {name for name, _, _ in told} == set(SCENARIOS)
    assert told == {(name, defaults.strip(), objectives) for name, defaults, objectives in rows}


STORMY = {
    "ConnectHerd": "-u 400 -t 10s --rooms 8",
    "ReconnectStorm": "-u 200 -t 20s --rooms 8 --interval 4",
    "SlowReader": "-u 60 -t 20s --rooms 2 --interval 4",
    "Churn": "-u 100 -t 20s --rooms 5 --interval 2",
}


@pytest.mark.proof
@pytest.mark.parametrize("scenario", STORMY)
def test_users_that_come_and_go_in_two_processes_are_accounted_for(
    chat_server: Any, start_load: Start, two_processes: list[str], scenario: str
) -> None:
    options = f"--headless -r 100 {STORMY[scenario]} --host {chat_server.url}"
    load = start_load(scenario, *options.split(), *two_processes)
    code, result = load.finish(), load.result
    assert load.wrong == {}, load.output
    assert result.ledger.delivered == result.ledger.expected > 1_000
    assert (result.connections.failed, result.connections.lost) == (0, 0)
    assert code == (0 if result.verdict.valid else 4), load.output
