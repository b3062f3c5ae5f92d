"""The answer to a handshake, read as it comes, and no longer than an answer may be."""

import pytest

from conformance.wire.bounds import LONGEST_HEAD, BoundError
from conformance.wire.handshake import HandshakeError, Response, ResponseReader

ANSWER = b"HTTP/1.1 101 Switching Protocols\r\nServer: x\r\nUpgrade: websocket\r\n\r\n"
RESPONSE = Response(101, "Switching Protocols", (("Server", "x"), ("Upgrade", "websocket")))


@pytest.mark.parametrize("step", [1, 3, len(ANSWER) + 2])
def test_the_head_is_read_however_it_is_cut_and_the_rest_is_left(step: int) -> None:
    reader = ResponseReader()
    octets = ANSWER + b"\x81\x00"
    found = None
    for start in range(0, len(octets), step):
        found = reader.feed(octets[start : start + step])
        if found:
            break
    assert found is not None
    assert found[0] == RESPONSE
    assert octets.endswith(found[1])


def test_headers_without_end_are_not_collected() -> None:
    reader = ResponseReader()
    reader.feed(b"HTTP/1.1 101 Switching Protocols\r\n")
    with pytest.raises(BoundError, match="an HTTP head over 64 KiB came"):
        for _ in range(LONGEST_HEAD):
            reader.feed(b"X-More: and more\r\n")


@pytest.mark.parametrize("status", [b"", b"1", b"abc", b"9" * 5000, "\u0661\u0660\u0661".encode()])
def test_a_status_is_three_digits(status: bytes) -> None:
    with pytest.raises(HandshakeError, match="a status line without a status"):
        ResponseReader().feed(b"HTTP/1.1 " + status + b" Odd\r\n\r\n")


def test_what_is_no_http_is_told_in_its_first_bytes() -> None:
    with pytest.raises(HandshakeError, match="not HTTP: b'SSH-2"):
        ResponseReader().feed(b"SSH-2.0-x\r\n" + b"x" * 100)
