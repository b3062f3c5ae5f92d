"""What of a request's head is refused, and what becomes of the rest."""

import pytest

from reference_server.wire.request_head import HeadError, cannot_be, checked

REST = b"Host: chat.example\r\nUpgrade: websocket\r\n\r\n"


def head(line: bytes = b"GET / HTTP/1.1", fields: bytes = REST) -> bytes:
    return line + b"\r\n" + fields


def test_a_plain_head_stays_as_it_is() -> None:
    assert checked(head(b"GET /a//b?room=%20&c=[d] HTTP/1.1")) == head(b"GET /a//b?room=%20&c=[d] HTTP/1.1")


@pytest.mark.parametrize(
    ("target", "origin_form"),
    [
        (b"http://chat.example/a?room=b", b"/a?room=b"),
        (b"HTTPS://chat.example:443/", b"/"),
        (b"ws://chat.example?room=b", b"/?room=b"),
        (b"wss://chat.example", b"/"),
    ],
)
def test_an_absolute_form_becomes_an_origin_form(target: bytes, origin_form: bytes) -> None:
    assert checked(head(b"GET %b HTTP/1.1" % target)) == head(b"GET %b HTTP/1.1" % origin_form)


def test_a_higher_minor_version_is_read_as_http_1_1() -> None:
    assert checked(head(b"GET / HTTP/1.7")) == head(b"GET / HTTP/1.1")


@pytest.mark.parametrize("version", [b"0.9", b"2.0", b"3.1"])
def test_another_major_version_is_not_supported(version: bytes) -> None:
    with pytest.raises(HeadError) as error:
        checked(head(b"GET / HTTP/" + version))
    assert error.value.status == 505


@pytest.mark.parametrize(
    "line",
    [
        b"GET /",
        b"GET / HTTP/1",
        b"GET / HTTP/1.10",
        b"GET / http/1.1",
        b"GET  / HTTP/1.1",
        b"GET / HTTP/1.1 ",
        b"GET /a b HTTP/1.1",
        b"GET /caf\xc3\xa9 HTTP/1.1",
        b"GET * HTTP/1.1",
        b"GET chat.example:80 HTTP/1.1",
        b"GET ftp://chat.example/ HTTP/1.1",
        b"GET http:///path HTTP/1.1",
        b"GET /path#fragment HTTP/1.1",
        b" GET / HTTP/1.1",
        b"",
    ],
)
def test_what_is_no_request_line_is_refused(line: bytes) -> None:
    with pytest.raises(HeadError) as error:
        checked(head(line))
    assert error.value.status == 400


@pytest.mark.parametrize(
    "host",
    [
        b"Host: chat.example:8765",
        b"HOST:\tchat.example ",
        b"Host: [::1]:80",
        b"Host: 127.0.0.1:",
        b"Host:",
        b"Host: caf%C3%A9",
    ],
)
def test_one_host_is_taken(host: bytes) -> None:
    assert checked(head(fields=host + b"\r\n\r\n"))


@pytest.mark.parametrize(
    "hosts",
    [
        b"X: y",
        b"Host: a\r\nHost: b",
        b"Host: a\r\nhost: a",
        b"Host: a b",
        b"Host: a/b",
        b"Host: a@b",
        b"Host: a:b",
        b"Host: a:1:2",
        b"Host: caf\xc3\xa9",
        b"Host: [::1",
    ],
)
def test_no_host_and_two_and_one_that_cannot_be_are_refused(hosts: bytes) -> None:
    with pytest.raises(HeadError) as error:
        checked(head(fields=hosts + b"\r\n\r\n"))
    assert error.value.status == 400


def test_http_1_0_needs_no_host() -> None:
    assert checked(head(b"GET / HTTP/1.0", b"\r\n")) == head(b"GET / HTTP/1.0", b"\r\n")


@pytest.mark.parametrize("fields", [b"Host: a\nX: b", b"Host: a\rX: b", b"Host: a\r\r\nX: b"])
def test_lines_end_with_both_characters(fields: bytes) -> None:
    with pytest.raises(HeadError):
        checked(head(fields=fields + b"\r\n\r\n"))


@pytest.mark.parametrize(
    "beginning", [b"\x16\x03\x01", b"\0", b"\xff", b" GET", b"GET / HTTP/1.1\nHost", b"a\rb"]
)
def test_what_no_head_begins_with_is_seen_at_once(beginning: bytes) -> None:
    assert cannot_be(beginning)


def test_the_beginnings_of_a_good_head_can_be() -> None:
    whole = head()
    assert not any(cannot_be(whole[:size]) for size in range(len(whole)))
