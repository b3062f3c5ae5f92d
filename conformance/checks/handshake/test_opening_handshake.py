"""WS: the opening handshake (RFC 6455 section 4)."""

from collections.abc import Callable

import msgspec

from ...findings import Broken
from ...messages.matchers import chat
from ...payloads.chat_payload import new_payload
from ...requirement import cases, requirement
from ...scenes.failed_connection import expect_alive
from ...steps.handshakes import (
    Change,
    expect_member,
    expect_refused,
    expect_taken,
    first,
    header,
    instead,
    plus,
    start,
)
from ...wire.client import Client
from ...wire.compression.extensions import parse_extensions
from ...wire.framing import frames
from ...wire.http.handshake import Headers, Request
from ...wire.wire import Wire

SAMPLE_KEY = "dGhlIHNhbXBsZSBub25jZQ=="
"""The key of the example in RFC 6455 section 1.3."""

PATIENCE = 0.0005
"""Seconds between the bytes of a handshake that comes byte by byte, so that they come apart."""


def ask(wire: Wire, change: dict[str, str | None], method: str = "GET") -> Client:
    """Send the usual handshake with headers changed or (None) left out, and wait for the answer."""
    room = wire.new_room()
    client = wire.dial(room, wire.target.of_room(room))
    request = wire.request(wire.target.of_room(room)).but(**change)
    client.send_request(msgspec.structs.replace(request, method=method))
    wire.expect_answered(client)
    return client


# WS-1


def respelt(request: Request, spell: str) -> Headers:
    """Return the request's headers with their names in lower or upper case."""
    spelling = str.upper if spell == "upper" else str.lower
    return tuple((spelling(name), value) for name, value in request.headers)


@requirement("WS-1", "accept")
@cases("key", {"sample-key": SAMPLE_KEY, "any-key": None, "key-of-zeros": "AAAAAAAAAAAAAAAAAAAAAA=="})
def test_the_accept_header_answers_the_key(wire: Wire, key: str | None) -> None:
    """Handshake: `Sec-WebSocket-Accept` is right (§4.2.2)."""
    room = wire.new_room()
    request = wire.request(wire.target.of_room(room))
    if key is not None:
        request = request.but(Sec_WebSocket_Key=key)
    expect_member(wire, room, request)


TOKENS: dict[str, dict[str, str]] = {
    "upgrade-in-capitals": {"Upgrade": "WebSocket"},
    "connection-in-lower-case": {"Connection": "upgrade"},
    "connection-in-upper-case": {"Connection": "UPGRADE"},
    "connection-list": {"Connection": "keep-alive, Upgrade"},
    "connection-list-without-space": {"Connection": "upgrade,keep-alive"},
}


@requirement("WS-1")
@cases("change", TOKENS)
def test_tokens_are_case_insensitive_and_connection_may_be_a_list(wire: Wire, change: dict[str, str]) -> None:
    """Handshake: tokens are case-insensitive; `Connection` may be a list."""
    room = wire.new_room()
    expect_member(wire, room, wire.request(wire.target.of_room(room)).but(**change))


@requirement("WS-1", "header-names")
@cases("spell", {"lower": "lower", "upper": "upper"})
def test_header_names_are_case_insensitive(wire: Wire, spell: str) -> None:
    """Handshake: header names are case-insensitive."""
    room = wire.new_room()
    request = wire.request(wire.target.of_room(room))
    expect_member(wire, room, msgspec.structs.replace(request, headers=respelt(request, spell)))


FIELDS = ("Host", "Upgrade", "Connection", "Sec-WebSocket-Key", "Sec-WebSocket-Version")
SPACING: dict[str, str] = {"without-space": "{name}:{}", "spaces": "{name}:   {}   ", "tab": "{name}:\t{}"}


@requirement("WS-1")
@cases("spacing", SPACING)
@cases("name", {name.lower(): name for name in FIELDS})
def test_white_space_around_a_value_is_no_part_of_it(wire: Wire, name: str, spacing: str) -> None:
    """Handshake: white space around a value, or none, means nothing."""
    expect_taken(wire, instead(name, spacing.replace("{name}", name)))


LISTS: dict[str, Change] = {
    "connection-in-two-lines": first("Connection: keep-alive"),
    "connection-in-two-lines-upgrade-first": plus("Connection: keep-alive"),
    "connection-in-three-lines": first("Connection: keep-alive", "connection: x-unheard-of, x-another"),
    "connection-with-empty-members": instead("Connection", "Connection: , ,Upgrade"),
    "connection-with-empty-members-behind": instead("Connection", "Connection: Upgrade,,"),
    "connection-list-with-tabs": instead("Connection", "Connection: keep-alive\t,\tUpgrade"),
}


@requirement("WS-1")
@cases("change", LISTS)
def test_lines_of_one_name_are_one_list(wire: Wire, change: Change) -> None:
    """Handshake: `Connection` may be a list, in several lines and with empty members."""
    expect_taken(wire, change)


@requirement("WS-1", "absolute-form")
@cases("form", {"lower-case": str.lower, "upper-case": str.upper})
def test_a_target_may_be_in_absolute_form(wire: Wire, form: Callable[[str], str]) -> None:
    """Handshake: the target may be in absolute-form."""
    scheme = form("http" if wire.target.tls is None else "https")
    expect_taken(wire, start(f"GET {scheme}://{{host}}{{target}} HTTP/1.1"))


ASKED: dict[str, Change] = {
    "nothing-offered": plus(),
    "deflate-offered": plus("Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits"),
    "subprotocol-offered": plus("Sec-WebSocket-Protocol: x-unheard-of, x-another"),
}


@requirement("WS-1", "answer")
@cases("change", ASKED)
def test_the_answer_has_the_form_of_http(wire: Wire, change: Change) -> None:
    """Handshake: the 101 has the form of HTTP/1.1, without body."""
    expect_taken(wire, change)


# WS-2

REFUSED: dict[str, dict[str, str | None]] = {
    "upgrade-missing": {"Upgrade": None},
    "upgrade-of-another-protocol": {"Upgrade": "h2c"},
    "upgrade-of-a-longer-name": {"Upgrade": "websockets"},
    "upgrade-of-a-name-behind-another": {"Upgrade": "x-websocket"},
    "connection-missing": {"Connection": None},
    "connection-of-a-longer-token": {"Connection": "upgrade-insecure"},
    "connection-of-a-token-behind-another": {"Connection": "x-upgrade"},
    "connection-close": {"Connection": "close"},
    "connection-keep-alive": {"Connection": "keep-alive"},
    "key-missing": {"Sec_WebSocket_Key": None},
    "key-empty": {"Sec_WebSocket_Key": ""},
    "key-of-15-bytes": {"Sec_WebSocket_Key": "AAAAAAAAAAAAAAAAAAAA"},
    "key-of-18-bytes": {"Sec_WebSocket_Key": "AAAAAAAAAAAAAAAAAAAAAAAA"},
    "key-of-32-bytes": {"Sec_WebSocket_Key": "A" * 43 + "="},
    "key-not-base64": {"Sec_WebSocket_Key": "!!!!!!!!!!!!!!!!!!!!!!=="},
    "key-with-a-space-inside": {"Sec_WebSocket_Key": "dGhlIHNhbXBs ZSBub25jZQ=="},
    "key-with-a-tab-inside": {"Sec_WebSocket_Key": "dGhlIHNhbXBs\tZSBub25jZQ=="},
    "key-with-another-character-inside": {"Sec_WebSocket_Key": "dGhlIHNhbXBs!ZSBub25jZQ=="},
    "key-with-an-octet-over-127-inside": {"Sec_WebSocket_Key": "dGhlIHNhbXBs\u00e9ZSBub25jZQ=="},
    "key-in-the-url-alphabet": {"Sec_WebSocket_Key": "_-_-_-_-_-_-_-_-_-_-_w=="},
    "key-without-padding": {"Sec_WebSocket_Key": SAMPLE_KEY.rstrip("=")},
    "key-padded-too-much": {"Sec_WebSocket_Key": f"{SAMPLE_KEY}="},
    "key-in-quotes": {"Sec_WebSocket_Key": f'"{SAMPLE_KEY}"'},
    "version-missing": {"Sec_WebSocket_Version": None},
    "version-8": {"Sec_WebSocket_Version": "8"},
    "version-14": {"Sec_WebSocket_Version": "14"},
    "version-no-number": {"Sec_WebSocket_Version": "thirteen"},
    "version-with-a-leading-zero": {"Sec_WebSocket_Version": "013"},
    "version-with-a-point": {"Sec_WebSocket_Version": "13.0"},
    "version-with-a-letter-behind": {"Sec_WebSocket_Version": "13x"},
    "version-of-more-digits": {"Sec_WebSocket_Version": "130"},
}


@requirement("WS-2")
@cases("change", REFUSED)
def test_a_handshake_with_a_fault_is_refused(wire: Wire, change: dict[str, str | None]) -> None:
    """Handshake refused (HTTP 4xx, 501, or a page; never 101): missing or wrong Upgrade, Connection, Key,
    Version (§4.2.1).
    """
    expect_refused(wire, ask(wire, change))


METHODS = {
    "post": "POST",
    "put": "PUT",
    "head": "HEAD",
    "options": "OPTIONS",
    "delete": "DELETE",
    "get-in-lower-case": "get",
    "get-capitalised": "Get",
    "get-and-more": "GETS",
}


@requirement("WS-2")
@cases("method", METHODS)
def test_a_handshake_that_is_no_get_is_refused(wire: Wire, method: str) -> None:
    """Handshake refused (HTTP 4xx, 501, or a page; never 101): not GET (§4.2.1)."""
    body = {"Content_Length": "0"} if method in ("POST", "PUT") else {}
    expect_refused(wire, ask(wire, dict(body), method))


# WS-3


@requirement("WS-3")
@cases("version", {"version-8": "8", "version-12": "12", "version-14": "14"})
def test_a_wrong_version_is_answered_with_the_right_one(wire: Wire, version: str) -> None:
    """A wrong version is answered 426 with `Sec-WebSocket-Version: 13` (§4.4)."""
    client = ask(wire, {"Sec_WebSocket_Version": version})
    status = None if client.response is None else client.response.status
    told = (header(client, "Sec-WebSocket-Version") or "").split(",")
    if status != 426 or "13" not in [each.strip() for each in told]:
        wire.canary()
        seen = f"HTTP {status} with {header(client, 'Sec-WebSocket-Version')!r}"
        raise Broken("HTTP 426 with Sec-WebSocket-Version: 13", seen, client.name)


# WS-4

OFFERS: dict[str, dict[str, str | None]] = {
    "nothing": {},
    "unknown-subprotocol": {"Sec_WebSocket_Protocol": "x-unheard-of"},
    "unknown-subprotocols": {"Sec_WebSocket_Protocol": "x-unheard-of, x-another"},
    "unknown-extension": {"Sec_WebSocket_Extensions": "x-unheard-of"},
    "unknown-extension-with-parameters": {"Sec_WebSocket_Extensions": 'x-unheard-of; level=9; mode="fast"'},
    "unknown-both": {"Sec_WebSocket_Protocol": "x-unheard-of", "Sec_WebSocket_Extensions": "x-another; flag"},
}


@requirement("WS-4")
@cases("offer", OFFERS)
def test_nothing_is_chosen_that_was_not_offered(wire: Wire, offer: dict[str, str | None]) -> None:
    """No subprotocol or extension is chosen that was not offered (§4.2.2); offering unknown ones is
    harmless.
    """
    client = ask(wire, offer)
    wire.expect_greeted(client)
    offered = {each.strip() for each in (offer.get("Sec_WebSocket_Protocol") or "").split(",")}
    chosen = header(client, "Sec-WebSocket-Protocol")
    if chosen is not None and chosen not in offered:
        raise Broken("no subprotocol that was not offered", f"Sec-WebSocket-Protocol: {chosen}", client.name)
    # Nobody implements what nobody has heard of: to choose it is to repeat words without understanding.
    extensions = parse_extensions(header(client, "Sec-WebSocket-Extensions"))
    if extensions:
        raise Broken("no extension", f"{extensions[0].name} was chosen", client.name)
    wire.fence(client)


# WS-5


@requirement("WS-5", "byte-by-byte")
def test_a_handshake_byte_by_byte_works(wire: Wire) -> None:
    """A handshake that arrives byte by byte works."""
    room = wire.new_room()
    client = wire.dial(room, wire.target.of_room(room))
    wire.wait(lambda: client.link.is_ready or client.is_over)
    for octet in wire.request(wire.target.of_room(room)).encode():
        client.send_unrecorded(bytes([octet]))
        wire.pump(PATIENCE)
    wire.expect_greeted(client)
    wire.fence(client)


@requirement("WS-5", "frame-in-the-same-segment")
def test_a_frame_in_the_segment_of_the_handshake_works(wire: Wire) -> None:
    """A frame that arrives in the same segment as the handshake works."""
    room = wire.new_room()
    bob = wire.join(room)
    payload = new_payload()
    # Both are queued before the connection stands, so they leave in one write.
    ann = wire.dial(room, wire.target.of_room(room))
    ann.send_request(wire.request(wire.target.of_room(room)))
    ann.send_frame(frames.text(payload.octets), "good")
    wire.expect_greeted(ann)
    wire.expect_chat(payload.of(ann), bob)
    expect_alive(wire, ann, "its frame came early, not wrongly")


CUTS = {"in-its-first-byte": 1, "behind-its-head": 6, "before-its-last-byte": -1}


@requirement("WS-5", "frame-cut")
@cases("cut", CUTS)
def test_the_beginning_of_a_frame_in_the_segment_of_the_handshake_is_kept(wire: Wire, cut: int) -> None:
    """A frame that arrives in the same segment as the handshake works, though only in part."""
    room = wire.new_room()
    bob = wire.join(room)
    payload = new_payload()
    ann = wire.dial(room, wire.target.of_room(room))
    ann.send_request(wire.request(wire.target.of_room(room)))
    frame = ann.record_as_sent([frames.text(payload.octets)], "good")
    ann.send_unrecorded(frame[:cut])
    wire.expect_greeted(ann)  # so the first segment has been read
    ann.send_unrecorded(frame[cut:])
    wire.expect_none(bob, chat())
    wire.expect_chat(payload.of(ann), bob)
