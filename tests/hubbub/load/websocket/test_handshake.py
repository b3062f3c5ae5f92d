"""The opening handshake, without a socket: bytes in, and what they come to."""

import base64
import hashlib

import pytest
from websockets.uri import parse_uri

from hubbub.load.websocket.handshake import HandshakeError, OpeningHandshake
from hubbub.load.websocket.opening import Opening

URI = parse_uri("ws://127.0.0.1/?room=r")
GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def begun(opening: Opening | None = None) -> tuple[OpeningHandshake, bytes]:
    """Return a handshake whose request is sent, and the answer that opens the connection."""
    handshake = OpeningHandshake(opening or Opening(), URI)
    handshake.send_request()
    request = b"".join(handshake.protocol.data_to_send())
    key = next(line[19:] for line in request.split(b"\r\n") if line.startswith(b"Sec-WebSocket-Key: "))
    accept = base64.b64encode(hashlib.sha1(key + GUID).digest())
    head = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    return handshake, head + b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n"


@pytest.mark.parametrize("rest", [b"", b"\x81\x02hi", b"\x81"])
def test_what_follows_the_answer_is_returned(rest: bytes) -> None:
    handshake, answer = begun()
    assert handshake.receive(answer + rest) == rest
    assert handshake.answer is not None
    assert handshake.answer.status == 101


def test_an_answer_may_come_byte_by_byte() -> None:
    handshake, answer = begun()
    for place in range(len(answer) - 1):
        assert handshake.receive(answer[place : place + 1]) is None
        assert handshake.has_begun
    assert handshake.receive(answer[-1:] + b"\x89\x00") == b"\x89\x00"
    assert not handshake.has_begun


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"SSH-2.0", "not in HTTP: 'SSH-2.0'"),
        (b"\x15\x03\x03", "in TLS, not in HTTP"),
        (b"HTTP/1.1 404 Not Found\r\n\r\n<html>", "HTTP 404 Not Found"),
        (b"HTTP/1.1 101 Switching Protocols\r\n\r\n", "its answer opens no WebSocket"),
        (b"HTTP/2 200\r\n\r\n", "its answer opens no WebSocket"),
        (b"HTTP/1.1 101 " + b"x" * (1 << 16), "had no end"),
    ],
    ids=["another-protocol", "TLS", "404", "without-its-headers", "another-version", "without-end"],
)
def test_an_answer_that_opens_nothing_says_why(answer: bytes, reason: str) -> None:
    handshake, _ = begun()
    with pytest.raises(HandshakeError, match=reason):
        handshake.receive(answer)


def test_a_refusal_in_http_is_kept_for_the_advice() -> None:
    handshake, _ = begun()
    with pytest.raises(HandshakeError) as refused:
        handshake.receive(b"HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic\r\n\r\n")
    assert refused.value.answer is not None
    assert refused.value.answer.header("www-authenticate") == "Basic"


def test_what_was_asked_for_must_be_agreed_to() -> None:
    handshake, answer = begun(Opening(subprotocol="chat"))
    with pytest.raises(HandshakeError, match="did not agree to the subprotocol chat"):
        handshake.receive(answer)
