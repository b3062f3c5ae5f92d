"""A mutant as a process, the clients of two rooms, and what each of them got."""

import base64
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect


@dataclass(frozen=True)
class Client:
    """A member of a room."""

    socket: ClientConnection
    wsid: str

    def publish(self, count: int) -> list[str]:
        """Send ``count`` Chats, wait until the server has read them, and return their Messages."""
        messages = [base64.b64encode(f"{self.wsid} {number}".encode()).decode() for number in range(count)]
        for message in messages:
            self.socket.send(json.dumps({"Message": message, "Author": "Ann"}))
        assert self.socket.ping().wait(30)
        return messages

    def chats(self) -> list[dict[str, str]]:
        """Return the Chats that came until the server ended."""
        chats = []
        try:
            while True:
                message = json.loads(self.socket.recv(timeout=30))
                if message["Type"] == "Chat":
                    chats.append(message)
        except ConnectionClosed:
            return chats

    def messages(self) -> list[str]:
        """Return the Messages that came until the server ended."""
        return [chat["Message"] for chat in self.chats()]


@dataclass(frozen=True)
class RunningMutant:
    """A mutant with its record of faults."""

    server: Any
    """A ``ServerProcess``."""
    log: Path
    clients: ExitStack

    def join(self, room: str) -> Client:
        """Let one more member into ``room``."""
        socket = self.clients.enter_context(connect(f"{self.server.url}?room={room}", max_queue=None))
        return Client(socket, json.loads(socket.recv(timeout=30))["WSID"])

    def stop(self) -> dict[str, Any]:
        """End the server and return the record of faults."""
        assert self.server.stop() == 0
        record: dict[str, Any] = json.loads(self.log.read_text())
        return record


@pytest.fixture
def start_mutant(start_server: Any, tmp_path: Path) -> Iterator[Callable[..., RunningMutant]]:
    """Start mutants by name, with further options."""
    log = tmp_path / "faults.json"
    with ExitStack() as clients:
        yield lambda fault, *options: RunningMutant(
            start_server("--fault", fault, "--fault-record", str(log), *options, program="mutants"),
            log,
            clients,
        )
