"""What users ask for in the opening handshake, against real servers."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import Server, ServerConnection, serve

from hubbub.load.users.causes import JoinError
from hubbub.load.websocket.opening import parse_header

StartServer = Callable[..., Any]
StartSwarm = Callable[..., Any]


@dataclass
class Host:
    """A server that greets whoever comes, and remembers with what request."""

    server: Server
    requests: list[Headers] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.server.socket.getsockname()[1]}/"


@pytest.fixture
def start_host() -> Iterator[Callable[..., Host]]:
    hosts: list[Host] = []

    def start(**settings: Any) -> Host:
        def greet(connection: ServerConnection) -> None:
            assert connection.request is not None
            host.requests.append(connection.request.headers)
            connection.send('{"Type":"Status","WSID":"1"}')
            try:
                for _ in connection:
                    pass
            except ConnectionClosed:
                pass

        host = Host(serve(greet, "127.0.0.1", 0, **settings))
        threading.Thread(target=host.server.serve_forever, daemon=True).start()
        hosts.append(host)
        return host

    yield start
    for host in hosts:
        host.server.shutdown()


def test_headers_are_sent_with_the_request(start_host: Callable[..., Host], start_swarm: StartSwarm) -> None:
    host = start_host()
    lines = (
        "Authorization: Bearer abc=",
        "Cookie: a=1",
        "cookie: b=2",
        "Origin: http://x",
        "Host: chat.example",
    )
    swarm = start_swarm(host.url, header=lines)
    swarm.join(1)
    [headers] = host.requests
    assert headers["Authorization"] == "Bearer abc="
    assert headers.get_all("Cookie") == ["a=1", "b=2"]
    assert (headers["Origin"], headers.get_all("Host")) == ("http://x", ["chat.example"])


def test_a_subprotocol_that_the_server_speaks_is_agreed(
    start_host: Callable[..., Host], start_swarm: StartSwarm
) -> None:
    host = start_host(subprotocols=["chat.v1", "other"])
    start_swarm(host.url, subprotocol="chat.v1").join(1)
    assert host.requests[0]["Sec-WebSocket-Protocol"] == "chat.v1"


@pytest.mark.parametrize(
    ("asked", "words"),
    [({"subprotocol": "chat.v2"}, "subprotocol chat.v2"), ({"deflate": True}, "permessage-deflate")],
)
def test_what_the_server_does_not_agree_to_is_a_refusal(
    start_host: Callable[..., Host], start_swarm: StartSwarm, asked: dict[str, Any], words: str
) -> None:
    swarm = start_swarm(start_host(compression=None).url, **asked)
    with pytest.raises(JoinError, match=f"did not agree to .*{words}"):
        swarm.join(1)
    report = swarm.report()
    assert (
        report.status.connections.opened,
        report.status.connections.failed,
        report.status.connections.lost,
    ) == (0, 1, 0)
    assert [error.kind for error in report.errors] == ["handshake refused"]


@pytest.mark.parametrize("size", [64, 5_000])
def test_compressed_deliveries_are_accounted_for_exactly(
    chat_server: Any, start_swarm: StartSwarm, size: int
) -> None:
    swarm = start_swarm(chat_server.url, rooms=2, deflate=True, message_size=size)
    swarm.join(6)
    swarm.publish(rounds=5)
    ledger = swarm.report().status.ledger
    assert (ledger["published"], ledger["expected"], ledger["delivered"]) == (30, 90, 90)
    assert not any(ledger[wrong] for wrong in ("lost", "duplicated", "reordered", "misdelivered", "corrupt"))


@pytest.mark.parametrize("odd", ["legal-last-blocks", "legal-stored-blocks", "legal-compressed"])
def test_compressed_deliveries_of_any_blocks_are_accounted_for(
    start_server: StartServer, start_swarm: StartSwarm, odd: str
) -> None:
    server = start_server("--fault", odd, program="mutants")
    swarm = start_swarm(server.url, rooms=1, deflate=True, message_size=500)
    swarm.join(3)
    swarm.publish(rounds=5)
    ledger = swarm.report().status.ledger
    assert (ledger["published"], ledger["delivered"]) == (15, 45)
    assert not any(ledger[wrong] for wrong in ("lost", "duplicated", "reordered", "misdelivered", "corrupt"))


@pytest.mark.parametrize(
    ("fault", "wrong", "more"), [("drop", "lost", -9), ("repeat", "duplicated", 9), ("corrupt", "corrupt", 0)]
)
def test_what_goes_wrong_under_compression_is_found(
    start_server: StartServer, start_swarm: StartSwarm, fault: str, wrong: str, more: int
) -> None:
    server = start_server("--fault", fault, "--every", "9", program="mutants")
    plain, deflated = (start_swarm(server.url, rooms=1, deflate=deflate) for deflate in (False, True))
    for swarm in (plain, deflated):
        swarm.join(3)
        swarm.publish(rounds=9)
    counts = [swarm.report(arrivals=81 + more).status.ledger for swarm in (plain, deflated)]
    assert [ledger[wrong] for ledger in counts] == [9, 9]


def test_with_several_urls_all_take_part_and_what_fails_is_named(
    start_server: StartServer, start_swarm: StartSwarm
) -> None:
    first, second = start_server(), start_server()
    second.stop()
    swarm = start_swarm(f"{first.url},{second.url}", rooms=1)
    for _ in range(2):
        swarm.join(1)
        with pytest.raises(JoinError, match=f"{second.url}: .*refused"):
            swarm.join(1)
    connections = swarm.report().status.connections
    assert {url: (each.opened, each.failed) for url, each in connections.urls.items()} == {
        first.url: (2, 0),
        second.url: (0, 2),
    }


def test_a_name_with_several_addresses_is_tried_at_all_of_them(
    start_server: StartServer, start_swarm: StartSwarm
) -> None:
    server = start_server()
    swarm = start_swarm(server.url.replace("127.0.0.1", "localhost"), rooms=1)
    swarm.join(3)
    assert swarm.report().status.connections.opened == 3


def test_a_header_is_name_and_value() -> None:
    assert parse_header("Authorization:  Basic a:b ") == ("Authorization", "Basic a:b")
    assert parse_header("X-Empty:") == ("X-Empty", "")
