"""Which scenario runs, by all of Locust's means of choosing one; and whose defaults count."""

import json
import socket
import time
import urllib.parse
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

Start = Callable[..., Any]

PATIENCE = 60.0
SHORT = "--headless -u 4 -r 100 -t 2s --message-size 64"
CHOICES = {
    "nothing": "",
    "name": "HotRoom",
    "environment": "",
    "two names": "HotRoom Burst",
    "unknown name": "NoSuchChat",
    "own option": "HotRoom --rooms 2 --rate 8",
    "two processes": "Burst --rate 2 -t 4s",
}
BEFORE = {"environment": ["env", "LOCUST_USER_CLASSES=ManyRooms"]}


@pytest.fixture(scope="module")
def runs(chat_server: Any, start_load: Start, two_processes: list[str]) -> dict[str, Any]:
    """All at once, for they mostly wait."""
    common = [*SHORT.split(), "--host", chat_server.url]
    more = {"two processes": two_processes}
    return {
        name: start_load(*common, *choice.split(), *more.get(name, []), before=BEFORE.get(name, []))
        for name, choice in CHOICES.items()
    }


@pytest.fixture(scope="module")
def master(chat_server: Any, start_load: Start, free_port: Callable[[], str]) -> Any:
    """A master that runs ManyRooms, and a worker that was told nothing."""
    port = free_port()
    start_load("--worker", "--master-port", port)
    options = [*SHORT.split(), "--host", chat_server.url, "--master", "--master-bind-port", port]
    return start_load("ManyRooms", *options, "--expect-workers", "1")


@pytest.mark.parametrize(
    ("choice", "scenario", "settings"),
    [
        ("nothing", "SteadyChat", {"rooms": 20, "rate": 1.0, "room_sizes": "even"}),
        ("name", "HotRoom", {"rooms": 11, "rate": 0.2, "room_sizes": "hot"}),
        ("environment", "ManyRooms", {"rooms": 200, "room_sizes": "zipf"}),
        ("own option", "HotRoom", {"rooms": 2, "rate": 8.0, "room_sizes": "hot"}),
        ("two processes", "Burst", {"rooms": 4, "rate": 2.0, "schedule": "burst"}),
    ],
)
def test_one_scenario_runs_with_its_defaults_but_for_what_was_asked(
    runs: dict[str, Any], choice: str, scenario: str, settings: dict[str, object]
) -> None:
    check(runs[choice], scenario, settings)


def check(load: Any, scenario: str, settings: dict[str, object]) -> None:
    load.finish()
    result = load.result
    assert result.run.scenario == scenario
    assert {name: result.configuration[name] for name in settings} == settings
    assert result.configuration["message_size"] == 64
    assert f"{scenario}: 4 users in " in load.output


def test_a_worker_runs_what_its_master_says(master: Any) -> None:
    check(master, "ManyRooms", {"rooms": 200, "room_sizes": "zipf"})


def test_two_scenarios_at_once_are_refused_in_one_line(runs: dict[str, Any]) -> None:
    load = runs["two names"]
    assert load.finish() == 2, load.output
    assert "locust: error: a run is one scenario: name one of Burst, HotRoom\n" in load.output
    assert "Traceback" not in load.output


def test_an_unknown_scenario_is_refused_with_the_valid_names(runs: dict[str, Any]) -> None:
    load = runs["unknown name"]
    assert load.finish() == 2, load.output
    assert "there is no scenario 'NoSuchChat'; valid: Burst, Churn, " in load.output


def test_all_scenarios_are_listed(start_load: Start) -> None:
    load = start_load("--list")
    assert load.finish() == 0
    listed = {line.strip() for line in load.output.splitlines() if line.startswith("    ")}
    assert {"SteadyChat", "HotRoom", "ManyRooms", "IdleMass", "Burst"} <= listed


@pytest.fixture(scope="module")
def picker(start_load: Start, free_port: Callable[[], str]) -> tuple[Any, str]:
    """A web page with a class picker, and its address."""
    port = free_port()
    load = start_load("--class-picker", "--web-host", "127.0.0.1", "--web-port", port)
    load.wait_for("Starting web interface")
    give_up = time.monotonic() + PATIENCE
    while time.monotonic() < give_up:
        with suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", int(port))):
            break
        time.sleep(0.02)
    return load, f"http://127.0.0.1:{port}/"


def swarm(address: str, **form: object) -> dict[str, Any]:
    data = urllib.parse.urlencode({"user_count": 4, "spawn_rate": 100, **form}, doseq=True).encode()
    with urllib.request.urlopen(f"{address}swarm", data, timeout=PATIENCE) as answer:
        told: dict[str, Any] = json.load(answer)
        return told


def state(address: str) -> str:
    with urllib.request.urlopen(f"{address}stats/requests", timeout=PATIENCE) as answer:
        return str(json.load(answer)["state"])


def wait_until(wanted: str, address: str) -> None:
    while state(address) != wanted:
        time.sleep(0.02)


def test_the_web_page_runs_the_one_that_is_picked_and_no_two(
    picker: tuple[Any, str], chat_server: Any
) -> None:
    load, address = picker
    swarm(address, host=chat_server.url, user_classes=["HotRoom", "Burst"])
    load.wait_for("No run: a run is one scenario: name one of Burst, HotRoom")
    wait_until("stopped", address)
    swarm(address, host=chat_server.url, user_classes=["HotRoom"], run_time="1s")
    load.wait_for("verdict  ")
    assert load.result.run.scenario == "HotRoom"
    assert load.result.configuration["rooms"] == 11
    # The verdict comes before Locust is done with the run: what starts in between, it stops with it.
    wait_until("stopped", address)


def test_another_scenario_chosen_while_one_runs_is_refused_and_the_run_goes_on(
    picker: tuple[Any, str], chat_server: Any
) -> None:
    load, address = picker
    assert swarm(address, host=chat_server.url, user_classes=["Burst"])["success"]
    wait_until("running", address)
    told = swarm(address, host=chat_server.url, user_classes=["HotRoom"])
    assert not told["success"]
    assert told["message"] == "A run is one scenario: stop this one (Burst) before another is chosen"
    assert swarm(address, host=chat_server.url, user_classes=["Burst"], user_count=5)["success"]
    with urllib.request.urlopen(f"{address}stop", b"", timeout=PATIENCE):
        pass
    load.wait_for("Publishing has stopped")
    wait_until("stopped", address)
    assert "KeyError" not in load.output
