"""WS: the opening handshake (RFC 6455 section 4)."""

import msgspec

from conformance.failing import expect_alive
from conformance.findings import Broken
from conformance.payloads import new_payload
from conformance.requirement import cases, requirement
from conformance.wire import frames
from conformance.wire.client import Client
from conformance.wire.extensions import parse_extensions
from conformance.wire.handshake import Headers, Request, accept_of
from conformance.wire.wire import Wire

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


def header(client: Client, name: str) -> str | None:
    """Return a header of the server's answer."""
    return None if client.response is None else client.response.header(name)


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


def expect_member(wire: Wire, room: str, request: Request) -> None:
    """Fail unless this handshake makes a member, and the answer is that of §4.2.2."""
    client = wire.dial(room, request.target)
    client.send_request(request)
    wire.expect_greeted(client)
    keys = [value for name, value in request.headers if name.lower() == "sec-websocket-key"]
    expect_header(client, "Sec-WebSocket-Accept", accept_of(keys[0]))
    expect_header(client, "Upgrade", "websocket", any_case=True)
    tokens = {token.strip().lower() for token in (header(client, "Connection") or "").split(",")}
    if "upgrade" not in tokens:
        raise Broken("Connection: Upgrade in the answer", f"{header(client, 'Connection')!r}", client.name)
    wire.fence(client)


def expect_header(client: Client, name: str, value: str, any_case: bool = False) -> None:
    """Fail unless the answer has the header with this value."""
    seen = header(client, name)
    if seen != value and not (any_case and seen is not None and seen.lower() == value.lower()):
        raise Broken(f"{name}: {value} in the answer", repr(seen), client.name)


# WS-2

REFUSED: dict[str, dict[str, str | None]] = {
    "upgrade-missing": {"Upgrade": None},
    "upgrade-of-another-protocol": {"Upgrade": "h2c"},
    "connection-missing": {"Connection": None},
    "connection-close": {"Connection": "close"},
    "connection-keep-alive": {"Connection": "keep-alive"},
    "key-missing": {"Sec_WebSocket_Key": None},
    "key-empty": {"Sec_WebSocket_Key": ""},
    "key-of-15-bytes": {"Sec_WebSocket_Key": "AAAAAAAAAAAAAAAAAAAA"},
    "key-of-18-bytes": {"Sec_WebSocket_Key": "AAAAAAAAAAAAAAAAAAAAAAAA"},
    "key-not-base64": {"Sec_WebSocket_Key": "!!!!!!!!!!!!!!!!!!!!!!=="},
    "version-missing": {"Sec_WebSocket_Version": None},
    "version-8": {"Sec_WebSocket_Version": "8"},
    "version-14": {"Sec_WebSocket_Version": "14"},
    "version-no-number": {"Sec_WebSocket_Version": "thirteen"},
}


@requirement("WS-2")
@cases("change", REFUSED)
def test_a_handshake_with_a_fault_is_refused(wire: Wire, change: dict[str, str | None]) -> None:
    """Handshake refused (HTTP 4xx, 501, or a page; never 101): missing or wrong Upgrade, Connection, Key,
    Version (§4.2.1).
    """
    expect_refused(wire, ask(wire, change))


@requirement("WS-2")
@cases("method", {"post": "POST", "put": "PUT", "head": "HEAD", "options": "OPTIONS"})
def test_a_handshake_that_is_no_get_is_refused(wire: Wire, method: str) -> None:
    """Handshake refused (HTTP 4xx, 501, or a page; never 101): not GET (§4.2.1)."""
    body = {"Content_Length": "0"} if method in ("POST", "PUT") else {}
    expect_refused(wire, ask(wire, dict(body), method))


def expect_refused(wire: Wire, client: Client) -> None:
    """Fail unless the answer is HTTP 4xx, 501, or a page."""
    allowed = "HTTP 4xx, 501, or a page; never 101"
    status = 0 if client.response is None else client.response.status
    if not (200 <= status < 500 or status == 501):
        wire.canary()
        seen = f"HTTP {status}" if status else f"{client.end} without an answer"
        raise Broken(allowed, seen, client.name)
    wire.note(f"HTTP {status}")


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
