"""What the form of a 101 must be."""

import pytest

from conformance.wire.http.answer_form import fault_of_101

GOOD = (
    b"HTTP/1.1 101 Switching Protocols",
    b"upgrade:websocket",
    b"Connection: Upgrade",
    b"Connection: keep-alive",
    b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
    b"Server: caf\xe9\t",
    b"X-Empty:",
)


def octets(*lines: bytes) -> bytes:
    return b"\r\n".join((*lines, b"", b""))


def test_a_good_answer_has_no_fault() -> None:
    assert fault_of_101(octets(*GOOD)) == ""
    assert fault_of_101(octets(b"HTTP/1.1 101 ")) == ""


@pytest.mark.parametrize(
    "status_line",
    [b"HTTP/1.1 101", b"HTTP/1.0 101 Switching Protocols", b"HTTP/1.1  101 x", b"HTTP/1.1 101 \x07"],
)
def test_the_status_line_is_that_of_http_1_1(status_line: bytes) -> None:
    assert "status line" in fault_of_101(octets(status_line, *GOOD[1:]))


@pytest.mark.parametrize(
    "line", [b"A : b", b" A: b", b"nonsense", b": b", b"A\xe9: b", b"A: \x00", b"A(b): c", b"\tfolded"]
)
def test_each_line_is_a_field(line: bytes) -> None:
    assert "is no field" in fault_of_101(octets(*GOOD, line))


@pytest.mark.parametrize("end", [b"\n", b"\r"])
def test_lines_end_with_both_characters(end: bytes) -> None:
    assert "CR LF" in fault_of_101(octets(*GOOD, b"A: b" + end + b"C: d"))


@pytest.mark.parametrize("name", [b"Content-Length", b"transfer-encoding"])
def test_there_is_no_body(name: bytes) -> None:
    assert name.decode().lower() in fault_of_101(octets(*GOOD, name + b": 0"))


@pytest.mark.parametrize("line", [GOOD[1], GOOD[4]])
def test_what_was_agreed_on_stands_once(line: bytes) -> None:
    assert "twice" in fault_of_101(octets(*GOOD, line))
