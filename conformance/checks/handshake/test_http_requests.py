"""WS: the HTTP request around the opening handshake (RFC 9110, RFC 9112; RFC 6455 §4.2.1, §11.3)."""

from ...findings import Broken
from ...requirement import cases, requirement
from ...steps.handshakes import (
    BAD_REQUEST,
    Change,
    ask_with,
    expect_refused,
    expect_taken,
    expect_taken_or_refused,
    first,
    header,
    instead,
    plus,
    start,
)
from ...wire.http.handshake import RequestHead, new_key
from ...wire.wire import Wire

# WS-23

OLD: dict[str, Change] = {
    "1.0": start("GET {target} HTTP/1.0"),
    "1.0-kept-alive": lambda head: head.start("GET {target} HTTP/1.0").first("Connection: keep-alive"),
    "0.9": start("GET {target} HTTP/0.9"),
    "none": start("GET {target}"),
}


@requirement("WS-23")
@cases("change", OLD)
def test_upgrade_means_nothing_before_http_1_1(wire: Wire, change: Change) -> None:
    """In HTTP/1.0 and before it Upgrade is ignored, or the request refused."""
    # Before HTTP/1.0 an answer had no head, so there the server may well hang up.
    expect_refused(wire, ask_with(wire, change), clause="RFC 9110 §7.8", hang_up=change not in _HEADED)


_HEADED = (OLD["1.0"], OLD["1.0-kept-alive"])


@requirement("WS-23", "1.2")
def test_a_higher_minor_version_is_taken_or_refused(wire: Wire) -> None:
    """HTTP/1.2 is taken as HTTP/1.1, or refused."""
    expect_taken_or_refused(wire, start("GET {target} HTTP/1.2"))


# WS-24

HOSTS: dict[str, Change] = {
    "none": instead("Host"),
    "none-but-one-of-a-proxy": instead("Host", "X-Forwarded-Host: {}"),
    "two": plus("Host: other.example"),
    "two-the-other-first": first("Host: other.example"),
    "two-alike": instead("Host", "Host: {}", "Host: {}"),
    "two-spelt-otherwise": instead("Host", "Host: {}", "HOST: {}"),
    "with-a-space": instead("Host", "Host: chat example"),
    "with-a-path": instead("Host", "Host: {}/path"),
    "with-a-user": instead("Host", "Host: user@{}"),
    "with-a-port-of-letters": instead("Host", "Host: chat.example:http"),
    "with-two-ports": instead("Host", "Host: chat.example:80:80"),
}


@requirement("WS-24")
@cases("change", HOSTS)
def test_a_request_has_one_host_that_can_be(wire: Wire, change: Change) -> None:
    """A request without Host, with two, or with one that cannot be is refused."""
    expect_refused(wire, ask_with(wire, change), BAD_REQUEST, clause="RFC 9112 §3.2")


# WS-25

TWICE: dict[str, Change] = {
    "key-and-another": lambda head: head.plus(f"Sec-WebSocket-Key: {new_key()}"),
    "key-behind-another": lambda head: head.first(f"Sec-WebSocket-Key: {new_key()}"),
    "key-alike": instead("Sec-WebSocket-Key", *["Sec-WebSocket-Key: {}"] * 2),
    "key-spelt-otherwise": instead("Sec-WebSocket-Key", "Sec-WebSocket-Key: {}", "sec-websocket-key: {}"),
    "key-in-one-line": instead("Sec-WebSocket-Key", "Sec-WebSocket-Key: {}, {}"),
    "version-and-another": plus("Sec-WebSocket-Version: 8"),
    "version-behind-another": first("Sec-WebSocket-Version: 8"),
    "version-alike": plus("Sec-WebSocket-Version: 13"),
    "version-in-one-line": instead("Sec-WebSocket-Version", "Sec-WebSocket-Version: 13, 8"),
    "version-in-one-line-behind": instead("Sec-WebSocket-Version", "Sec-WebSocket-Version: 8, 13"),
}


@requirement("WS-25", "two")
@cases("change", TWICE)
def test_key_and_version_stand_once(wire: Wire, change: Change) -> None:
    """A handshake with two keys or two versions, alike or not, is refused."""
    expect_refused(wire, ask_with(wire, change))


@requirement("WS-25", "key-with-other-last-bits")
def test_a_key_whose_last_bits_are_not_zero_is_hashed_as_it_came(wire: Wire) -> None:
    """A key whose last bits are not zero is taken as it came, or refused."""

    def change(head: RequestHead) -> RequestHead:
        key = head.values("Sec-WebSocket-Key")[0]
        other = {"A": "B", "Q": "R", "g": "h", "w": "x"}[key[21]]
        return head.instead("Sec-WebSocket-Key", f"Sec-WebSocket-Key: {key[:21]}{other}==")

    expect_taken_or_refused(wire, change)


PROTOCOLS: dict[str, Change] = {
    "behind-another": instead("Upgrade", "Upgrade: h2c, websocket"),
    "before-another": instead("Upgrade", "Upgrade: websocket, h2c"),
    "in-the-second-line": first("Upgrade: h2c"),
    "in-the-first-line": plus("Upgrade: h2c"),
    "twice": plus("Upgrade: websocket"),
    "among-empty-members": instead("Upgrade", "Upgrade: , websocket,"),
}


@requirement("WS-25", "upgrade")
@cases("change", PROTOCOLS)
def test_of_several_protocols_websocket_alone_is_agreed_on(wire: Wire, change: Change) -> None:
    """Where Upgrade names several protocols, the server agrees to `websocket`, or refuses."""
    expect_taken_or_refused(wire, change)


# WS-28: what is taken.

LONG = 8000
"""The octets of a line or of a head that are taken (RFC 9112 §3)."""
FIELDS = 100


def long_line(head: RequestHead) -> RequestHead:
    """Return the head with a request line of 8,000 octets."""
    path, _, query = head.target.partition("?")
    lacking = LONG - len(head.lines[0]) - len("pad=&")
    return head.start(f"GET {path}?pad={'x' * lacking}&{query} HTTP/1.1")


def long_cookie(head: RequestHead) -> RequestHead:
    """Return the head with a cookie that makes it 8,000 octets."""
    lacking = LONG - len(head.encode()) - len("Cookie: session=\r\n")
    return head.plus(f"Cookie: session={'x' * lacking}")


def many_fields(head: RequestHead) -> RequestHead:
    """Return the head with 100 fields."""
    return head.plus(*(f"X-Field-{number}: {number}" for number in range(FIELDS - len(head.lines) + 1)))


def deep_fields(head: RequestHead) -> RequestHead:
    """Return the head with 100 fields, those of the handshake last, that are 8,000 octets together."""
    count = FIELDS - len(head.lines) + 1
    size = (LONG - len(head.encode())) // count - len("X-00: \r\n")
    return head.first(*(f"X-{number:02}: {'x' * size}" for number in range(count)))


TAKEN: dict[str, Change] = {
    "empty-line-first": lambda head: RequestHead(("", *head.lines)),
    "request-line-of-8000-octets": long_line,
    "cookie-to-8000-octets": long_cookie,
    "fields-to-the-number-of-100": many_fields,
    "fields-to-8000-octets": deep_fields,
    "octets-over-127": plus("X-Name: caf\u00e9 \u00ff"),
    "octets-over-127-in-a-cookie": plus("Cookie: name=\u00e2\u0098\u0083; a=\u00e9"),
    "octets-over-127-of-a-browser": plus("User-Agent: \u00c3\u00a9\u0080/1.0"),
    "tab-behind-upgrade": instead("Upgrade", "Upgrade: {}\t"),
    "tab-behind-connection": instead("Connection", "Connection: {} \t"),
    "empty-member-among-extensions": plus("Sec-WebSocket-Extensions: , ,x-unheard-of,"),
}


@requirement("WS-28", "taken")
@cases("change", TAKEN)
def test_what_http_says_a_server_should_take_is_taken(wire: Wire, change: Change) -> None:
    """A handshake is taken with an empty line before it, 8,000 octets of head or of one line, 100 fields,
    octets over 127 in a value, tabs behind one, empty members in a list.
    """
    room = wire.new_room()
    head = change(wire.request(wire.target.of_room(room)).head)
    client = wire.dial(room, wire.target.of_room(room))
    client.send_request(head)
    wire.expect_greeted(client)
    wire.fence(client)


@requirement("WS-28", "extensions-in-two-lines")
def test_lines_of_extensions_are_one_list(wire: Wire) -> None:
    """What is agreed on in one line is agreed on in the second, too (RFC 6455 §11.3.2)."""
    wire.needs("deflate")
    name = "Sec-WebSocket-Extensions"
    one = expect_taken(wire, plus(f"{name}: x-unheard-of, permessage-deflate"))
    two = expect_taken(wire, plus(f"{name}: x-unheard-of", f"{name}: permessage-deflate"))
    if header(one, name) != header(two, name):
        allowed = f"{header(one, name)!r}, as with both in one line"
        raise Broken(allowed, repr(header(two, name)), two.name)


# WS-28: what is refused.

NO_REQUEST: dict[str, Change] = {
    "version-2.0": start("GET {target} HTTP/2.0"),
    "version-without-minor": start("GET {target} HTTP/1"),
    "version-of-two-digits": start("GET {target} HTTP/1.10"),
    "version-in-lower-case": start("GET {target} http/1.1"),
    "version-of-another-protocol": start("GET {target} CHAT/1.1"),
    "target-asterisk": start("GET * HTTP/1.1"),
    "target-of-a-tunnel": start("GET {host} HTTP/1.1"),
    "target-without-slash": start("GET chat{target} HTTP/1.1"),
    "target-with-a-space": start("GET /a path HTTP/1.1"),
    "field-without-colon": plus("nonsense"),
    "field-without-name": plus(": nonsense"),
    "name-with-a-space": plus("X Name: nonsense"),
    "name-with-a-separator": plus("X(Name): nonsense"),
}


@requirement("WS-28", "refused")
@cases("change", NO_REQUEST)
def test_what_is_no_request_is_refused(wire: Wire, change: Change) -> None:
    """A head that is none by the grammar of HTTP/1.1 is refused."""
    expect_refused(wire, ask_with(wire, change), clause="RFC 9112 §2.2, §3", hang_up=True)
