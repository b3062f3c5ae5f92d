"""Servers that send without end what nobody waits for: the run ends all the same, and says why."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest

Start = Callable[..., Any]
USERS = 4
OPTIONS = f"--headless -u {USERS} -r 100 -t 3s --rooms 1 --rate 5 --drain 1".split()
FLOODS = {
    "Pings": b"\x89\x00" * 30_000,
    "empty fragments": b"\x01\x00" + b"\x00\x00" * 30_000 + b"\x80\x02{}",
    "data": b"\x81\x02{}" * 40_000,
}
"""What is sent again and again, in whole frames."""
AFTER = 1.5
"""From how many s of a connection on it is sent."""

pytestmark = pytest.mark.proof


class Flood:
    """Stands before a server, and after a while floods its clients in place of what the server sends."""

    def __init__(self, server: int, flood: bytes) -> None:
        self._server = server
        self._flood = flood
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"ws://127.0.0.1:{self._listener.getsockname()[1]}/"
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        """Let nobody in any more; who is in ends with the test's process or with the client."""
        self._listener.close()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(("127.0.0.1", self._server))
                for pump in (self._pump_up, self._pump_down):
                    threading.Thread(target=pump, args=(client, server), daemon=True).start()

    def _pump_up(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while data := client.recv(1 << 16):
                server.sendall(data)
        server.close()

    def _pump_down(self, client: socket.socket, server: socket.socket) -> None:
        began, rest = time.monotonic(), b""
        server.settimeout(0.02)
        with suppress(OSError), client:
            while b"\r\n\r\n" not in rest:
                rest += server.recv(1 << 16)
            head, rest = rest.split(b"\r\n\r\n", 1)
            client.sendall(head + b"\r\n\r\n")
            while time.monotonic() - began < AFTER:
                whole = whole_frames(rest)
                client.sendall(rest[:whole])
                rest = rest[whole:]
                with suppress(TimeoutError):
                    rest += server.recv(1 << 16)
            while True:
                client.sendall(self._flood)


def whole_frames(data: bytes) -> int:
    """Return how many bytes at the start are whole frames of a server that has short messages."""
    end = 0
    while len(data) >= end + 4:
        size = data[end + 1] & 127
        following = end + 2 + size if size < 126 else end + 4 + int.from_bytes(data[end + 2 : end + 4], "big")
        if following > len(data):
            break
        end = following
    return end


@pytest.fixture
def flooding(chat_server: Any) -> Iterator[Callable[[bytes], Flood]]:
    floods: list[Flood] = []

    def start(flood: bytes) -> Flood:
        floods.append(Flood(chat_server.port, flood))
        return floods[-1]

    yield start
    for each in floods:
        each.close()


def test_a_flood_does_not_keep_a_run_from_ending(
    start_load: Start, flooding: Callable[[bytes], Flood]
) -> None:
    """All at once, for they mostly wait."""
    loads = {name: start_load(*OPTIONS, "--host", flooding(flood).url) for name, flood in FLOODS.items()}
    for name, load in loads.items():
        code, verdict = load.finish(), load.result.verdict
        assert any(reason.startswith("the drain was ended after") for reason in verdict.reasons), name
        assert not verdict.valid
        assert code == (4 if verdict.correct else 3)
        assert verdict.correct == (name == "Pings"), load.output
