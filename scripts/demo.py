"""One whole run against the reference server: judge it, load it, report on both (``make demo``).

The server listens on a free port of 127.0.0.1 and is ended at the end, whatever happened. The exit code is
that of the first step that failed, else 0.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from hubbub.launcher import LaunchError, reference_server  # noqa: E402  # the project need not be installed
from hubbub.results.folder import make_result_folder  # noqa: E402  # as above
from hubbub.results.records import ResultFileError  # noqa: E402  # as above
from hubbub.text import shell  # noqa: E402  # the project need not be installed

LOAD = [
    "--headless",
    "--only-summary",
    "-u",
    "200",
    "-r",
    "50",
    "-t",
    "30s",
    "--rooms",
    "20",
    "--rate",
    "2.5",
    "--seed",
    "1",
]
SERVER_LOG = "server.log"
REPORT = "report.html"
INTERRUPTED = 130
"""The exit code after Ctrl-C, as shells have it."""


def main() -> int:
    """Run the demonstration; return the exit code."""
    try:
        folder = make_result_folder("demo", None)
    except ResultFileError as error:
        print(error, file=sys.stderr)
        return 1
    try:
        with serve(folder / SERVER_LOG) as url:
            codes = [judge(url, folder), load(url, folder)]
    except LaunchError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        python("reports", "render", folder)
        print(f"interrupted; what was measured so far is in {folder}", file=sys.stderr)
        return INTERRUPTED
    codes += [python("reports", "render", folder), python("reports", "show", folder)]
    if (folder / REPORT).exists():
        print(f"\nThe report: {folder / REPORT}")
    return next(filter(None, codes), 0)


@contextmanager
def serve(log: Path) -> Iterator[str]:
    """Run the reference server on a free port and yield its URL; its log goes to ``log``."""
    step("The reference server")
    with reference_server(log) as server:
        # Suite and load test tell it with the commands that run them again.
        again = [*shell.python_module("reference_server"), "--port", str(urlsplit(server.url).port)]
        os.environ[shell.SERVER_COMMAND] = shell.line(again)
        print(f"{server.url} (its log: {log})", flush=True)
        yield server.url


def judge(url: str, folder: Path) -> int:
    """Run the conformance suite; return its exit code."""
    step("Is it right? pytest conformance")
    return python("pytest", "conformance", "--url", url, "--result", folder, "--no-page")


def load(url: str, folder: Path) -> int:
    """Run the load test; return its exit code."""
    step("How much does it carry while it stays right? locust -f loadtests/")
    return python("locust", "-f", "loadtests/", "--host", url, *LOAD, "--result", folder)


def python(module: str, *arguments: str | Path) -> int:
    """Run a module of this interpreter in the project's folder; return its exit code."""
    step = subprocess.Popen([sys.executable, "-m", module, *map(str, arguments)], cwd=ROOT)
    try:
        return step.wait()
    except KeyboardInterrupt:
        step.wait()  # it was interrupted, too, and writes what it has measured
        raise


def step(title: str) -> None:
    """Say what comes now."""
    print(f"\n== {title}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
