"""Starts the reference server in a process of its own, and waits until it listens."""

import contextlib
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_COMMAND = (sys.executable, "-m", "hubbub.reference_server")
_LISTENING = re.compile(r"event=listening\b.*\burl=(ws\S+)")
"""The line of a server's log that says where it listens."""
_LONGEST_START = 30.0
"""Seconds; a busy machine takes a few."""
_LONGEST_STOP = 10.0
_SHORTEST_STOP = 0.5
_POLL = 0.01


class LaunchError(Exception):
    """A server did not start; the text is one line that says why."""


@dataclass(frozen=True)
class LaunchedServer:
    """A reference server that listens."""

    url: str
    """Where it listens, such as ``ws://127.0.0.1:41234/``."""
    log: Path
    process: "subprocess.Popen[bytes]"

    def stop(self, at_once: bool = False) -> None:
        """End it, and wait up to 10 s until it has ended; with ``at_once`` half a second."""
        _end(self.process, _SHORTEST_STOP if at_once else _LONGEST_STOP)


def launch(log: Path, *options: str) -> LaunchedServer:
    """Start the reference server on a free port of 127.0.0.1, its log going to the file ``log``.

    ``options`` are further ones of its command line. Raises LaunchError where it does not listen within 30 s.
    """
    with log.open("wb") as sink:
        # In a group of its own, so that Ctrl-C ends what uses the server and not the server under it.
        process = subprocess.Popen(
            [*_COMMAND, "--port", "0", *options],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=sink,
            process_group=0,
        )
    try:
        return LaunchedServer(listening_url(log, lambda: process.poll() is not None), log, process)
    except BaseException:
        _end(process, _LONGEST_STOP)
        raise


@contextmanager
def reference_server(log: Path, *options: str) -> Iterator[LaunchedServer]:
    """Run the reference server, as ``launch`` starts it, for as long as the context lasts."""
    server = launch(log, *options)
    try:
        yield server
    finally:
        server.stop()


def listening_url(log: Path, ended: Callable[[], bool]) -> str:
    """Wait until a server's log says where it listens; return that URL.

    Raises LaunchError where that takes longer than 30 s, or the process has ``ended``.
    """
    limit = time.monotonic() + _LONGEST_START
    while time.monotonic() < limit:
        over = ended()
        if found := _LISTENING.search(_read(log)):
            return found[1]
        if over:
            raise LaunchError(f"the server ended at once: {_last_line(log)}")
        time.sleep(_POLL)
    raise LaunchError(f"the server did not listen within {_LONGEST_START:g} s; see {log}")


def _read(log: Path) -> str:
    return log.read_text(encoding="utf-8", errors="replace")


def _last_line(log: Path) -> str:
    lines = _read(log).strip().splitlines()
    return lines[-1] if lines else f"exit without a word; see {log}"


def _end(process: "subprocess.Popen[bytes]", seconds: float) -> None:
    process.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(seconds)
        return
    process.kill()
    process.wait()
