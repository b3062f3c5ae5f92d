"""Servers that mean ill, each a process of its own."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

SERVER = Path(__file__).with_name("server.py")


@pytest.fixture
def start_hostile() -> Iterator[Callable[[str], str]]:
    """Start a server of this mode; return its URL."""
    with ExitStack() as servers:

        def start_hostile(mode: str) -> str:
            command = [sys.executable, str(SERVER), mode]
            process = servers.enter_context(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
            servers.callback(process.kill)
            assert process.stdout
            return process.stdout.readline().strip()

        yield start_hostile
