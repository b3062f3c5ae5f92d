"""Locust's web page: runs are started, watched and stopped there, and each leaves its result."""

import json
import re
import socket
import subprocess
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

from hubbub.results.load_result import LoadResult, read

Start = Callable[..., Any]
PATIENCE = 60.0
ROOT = Path(__file__).parents[2]


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
        except urllib.error.HTTPError:
            return True
        except urllib.error.URLError:
            return False


@pytest.fixture(scope="module")
def page(start_load: Start) -> Page:
    return start_page(start_load)


def start_page(start_load: Start, *options: str) -> Page:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    load = start_load("--web-host", "127.0.0.1", "--web-port", str(port), *options)
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


def test_the_form_offers_our_options_in_groups_and_the_reference_servers_default(
    page: Page, browser: Browser
) -> None:
    html = page.get("")
    assert '"host": "ws://127.0.0.1:8765/"' in html
    assert '"choices": ["default", "jitter", "fixed", "poisson", "burst"]' in html
    shown = browser.new_page()
    shown.goto(page.url)
    shown.get_by_text("Custom parameters").click()
    expect(shown.get_by_label("Rooms (20)")).to_be_visible()
    names = [field.get_attribute("name") for field in shown.locator("[name]").all()]
    order = [
        "slo",
        "rooms",
        "roomSizes",
        "rate",
        "schedule",
        "interval",
        "warmUp",
        "subprotocol",
        "maxLag",
    ]
    assert [name for name in names if name in order] == order
    for name, title in (
        ("slo", "Objectives"),
        ("rooms", "Rooms"),
        ("maxLag", "Limits of a valid measurement"),
    ):
        field = shown.locator(".MuiFormControl-root", has=shown.locator(f'[name="{name}"]'))
        assert field.evaluate("one => getComputedStyle(one, '::before').content") == f'"{title}"'
    shown.close()


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


def test_the_page_opens_with_a_tab_that_shows_the_run_while_it_is_on_and_its_report_after_it(
    page: Page, chat_server: Any, browser: Browser
) -> None:
    page.swarm(host=chat_server.url, user_count=4, rooms=1, rate=10, slo="p99<600s")
    page.until(page.delivers)
    shown = browser.new_page()
    shown.goto(page.url)
    expect(shown.get_by_role("tab", selected=True)).to_have_text("Deliveries")
    tabs = [(tab.bounding_box() or {"x": 0.0})["x"] for tab in shown.get_by_role("tab").all()]
    assert min(tabs) == tabs[-1], "ours is first in the row"
    for figure, told in (
        ("missing so far", "0"),
        ("duplicated", "0"),
        ("p99<600s", r"[\d.]+ (ms|µs), few: \d+ of 10,000 messages\s*too few to judge yet"),
        ("event loop lag, p99", r"[\d.]+ (ms|µs)( \(few\))?\s*250 ms\s*(within|over)"),
    ):
        row = shown.get_by_role("row").filter(has=shown.get_by_role("cell", name=figure, exact=True))
        expect(row).to_have_text(
            re.compile(rf"{figure}\s*{told}"), timeout=PATIENCE * 1000, use_inner_text=True
        )
    for title in ("Deliveries a second", "Latency"):
        lines = shown.locator("figure", has_text=title).locator("path")
        expect(lines.last).to_have_attribute("d", re.compile(r"^M[\d. ]+L"), timeout=PATIENCE * 1000)
    page.stop()
    link = shown.get_by_role("link", name="Open the report")
    expect(link).to_be_visible(timeout=PATIENCE * 1000)
    with shown.expect_popup() as opened:
        link.click()
    expect(opened.value.locator("#verdict")).to_be_attached(timeout=PATIENCE * 1000)
    shown.close()
    page.until(lambda: page.stats["state"] == "stopped")


def test_a_run_of_the_page_has_a_command_that_runs_it_again_without_the_page(
    page: Page, chat_server: Any, tmp_path: Path
) -> None:
    folder = page.load.folder.with_name(f"result-{next_number(page)}")
    told = run(page, chat_server.url, folder, rooms=2, rate=10, run_time="3s", slo="p99<600s")
    again = f"{told.run.command} --result {tmp_path / 'again'}"
    done = subprocess.run(["sh", "-c", again], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode in (0, 4), done.stderr  # 4: this machine is busy
    result = read(tmp_path / "again" / "load.json")
    for name in ("users", "rooms", "rate", "slos", "host"):
        assert result.configuration[name] == told.configuration[name]


def next_number(page: Page) -> int:
    """Return the number of the folder that the page's next result goes to."""
    return 1 + len(list(page.load.folder.parent.glob("result*/load.json")))


def test_the_tab_lies_where_the_page_does(start_load: Start) -> None:
    page = start_page(start_load, "--web-base-path", "/load")
    assert "deliveries/tab.js" in page.get("load/")
    assert json.loads(page.get("load/deliveries/now"))["state"] == "No run has been started yet."
    with pytest.raises(urllib.error.HTTPError, match="404"):
        page.get("load/deliveries/report")
    page.load.interrupt()
    page.load.finish()


def test_a_wrong_entry_in_the_form_ends_the_run_with_its_reason(page: Page, chat_server: Any) -> None:
    told = page.swarm(host=chat_server.url, user_count=4, rooms=0)
    assert (told["success"], told["message"]) == (False, "No run: --rooms must be at least 1")
    page.load.wait_for("No run: --rooms must be at least 1")
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


def test_the_form_never_shows_a_secret_again_and_still_means_it(page: Page, chat_server: Any) -> None:
    shown = f"{chat_server.url}?token=..."
    told = page.swarm(host=f"{chat_server.url}?token=very-secret-token", user_count=2, rooms=1, rate=10)
    assert (told["success"], told["host"]) == (True, shown)
    for host in ("", shown):
        page.until(page.delivers)
        assert "very-secret-token" not in page.get("") + page.get("stats/report")
        page.stop()
        page.until(lambda: page.stats["state"] == "stopped")
        if not host:
            assert page.swarm(host=shown, user_count=2, rooms=1, rate=10)["success"]
    assert "very-secret-token" not in page.load.output


def test_ctrl_c_ends_the_page(start_load: Start) -> None:
    page = start_page(start_load)
    page.load.interrupt()
    assert page.load.finish() == 0, page.load.output
    assert not page.answers()
