"""How a client of the suite takes its connection's end, and from which port it comes."""

import socket
from collections.abc import Iterator

import pytest

from conformance.wire.client import Client
from conformance.wire.framing.frames import Frame, close, write_frame
from conformance.wire.target import resolve
from conformance.wire.transcript import Transcript, TranscriptHead
from conformance.wire.waits.deadlines import Deadlines
from conformance.wire.wire import Wire

ANSWER = b"HTTP/1.1 101 Switching Protocols\r\n\r\n"


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


@pytest.fixture
def wire(listener: socket.socket) -> Iterator[Wire]:
    url = f"ws://127.0.0.1:{listener.getsockname()[1]}/"
    wire = Wire(
        resolve(url, {}),
        Deadlines(),
        Transcript(TranscriptHead(check="x", url=url, started="2026-01-01T00:00:00")),
    )
    yield wire
    wire.close()


def agreed(wire: Wire, listener: socket.socket) -> tuple[Client, socket.socket]:
    """Return a client whose handshake was answered, and the server's end of it."""
    client = wire.begin("tea")
    server, _ = listener.accept()
    server.sendall(ANSWER)
    wire.expect_answered(client)
    server.settimeout(30)
    return client, server


def close_by_server(server: socket.socket) -> None:
    """Close and end TCP one way, as a server does that waits for its client's end."""
    server.sendall(write_frame(Frame(0x8, close(1002).payload, masked=False)))
    server.shutdown(socket.SHUT_WR)


def rest_of(server: socket.socket) -> bytes:
    parts = []
    while part := server.recv(65536):
        parts.append(part)
    return b"".join(parts)


def test_a_client_hangs_up_when_the_server_has(wire: Wire, listener: socket.socket) -> None:
    client, server = agreed(wire, listener)
    with server:
        close_by_server(server)
        assert wire.wait(lambda: client.is_over)
        assert rest_of(server)  # its request and its Close, then its end


def test_a_client_that_does_not_hang_up_can_send_on_until_the_check_is_over(
    wire: Wire, listener: socket.socket
) -> None:
    client, server = agreed(wire, listener)
    client.hangs_up = client.answers_close = False
    with server:
        close_by_server(server)
        assert wire.wait(lambda: client.is_over)
        assert (client.close_code, str(client.end)) == (1002, "close 1002, then FIN")
        client.send_frame(Frame(0x9, b"still here"), "bad")
        wire.close()
        assert write_frame(Frame(0x9, b"still here"))[:2] in rest_of(server)


def test_a_client_comes_from_the_port_that_it_is_given(wire: Wire, listener: socket.socket) -> None:
    given = [port_and_port_again(wire, listener) for _ in range(5)]
    # Another process may have taken one of them meanwhile.
    assert any(port == again for port, again in given), given


def port_and_port_again(wire: Wire, listener: socket.socket) -> tuple[int, int]:
    """Return the port of a client that has gone, and that of the next one, which is given it."""
    first, server = agreed(wire, listener)
    port = first.link.port
    first.reset()
    server.close()
    again = wire.dial("tea", port=port)
    listener.accept()[0].close()
    return port, again.link.port


def test_a_port_that_cannot_be_had_is_another(wire: Wire, listener: socket.socket) -> None:
    client = wire.dial("tea", port=listener.getsockname()[1])
    assert client.link.port not in (0, listener.getsockname()[1])
