"""What a request gets, seen with raw bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.reference_server.conftest import Network


def test_the_accept_header_is_that_of_rfc_6455(network: Network) -> None:
    status, headers, _ = network.status(network.request())
    assert (status, headers["sec-websocket-accept"]) == (101, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")


def test_names_and_tokens_are_case_insensitive_and_connection_may_be_a_list(network: Network) -> None:
    handshake = network.request(Upgrade=None, UPGRADE="WebSocket", Connection="keep-alive, UPGRADE")
    assert network.status(handshake)[0] == 101


@pytest.mark.parametrize(
    ("header", "value", "expected"),
    [
        ("Upgrade", None, 426),
        ("Upgrade", "h2c", 426),
        ("Connection", None, 426),
        ("Connection", "close", 426),
        ("Sec_WebSocket_Key", None, 400),
        ("Sec_WebSocket_Key", "c2hvcnQ=", 400),
        ("Sec_WebSocket_Version", None, 426),
        ("Sec_WebSocket_Version", "12", 426),
        ("Content_Length", "5", 400),
    ],
)
def test_what_is_no_handshake_is_refused(
    network: Network, header: str, value: str | None, expected: int
) -> None:
    status, _, body = network.status(network.request("GET", **{header: value}))
    assert status == expected
    assert body


def test_a_handshake_is_a_get(network: Network) -> None:
    assert network.status(network.request("POST"))[0] == 405


def test_http_1_0_knows_no_upgrade(network: Network) -> None:
    status, headers, body = network.status(network.request().replace(b"HTTP/1.1", b"HTTP/1.0"))
    assert (status, headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert body


@pytest.mark.parametrize("offered", ["h2c, websocket", "WebSocket,h2c", ", websocket ,"])
def test_of_several_protocols_websocket_is_chosen(network: Network, offered: str) -> None:
    status, headers, _ = network.status(network.request(Upgrade=offered))
    assert (status, headers["upgrade"]) == (101, "websocket")


@pytest.mark.parametrize(("version", "expected"), [(b"1.5", 101), (b"2.0", 505), (b"0.9", 505)])
def test_a_version_is_taken_as_the_highest_known_or_not_supported(
    network: Network, version: bytes, expected: int
) -> None:
    assert network.status(network.request().replace(b"HTTP/1.1", b"HTTP/" + version))[0] == expected


def test_empty_lines_before_a_handshake_are_passed_over(network: Network) -> None:
    assert network.status(b"\r\n\r\n" + network.request())[0] == 101


@pytest.mark.parametrize("garbage", [b"\x16\x03\x01\x00", b"GET / HTTP/1.1\nHost: x\n"])
def test_what_cannot_become_a_head_is_refused_before_its_end(network: Network, garbage: bytes) -> None:
    assert network.status(garbage)[0] == 400


def test_a_target_in_absolute_form_names_its_page(network: Network) -> None:
    status, _, body = network.status(b"GET http://chat.example/healthz HTTP/1.1\r\nHost: x\r\n\r\n")
    assert (status, body) == (200, b"ok\n")


def test_a_wrong_version_is_told_the_right_one(network: Network) -> None:
    _, headers, _ = network.status(network.request(Sec_WebSocket_Version="8"))
    assert (headers["sec-websocket-version"], headers["upgrade"]) == ("13", "websocket")


def test_nothing_is_chosen_that_was_not_offered(network: Network) -> None:
    _, headers, _ = network.status(network.request())
    assert "sec-websocket-extensions" not in headers
    assert "sec-websocket-protocol" not in headers


def test_unknown_extensions_and_subprotocols_are_harmless(network: Network) -> None:
    offers = network.request(Sec_WebSocket_Extensions="x; a=1, y", Sec_WebSocket_Protocol="soap, wamp")
    status, headers, _ = network.status(offers)
    assert status == 101
    assert "sec-websocket-extensions" not in headers
    assert "sec-websocket-protocol" not in headers


@pytest.mark.parametrize(
    ("offer", "agreed"),
    [
        ("permessage-deflate", "permessage-deflate; server_no_context_takeover; server_max_window_bits=12"),
        (
            "permessage-deflate; client_max_window_bits; server_max_window_bits=10",
            "permessage-deflate; server_no_context_takeover; server_max_window_bits=10; "
            "client_max_window_bits=12",
        ),
        ("permessage-deflate; server_max_window_bits=8", None),
        ("permessage-deflate; unheard_of", None),
    ],
)
def test_deflate_is_agreed_without_server_context_or_declined(
    network: Network, offer: str, agreed: str | None
) -> None:
    status, headers, _ = network.status(network.request(Sec_WebSocket_Extensions=offer))
    assert (status, headers.get("sec-websocket-extensions")) == (101, agreed)


def test_a_handshake_may_arrive_byte_by_byte(network: Network) -> None:
    wire = network.connect()
    for byte in network.request():
        wire.send(bytes([byte]))
    assert wire.head()[0] == 101


@pytest.mark.parametrize("size", [64 * 1024, 200])
def test_a_head_that_is_too_large_is_refused(network: Network, size: int) -> None:
    lines = b"".join(b"X-%d: %s\r\n" % (number, b"x" * size) for number in range(129))
    status, _, _ = network.status(b"GET / HTTP/1.1\r\nHost: x\r\n" + lines + b"\r\n")
    assert status == 431


@pytest.mark.parametrize("data", [b"hello\r\n\r\n", b"GET / HTTP/9\r\n\r\n", b"\x16\x03\x01\r\n\r\n"])
def test_what_is_no_http_is_answered_with_400(network: Network, data: bytes) -> None:
    status, _, body = network.status(data)
    assert status == 400
    assert body.count(b"\n") == 1


@pytest.mark.parametrize(
    "room", ["x" * 65, quote("a\r\nSet-Cookie: b"), "%00", "%zz", "%ff", quote("\u202e")]
)
def test_a_room_that_cannot_be_is_refused_with_one_line(network: Network, room: str) -> None:
    network.room = room
    status, headers, body = network.status(network.request())
    assert status == 400
    assert body.count(b"\n") == 1
    assert "set-cookie" not in headers


def test_a_target_that_is_no_url_still_names_its_room(network: Network) -> None:
    status, _, _ = network.status(network.request().replace(b"GET /?", b"GET //[?"))
    assert status == 101


def test_the_longest_room_is_taken_whole(network: Network) -> None:
    room = "\N{GRINNING FACE}" * 63 + "é"
    member = network.join(quote(room))
    member.publish()
    assert member.next("Chat")["Room"] == room


def test_only_allowed_origins_and_none_at_all_get_in(network_of: Callable[..., Network]) -> None:
    network = network_of("--origin", "https://a.example", "--origin", "https://b.example")
    origins = ["https://a.example", "https://b.example", None, "null", "https://c.example"]
    answers = [network.status(network.request(Origin=origin))[0] for origin in origins]
    assert answers == [101, 101, 101, 403, 403]


def test_without_an_allow_list_every_origin_gets_in(network: Network) -> None:
    assert network.status(network.request(Origin="null"))[0] == 101


@pytest.mark.parametrize("begun", [b"", b"GET / HTTP/1.1\r\nHost:"])
def test_a_handshake_that_never_ends_is_ended(network_of: Callable[..., Network], begun: bytes) -> None:
    network = network_of("--handshake-timeout", "0.2")
    wire = network.connect()
    wire.send(begun)
    assert network.join()
    with pytest.raises((EOFError, ConnectionResetError)):
        wire.read(1)
