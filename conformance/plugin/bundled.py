"""The bundled reference server as the server under test: started on a free port, ended with the session."""

import contextlib
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from ..configuration.profile import Limits, Profile

ORIGIN = "https://chat.example"
MESSAGE_LIMIT = 64 * 1024
HANDSHAKE_TIMEOUT = 3.0
"""Seconds; short, because SEC-4 waits for it."""
PROFILE = Profile(has=("presence", "nick", "deflate"), origin=ORIGIN, limits=Limits(MESSAGE_LIMIT))
"""What the bundled server is told to declare, so that no requirement of it is N/A."""

LOG = "server.log"

_LISTENING = re.compile(rb"event=listening .*\burl=(ws\S+)")
_LONGEST_START = 30.0
_LONGEST_STOP = 10.0
_SHORTEST_STOP = 0.5
_POLL = 0.01


class BundledServerError(Exception):
    """The bundled server did not start; the text is one line that says why."""


@dataclass(frozen=True)
class BundledServer:
    """A running bundled server."""

    url: str
    log: Path
    process: "subprocess.Popen[bytes]"

    def stop(self, at_once: bool = False) -> None:
        """End it, and wait until it has ended; with ``at_once`` but a moment."""
        self.process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(_SHORTEST_STOP if at_once else _LONGEST_STOP)
            return
        self.process.kill()
        self.process.wait()


def start(folder: Path) -> BundledServer:
    """Start the server, its log going to ``folder``; raises BundledServerError where it does not listen."""
    log = folder / LOG
    command = [sys.executable, "-m", "hubbub.reference_server", "--port", "0"]
    command += ["--origin", ORIGIN, "--max-message", str(MESSAGE_LIMIT)]
    command += ["--handshake-timeout", f"{HANDSHAKE_TIMEOUT:g}"]
    with log.open("wb") as stderr:
        # In a group of its own, so that Ctrl-C ends the suite and not the server under it.
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=stderr, process_group=0
        )
    server = BundledServer("", log, process)
    limit = time.monotonic() + _LONGEST_START
    while time.monotonic() < limit:
        found = _LISTENING.search(log.read_bytes())
        if found:
            return BundledServer(found.group(1).decode(), log, process)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_POLL)
            raise BundledServerError(f"the bundled server ended at once: {_last_line(log)}")
    server.stop()
    raise BundledServerError(f"the bundled server did not listen within {_LONGEST_START:g} s; see {log}")


def _last_line(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return lines[-1] if lines else f"exit without a word; see {log}"
