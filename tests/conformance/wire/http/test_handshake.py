"""Requests with any lines; the answer, read as it comes, and no longer than an answer may be."""

import pytest

from conformance.wire.framing.bounds import LONGEST_HEAD, BoundError
from conformance.wire.http.handshake import RequestHead, Response, upgrade
from conformance.wire.http.response_reader import HandshakeError, ResponseReader

ANSWER = b"HTTP/1.1 101 Switching Protocols\r\nServer: x\r\nUpgrade: websocket\r\n\r\n"
REQUEST = upgrade("/chat?room=tea", "chat.example").head
RESPONSE = Response(101, "Switching Protocols", (("Server", "x"), ("Upgrade", "websocket")), ANSWER)


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


def test_a_request_becomes_its_lines() -> None:
    assert REQUEST.lines[:3] == ("GET /chat?room=tea HTTP/1.1", "Host: chat.example", "Upgrade: websocket")
    assert REQUEST.encode() == "\r\n".join((*REQUEST.lines, "", "")).encode()


def test_lines_are_added_before_and_behind() -> None:
    head = REQUEST.first("A: 1").plus("B: 2", "C: 3")
    assert (head.lines[1], head.lines[-2:]) == ("A: 1", ("B: 2", "C: 3"))


def test_a_field_is_replaced_where_it_stood() -> None:
    assert REQUEST.instead("upgrade", "Upgrade:{}", "X: {}").lines[2:4] == (
        "Upgrade:websocket",
        "X: websocket",
    )
    assert REQUEST.instead("Host").values("Host") == []


def test_the_request_line_is_replaced() -> None:
    assert REQUEST.start("GET http://{host}{target} HTTP/1.0").lines[0] == (
        "GET http://chat.example/chat?room=tea HTTP/1.0"
    )


def test_the_values_of_a_name_are_those_of_all_its_lines() -> None:
    assert REQUEST.plus("HOST:\t other ").values("Host") == ["chat.example", "other"]


def test_octets_lines_and_body_go_out_as_they_are() -> None:
    assert RequestHead(("a\0b\u00ff", " c"), end_of_line="\n", body=b"d").encode() == b"a\0b\xff\n c\n\nd"


@pytest.mark.parametrize("end", [b"\r\n", b"\n"])
@pytest.mark.parametrize("size", [1, 7, 1000])
def test_an_answer_is_read_however_it_is_cut(end: bytes, size: int) -> None:
    octets = end.join((b"HTTP/1.1 101 Switching Protocols", b"Upgrade:websocket", b"A: b ", b"", b""))
    reader = ResponseReader()
    pieces = [octets[at : at + size] for at in range(0, len(octets), size)]
    *before, last = [reader.feed(piece) for piece in pieces]
    assert not any(before)
    assert last is not None
    response, rest = last
    assert (response.status, response.reason) == (101, "Switching Protocols")
    assert response.headers == (("Upgrade", "websocket"), ("A", "b"))
    assert (response.octets, rest) == (octets, b"")
