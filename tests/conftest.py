"""What tests of several folders need: the reference server as a process, and a real browser."""

import importlib
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, sync_playwright

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM_OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_configure() -> None:
    """Prepare for all tests: Ctrl-C, Locust, and properties that are checked without a clock."""
    hear_ctrl_c()
    import_locust_unpatched()
    settings.register_profile("without a clock", deadline=None)  # a busy machine is no failure
    settings.load_profile("without a clock")


def hear_ctrl_c() -> None:
    """Let the processes that tests start hear Ctrl-C.

    A shell's background job is started with SIGINT ignored, and so are all its children, until one of them
    asks for it.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def import_locust_unpatched() -> None:
    """Import Locust without its patches of the standard library, for tests of what is built on it.

    With them a worker of pytest-xdist that waits for its first test waits on gevent's loop, where nothing can
    come, and ends. Processes that tests start have the patches.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LOCUST_SKIP_MONKEY_PATCH", "1")
        importlib.import_module("locust")


@dataclass(frozen=True)
class ServerProcess:
    """A running ``python -m reference_server``."""

    url: str
    """The chat's URL, ``ws://HOST:PORT/``."""
    process: subprocess.Popen[str]

    @property
    def page(self) -> str:
        """The chat page's URL, ``http://HOST:PORT/``."""
        return self.url.replace("ws", "http", 1)

    @property
    def port(self) -> int:
        """The port it listens on."""
        return urlsplit(self.url).port or 0

    def stop(self) -> int:
        """Ask it to end as Ctrl-C does, and return its exit code."""
        self.process.terminate()
        return self.process.wait(30)


StartServer = Callable[..., ServerProcess]


@contextmanager
def running_server(*options: str, program: str = "reference_server") -> Iterator[ServerProcess]:
    """Run the reference server or ``mutants``; the port is a free one unless an option names it."""
    command = [sys.executable, "-m", program, "--port", "0", *options]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, encoding="utf-8") as process:
        try:
            yield ServerProcess(url_told_by(process), process)
        finally:
            process.terminate()


def url_told_by(process: subprocess.Popen[str]) -> str:
    """Read the log up to the line that names the URL; the rest is read and dropped, so that no pipe fills."""
    assert process.stderr
    seen = []
    for line in process.stderr:
        if url := re.search(r"\bwss?://[^\s\"]+", line):
            threading.Thread(target=process.stderr.read, daemon=True).start()
            return url[0]
        seen.append(line)
    raise RuntimeError(f"the reference server did not start: {''.join(seen)}")


@contextmanager
def running_servers() -> Iterator[StartServer]:
    """Yield what starts servers with the options given; they end together."""
    with ExitStack() as servers:
        yield lambda *options, program="reference_server": servers.enter_context(
            running_server(*options, program=program)
        )


@pytest.fixture
def start_server() -> Iterator[StartServer]:
    """Start reference servers with the options given; they end with the test."""
    with running_servers() as start:
        yield start


@pytest.fixture(scope="module")
def start_module_server() -> Iterator[StartServer]:
    """Start reference servers with the options given; they end with the module's tests."""
    with running_servers() as start:
        yield start


@pytest.fixture(scope="session")
def chat_server() -> Iterator[ServerProcess]:
    """The one reference server for tests that need nothing special: each takes a room of its own."""
    with running_server() as server:
        yield server


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A headless Chromium.

    Playwright keeps an event loop running in this thread while it lives, so it ends with its module:
    the next may use ``asyncio.run``.
    """
    chromium = next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    if chromium is None:
        pytest.skip("needs Chromium: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_OPTIONS)
        yield browser
        browser.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In continuous integration a test that skips because it "needs" a real part has failed."""
    report = yield
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else ""
    if os.environ.get("CI") and report.skipped and reason.startswith("Skipped: needs "):
        report.outcome = "failed"
        report.longrepr = f"{reason.removeprefix('Skipped: ')} (a skip is a failure where CI is set)"
    return report
