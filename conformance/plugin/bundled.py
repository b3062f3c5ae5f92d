"""The bundled reference server as the server under test: started on a free port, ended with the session."""

from pathlib import Path

from hubbub.launcher import LaunchedServer, launch

from ..configuration.profile import Limits, Profile

ORIGIN = "https://chat.example"
MESSAGE_LIMIT = 64 * 1024
HANDSHAKE_TIMEOUT = 3.0
"""Seconds; short, because SEC-4 waits for it."""
PROFILE = Profile(has=("presence", "nick", "deflate"), origin=ORIGIN, limits=Limits(MESSAGE_LIMIT))
"""What the bundled server is told to declare, so that no requirement of it is N/A."""

LOG = "server.log"


def start(folder: Path) -> LaunchedServer:
    """Start the server, its log going to ``folder``; raises LaunchError where it does not listen."""
    options = ("--origin", ORIGIN, "--max-message", str(MESSAGE_LIMIT))
    return launch(folder / LOG, *options, "--handshake-timeout", f"{HANDSHAKE_TIMEOUT:g}")
