"""What a user is told who gives the URL of something that is no chat server, or of one that is not there."""

import base64
import hashlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import gevent
import pytest

from hubbub.load.users import schemes
from hubbub.load.users.causes import JoinError
from hubbub.results.connections import AddressConnections

Script = Callable[[socket.socket], None]
Serve = Callable[[Script], int]
StartServer = Callable[..., Any]
StartSwarm = Callable[..., Any]
Certificate = tuple[Path, Path]
PATIENCE = 20.0
A_TLS_RECORD = b"\x16"


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Let a script serve each connection, in a thread of its own; return the port."""
    with ExitStack() as listeners:

        def start(script: Script) -> int:
            listener = listeners.enter_context(socket.create_server(("127.0.0.1", 0)))
            threading.Thread(target=take, args=(listener, script), daemon=True).start()
            return int(listener.getsockname()[1])

        yield start


def take(listener: socket.socket, script: Script) -> None:
    with suppress(OSError):
        while True:
            sock, _ = listener.accept()
            threading.Thread(target=follow, args=(script, sock), daemon=True).start()


def follow(script: Script, sock: socket.socket) -> None:
    sock.settimeout(PATIENCE)
    with sock, suppress(OSError):
        script(sock)


def silence(sock: socket.socket) -> None:
    """Say nothing for as long as the client is there."""
    while sock.recv(1 << 16):
        pass


def request_of(sock: socket.socket) -> bytes:
    request = b""
    while b"\r\n\r\n" not in request:
        request += sock.recv(1 << 16)
    return request


def answering(answer: bytes) -> Script:
    """Return a script that answers one request."""

    def script(sock: socket.socket) -> None:
        request_of(sock)
        sock.sendall(answer)

    return script


def in_tls(certificate: Certificate, otherwise: Script) -> Script:
    """Return a script that shakes hands with who speaks TLS, and does something else with others."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)

    def script(sock: socket.socket) -> None:
        if sock.recv(1, socket.MSG_PEEK) == A_TLS_RECORD:
            silence(context.wrap_socket(sock, server_side=True))
        else:
            otherwise(sock)

    return script


def cause(start_swarm: StartSwarm, url: str, **settings: object) -> JoinError:
    """Return why a user could not join."""
    swarm = start_swarm(url, **{"connect_timeout": PATIENCE, **settings})
    with pytest.raises(JoinError) as error:
        swarm.join(1)
    return error.value


def try_to_join(swarm: Any, users: int) -> None:
    with suppress(JoinError):
        swarm.join(users)


@pytest.fixture
def little_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nobody wait long for a server's other scheme."""
    monkeypatch.setattr(schemes, "_PATIENCE", 0.2)


@pytest.mark.usefixtures("little_patience")
@pytest.mark.parametrize(
    ("scheme", "words"),
    [
        (
            "ws",
            "no answer to the handshake within 0.3 s: the server took the TCP connection and says nothing",
        ),
        ("wss", "no TLS handshake within 0.3 s: the server took the TCP connection and says nothing"),
    ],
)
def test_a_server_that_takes_tcp_and_says_nothing(
    serve: Serve, start_swarm: StartSwarm, scheme: str, words: str
) -> None:
    url = f"{scheme}://127.0.0.1:{serve(silence)}/"
    error = cause(start_swarm, url, connect_timeout=0.3)
    assert str(error).startswith(f"{url}: {words}")


def test_wss_at_a_port_without_tls(chat_server: Any, start_swarm: StartSwarm) -> None:
    right: str = chat_server.url
    error = cause(start_swarm, right.replace("ws://", "wss://"))
    assert str(error).endswith(f"the server does not speak TLS at this port; give --host {right}")
    assert error.kind.startswith("TLS failed")


@pytest.mark.parametrize(
    "otherwise",
    [
        lambda _: None,
        lambda sock: sock.sendall(b"\x15\x03\x01\x00\x02\x02\x46"),
        answering(b"HTTP/1.0 400 Bad\r\n\r\n"),
    ],
    ids=["hangs up", "alert", "bad request"],
)
def test_ws_at_a_port_with_tls(
    serve: Serve, start_swarm: StartSwarm, certificate: Certificate, otherwise: Script
) -> None:
    port = serve(in_tls(certificate, otherwise))
    error = cause(start_swarm, f"ws://127.0.0.1:{port}/chat")
    right = f"wss://127.0.0.1:{port}/chat"
    assert str(error).endswith(f"the server speaks TLS at this port; give --host {right}")


def test_a_server_that_refuses_ws_where_it_speaks_tls_is_not_taken_for_one_without(
    serve: Serve, start_swarm: StartSwarm
) -> None:
    """It breaks off every TLS handshake, and answers plain HTTP as servers do that speak TLS."""
    plain = answering(b"HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n")

    def script(sock: socket.socket) -> None:
        if sock.recv(1, socket.MSG_PEEK) != A_TLS_RECORD:
            plain(sock)

    error = cause(start_swarm, f"wss://127.0.0.1:{serve(script)}/")
    assert "the server ended the TLS handshake" in str(error)


def test_no_secret_is_sent_in_the_clear_to_find_out(serve: Serve, start_swarm: StartSwarm) -> None:
    requests: list[bytes] = []

    def script(sock: socket.socket) -> None:
        if sock.recv(1, socket.MSG_PEEK) != A_TLS_RECORD:
            requests.append(request_of(sock))
            sock.sendall(b"HTTP/1.1 401 Unauthorized\r\n\r\n")

    port = serve(script)
    url = f"wss://ann:secret@127.0.0.1:{port}/chat?token=secret"
    error = cause(start_swarm, url, header=("Authorization: Bearer secret",))
    assert str(error).endswith(f"give --host ws://127.0.0.1:{port}/chat?token=...")
    [request] = requests
    assert request.startswith(b"GET /chat HTTP/1.1")
    assert b"secret" not in request


@pytest.mark.parametrize("status", [200, 401, 403, 404, 503])
def test_an_http_server_that_opens_no_websocket(serve: Serve, start_swarm: StartSwarm, status: int) -> None:
    page = b"HTTP/1.1 %d Reason\r\nContent-Length: 5\r\n\r\npage" % status
    error = cause(start_swarm, f"ws://127.0.0.1:{serve(answering(page))}/")
    assert error.kind == f"handshake refused: HTTP {status}"
    assert f"the server answered HTTP {status} Reason: " in str(error)


def test_a_redirection_says_which_url_to_give(serve: Serve, start_swarm: StartSwarm) -> None:
    moved = b"HTTP/1.1 301 Moved Permanently\r\nLocation: https://chat.example/ws/?room=x\r\n\r\n"
    error = cause(start_swarm, f"ws://127.0.0.1:{serve(answering(moved))}/ws")
    assert str(error).endswith("it redirects; give --host wss://chat.example/ws/")


def test_a_websocket_server_of_another_protocol_is_quoted(serve: Serve, start_swarm: StartSwarm) -> None:
    def script(sock: socket.socket) -> None:
        head = request_of(sock)
        key = next(line[19:] for line in head.split(b"\r\n") if line.startswith(b"Sec-WebSocket-Key: "))
        accept = base64.b64encode(hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest())
        sock.sendall(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n\x81\x0b" + b'{"hello":1}'
        )
        silence(sock)

    error = cause(start_swarm, f"ws://127.0.0.1:{serve(script)}/", connect_timeout=1.0)
    assert error.kind == "no Status"
    assert """the server said '{"hello":1}' instead; does it speak Room Chat 1.0""" in str(error)


def test_a_name_that_nobody_knows(start_swarm: StartSwarm) -> None:
    error = cause(start_swarm, f"ws://{'a' * 70}.example/")
    assert error.kind.startswith("no address: ")
    assert "has no address" in str(error)


def test_a_port_where_nothing_listens(start_swarm: StartSwarm) -> None:
    error = cause(start_swarm, "ws://127.0.0.1:1/")
    assert "Connection refused: nothing listens there; is the server running, and at this port?" in str(error)


def test_what_joinings_wait_for_when_the_run_ends_is_told(serve: Serve, start_swarm: StartSwarm) -> None:
    swarm = start_swarm(f"ws://127.0.0.1:{serve(silence)}/", connect_timeout=PATIENCE)
    joining = gevent.spawn(try_to_join, swarm, 2)
    with gevent.Timeout(PATIENCE):
        while swarm.engine.measurements.connections.steps["the answer to the opening handshake"] < 2:
            gevent.sleep(0.01)
    report = swarm.report()
    assert report.waiting == {"the answer to the opening handshake": 2}
    assert (report.status.joining, report.status.connections.joining, report.hints) == (2, 2, [])
    joining.kill()


def test_a_tls_server_that_says_nothing_to_ws_is_recognised_at_the_end_of_the_run(
    serve: Serve, start_swarm: StartSwarm, certificate: Certificate
) -> None:
    port = serve(in_tls(certificate, silence))
    swarm = start_swarm(f"ws://127.0.0.1:{port}/", connect_timeout=PATIENCE)
    joining = gevent.spawn(try_to_join, swarm, 1)
    with gevent.Timeout(PATIENCE):
        while not swarm.engine.measurements.connections.steps["the answer to the opening handshake"]:
            gevent.sleep(0.01)
    right = f"wss://127.0.0.1:{port}/"
    assert swarm.report().hints == [f"the server speaks TLS at this port; give --host {right}"]
    joining.kill()


@pytest.fixture
def resolve(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let every name stand for these addresses."""

    def stand_for(*addresses: tuple[str, int]) -> None:
        found = [
            (socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, port))
            for host, port in addresses
        ]
        monkeypatch.setattr(
            "hubbub.load.websocket.transport.gevent.socket.getaddrinfo", lambda *_, **__: found
        )

    return stand_for


def test_dead_addresses_behind_a_name_are_counted(
    chat_server: Any, start_swarm: StartSwarm, resolve: Callable[..., None]
) -> None:
    port = int(chat_server.url.rpartition(":")[2].strip("/"))
    resolve(("127.0.0.1", port), ("127.0.0.2", port), ("127.0.0.3", port))
    swarm = start_swarm(f"ws://chat.example:{port}/", rooms=1)
    swarm.join(9)
    connections = swarm.report().status.connections
    behind = connections.urls[f"ws://chat.example:{port}/"]
    assert (connections.opened, connections.failed, behind.opened, behind.failed) == (9, 0, 9, 0)
    assert behind.addresses == {
        f"127.0.0.1:{port}": AddressConnections(attempted=9, opened=9),
        f"127.0.0.2:{port}": AddressConnections(attempted=3, failed=3, example="Connection refused"),
        f"127.0.0.3:{port}": AddressConnections(attempted=6, failed=6, example="Connection refused"),
    }


def test_a_dead_address_of_ipv6_is_counted_though_all_go_on_to_ipv4(
    chat_server: Any, start_swarm: StartSwarm, resolve: Callable[..., None]
) -> None:
    port = int(chat_server.url.rpartition(":")[2].strip("/"))
    resolve(("::1", port), ("127.0.0.1", port))
    swarm = start_swarm(f"ws://chat.example:{port}/", rooms=1)
    swarm.join(4)
    behind = swarm.report().status.connections.urls[f"ws://chat.example:{port}/"].addresses
    assert (behind[f"[::1]:{port}"].attempted, behind[f"[::1]:{port}"].failed) == (4, 4)
    assert behind[f"127.0.0.1:{port}"].opened == 4


def test_an_address_that_never_answers_leaves_time_for_the_next(
    chat_server: Any, start_swarm: StartSwarm, resolve: Callable[..., None]
) -> None:
    port = int(chat_server.url.rpartition(":")[2].strip("/"))
    with ExitStack() as crowd:
        deaf = crowd.enter_context(socket.create_server(("127.0.0.9", port), backlog=0))
        for _ in range(4):
            waiting = crowd.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(deaf.getsockname())
        resolve(("127.0.0.9", port), ("127.0.0.1", port))
        swarm = start_swarm(f"ws://chat.example:{port}/", rooms=1, connect_timeout=4.0)
        swarm.join(1)
        behind = swarm.report().status.connections.urls[f"ws://chat.example:{port}/"].addresses
        assert behind[f"127.0.0.9:{port}"] == AddressConnections(
            attempted=1, failed=1, example="Connection timed out"
        )


def test_a_server_that_lets_nobody_in_at_its_only_address_is_counted_there(
    serve: Serve, start_swarm: StartSwarm
) -> None:
    port = serve(answering(b"HTTP/1.1 503 Busy\r\n\r\n"))
    swarm = start_swarm(f"ws://127.0.0.1:{port}/")
    with pytest.raises(JoinError):
        swarm.join(1)
    [(address, counts)] = swarm.report().status.connections.urls[f"ws://127.0.0.1:{port}/"].addresses.items()
    assert address == f"127.0.0.1:{port}"
    assert counts == AddressConnections(attempted=1, failed=1, example="handshake refused: HTTP 503")
