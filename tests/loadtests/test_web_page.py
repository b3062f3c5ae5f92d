"""Locust's web page: runs are started, watched and stopped there, and each leaves its result."""

import json
import re
import socket
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from swarm.result import LoadResult, read

Start = Callable[..., Any]
PATIENCE = 60.0


@dataclass(frozen=True)
class Page:
    """The web page of a Locust process."""

    load: Any
    url: str

    def get(self, path: str) -> str:
        with urllib.request.urlopen(self.url + path, timeout=PATIENCE) as answer:
            return str(answer.read().decode())

    def swarm(self, **form: object) -> dict[str, Any]:
        data = urllib.parse.urlencode({"spawn_rate": 100, **form}).encode()
        with urllib.request.urlopen(f"{self.url}swarm", data, timeout=PATIENCE) as answer:
            told: dict[str, Any] = json.load(answer)
            return told

    def stop(self) -> None:
        with urllib.request.urlopen(f"{self.url}stop", b"", timeout=PATIENCE) as answer:
            assert json.load(answer)["success"]

    @property
    def stats(self) -> dict[str, Any]:
        stats: dict[str, Any] = json.loads(self.get("stats/requests"))
        return stats

    def delivers(self) -> bool:
        """Whether a run is on that has delivered something; Locust tells it of up to two seconds ago."""
        stats = self.stats
        rows = [row["num_requests"] for row in stats["stats"] if row["name"] == "chat delivered"]
        return bool(stats["state"] == "running" and sum(rows) > 0)

    def until(self, condition: Callable[[], object]) -> None:
        give_up = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < give_up, self.load.output
            time.sleep(0.05)

    def answers(self) -> bool:
        try:
            return bool(self.get(""))
        except urllib.error.URLError:
            return False


@pytest.fixture(scope="module")
def page(start_load: Start) -> Page:
    return start_page(start_load)


def start_page(start_load: Start) -> Page:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    load = start_load("--web-host", "127.0.0.1", "--web-port", str(port))
    page = Page(load, f"http://127.0.0.1:{port}/")
    page.until(page.answers)
    return page


def run(page: Page, url: str, folder: Path, **form: object) -> LoadResult:
    """Start a run, let it deliver something, stop it, and return its result."""
    told = page.swarm(host=url, user_count=4, **form)
    assert told["success"], told
    page.until(page.delivers)
    page.stop()
    page.until((folder / "load.json").exists)
    page.until(lambda: page.stats["state"] == "stopped")
    return read(folder / "load.json")


def test_the_form_offers_our_options_and_the_reference_servers_default(page: Page) -> None:
    html = page.get("")
    assert '"host": "ws://127.0.0.1:8765/"' in html
    assert "rooms that the users are spread over (default: 20)" in html
    assert '"choices": ["default", "jitter", "fixed", "poisson", "burst"]' in html


def test_each_run_of_the_page_leaves_a_result_of_its_own(page: Page, chat_server: Any) -> None:
    first = run(page, chat_server.url, page.load.folder, rooms=2, rate=10)
    second = run(page, chat_server.url, page.load.folder.with_name("result-2"), rooms=1, rate=20)
    for result, rooms in ((first, 2), (second, 1)):
        assert result.ledger.delivered == result.ledger.expected > 0
        assert (result.verdict.correct, result.connections.opened) == (True, 4)
        assert (len(result.rooms), result.configuration["rooms"]) == (rooms, rooms)
    assert first.run.id != second.run.id
    assert read(page.load.folder / "load.json") == first
    page.until(lambda: page.load.output.count("verdict  ") == 2)


def test_a_tab_shows_ledger_latency_and_validity_while_a_run_is_on(
    page: Page, chat_server: Any, browser: Browser
) -> None:
    page.swarm(host=chat_server.url, user_count=4, rooms=1, rate=10)
    page.until(page.delivers)
    shown = browser.new_page()
    shown.goto(f"{page.url}?tab=deliveries")
    for figure, told in (
        ("verdict so far", r"(not )?valid, correct"),
        ("members", "4"),
        ("deliveries received", r"[\d,]+/s\s+[\d,]+"),
        ("missing so far", "0"),
        ("duplicated", "0"),
        ("latency p99", r"[\d.]+ ms\s+[\d.]+ ms"),
        ("event loop lag p99", r"[\d.]+ ms\s+250 ms"),
    ):
        row = shown.get_by_role("row").filter(has=shown.get_by_role("cell", name=figure, exact=True))
        expect(row).to_have_text(
            re.compile(rf"{figure}\s*{told}"), timeout=PATIENCE * 1000, use_inner_text=True
        )
    shown.close()
    page.stop()
    page.until(lambda: page.stats["state"] == "stopped")


def test_a_wrong_entry_in_the_form_ends_the_run_with_its_reason(page: Page, chat_server: Any) -> None:
    page.swarm(host=chat_server.url, user_count=4, rooms=0)
    page.load.wait_for("No run: --rooms is at least 1")
    page.until(lambda: page.stats["state"] == "stopped")
    assert "Traceback" not in page.load.output


def test_a_rise_of_users_is_looked_at_before_it_starts_and_the_run_goes_on(
    page: Page, chat_server: Any
) -> None:
    page.swarm(host=chat_server.url, user_count=4, rooms=1, rate=10)
    page.until(page.delivers)
    told = page.swarm(host=chat_server.url, user_count=100_000_000)
    assert not told["success"]
    assert told["message"].startswith("100,000,000 users ")
    assert page.stats["user_count"] == 4
    assert page.swarm(host=chat_server.url, user_count=6)["success"]
    page.until(lambda: page.stats["user_count"] == 6)
    page.stop()
    page.until(lambda: page.stats["state"] == "stopped")


def test_ctrl_c_ends_the_page(start_load: Start) -> None:
    page = start_page(start_load)
    page.load.interrupt()
    assert page.load.finish() == 0, page.load.output
    assert not page.answers()
