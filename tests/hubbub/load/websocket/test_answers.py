import pytest

from hubbub.load.websocket.answers import Answer, advice, may_be_http, not_http, read_answer


def test_a_head_is_read_whatever_its_version_and_reason() -> None:
    head = b"HTTP/1.0 301 Moved Permanently\r\nLocation: /there\r\nX:1\r\n\r\n"
    answer = read_answer(head)
    assert answer == Answer(301, "Moved Permanently", (("Location", "/there"), ("X", "1")))
    assert (str(answer), answer.header("location"), answer.header("none")) == (
        "HTTP 301 Moved Permanently",
        "/there",
        "",
    )
    assert read_answer(b"HTTP/1.1 503\r\n\r\n") == Answer(503, "", ())


@pytest.mark.parametrize("head", [b"HTTP/2 200\r\n\r\n", b"HTTP/1.1 fine\r\n\r\n", b"220 mail\r\n\r\n"])
def test_what_is_no_http_1_is_no_answer(head: bytes) -> None:
    assert read_answer(head) is None


def test_http_is_told_from_other_protocols_by_its_first_bytes() -> None:
    assert all(map(may_be_http, (b"", b"H", b"HTTP", b"HTTP/1.1 200")))
    assert not any(map(may_be_http, (b"220 ", b"h", b"\x15\x03\x03")))


def test_what_is_no_http_is_shown_in_its_beginning() -> None:
    assert not_http(b"SSH-2.0-OpenSSH_9.2\r\nmore").endswith("not in HTTP: 'SSH-2.0-OpenSSH_9.2'")
    assert "in TLS" in not_http(b"\x15\x03\x01\x00\x02\x02F")


ADVICE = {
    200: "no WebSocket; check the path",
    204: "no WebSocket; check the path",
    302: "check --host",
    400: "--subprotocol",
    401: "--header 'Authorization: ...'",
    403: "--header 'Origin: ...'",
    404: "check the path of --host",
    418: "check --host",
    429: "-r",
    500: "its own log",
    502: "a proxy",
    503: "takes no more connections",
    520: "its own log",
}


@pytest.mark.parametrize("status", ADVICE)
def test_each_status_has_its_advice(status: int) -> None:
    assert ADVICE[status] in advice(Answer(status, "", ()), "ws://h/chat")


def test_who_asks_for_credentials_says_of_which_kind() -> None:
    answer = Answer(401, "", (("WWW-Authenticate", 'Bearer realm="chat"'),))
    assert "'Authorization: Bearer ...'" in advice(answer, "ws://h/")


@pytest.mark.parametrize(
    ("location", "host"),
    [
        ("https://chat.example/ws?room=a", "wss://chat.example/ws"),
        ("/chat/?room=a&v=1", "ws://h:1/chat/?v=..."),
        ("there", "ws://h:1/a/there"),
        ("//other/x", "ws://other/x"),
        ("wss://u:secret@h/?token=secret", "wss://h/?token=..."),
    ],
)
def test_a_redirection_is_told_as_the_url_to_give(location: str, host: str) -> None:
    answer = Answer(301, "Moved", (("Location", location),))
    assert advice(answer, "ws://h:1/a/b?room=x").endswith(f"give --host {host}")
