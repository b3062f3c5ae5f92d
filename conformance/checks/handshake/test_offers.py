"""WS: what a client offers and brings along in its handshake, oddly named too (RFC 6455 §4.2.1, §9.1)."""

from ...findings import Broken
from ...requirement import cases, requirement
from ...steps.handshakes import (
    Change,
    ask_with,
    expect_refused,
    expect_taken,
    expect_taken_or_refused,
    header,
    plus,
    start,
)
from ...wire.client import Client
from ...wire.compression.extensions import fault_of_answer
from ...wire.wire import Wire

PROTOTYPE = ("constructor", "__proto__", "toString", "hasOwnProperty", "valueOf")
"""Names that every JavaScript object has, whether anybody put them there or not."""

DEFLATE = "permessage-deflate"
EXTENSIONS, PROTOCOL = "Sec-WebSocket-Extensions", "Sec-WebSocket-Protocol"

# WS-4

PLACES: dict[str, tuple[str, ...]] = {
    "extension": (f"{EXTENSIONS}: {{name}}", f"{EXTENSIONS}: {{name}}; {{name}}; x={{name}}"),
    "extension-parameter": (f"{EXTENSIONS}: {DEFLATE}; {{name}}", f"{EXTENSIONS}: {DEFLATE}; {{name}}=1"),
    "subprotocol": (f"{PROTOCOL}: {{name}}", f"{PROTOCOL}: x-unheard-of, {{name}}"),
    "header": ("{name}: 1", "{name}: {name}"),
    "cookie": ("Cookie: {name}=1", "Cookie: a={name}; {name}; {name}={name}"),
}


@requirement("WS-4", "names-of-every-object-as")
@cases("lines", PLACES)
def test_names_that_every_object_has_are_names_like_others(wire: Wire, lines: tuple[str, ...]) -> None:
    """No subprotocol or extension is chosen that was not offered (§4.2.2); offering unknown ones is
    harmless, whatever their names.
    """
    for name in PROTOTYPE:
        for line in lines:
            field = line.format(name=name)
            ann = expect_taken(wire, plus(field))
            expect_nothing_unknown(ann, offered=field.partition(":")[2])
            wire.leave(ann)


@requirement("WS-4", "names-of-every-object-as-parameter")
def test_names_that_every_object_has_may_be_parameters(wire: Wire) -> None:
    """Offering unknown ones is harmless, whatever their names."""
    for name in PROTOTYPE:
        for query in (f"{name}=1", f"{name}&{name}[{name}]={name}"):
            room = wire.new_room()
            ann = wire.join(room, f"{query}&room={room}")
            wire.fence(ann)
            wire.leave(ann)


@requirement("WS-4", "names-of-every-object-as-path")
def test_names_that_every_object_has_may_be_paths(wire: Wire) -> None:
    """Offering unknown ones is harmless, whatever their names; which paths there are is the server's."""
    for name in PROTOTYPE:
        for path in (f"/{name}", f"/{name}/{name}"):
            expect_taken_or_refused(wire, start(f"GET {path}{{query}} HTTP/1.1"))


def expect_nothing_unknown(client: Client, offered: str = "") -> None:
    """Fail if any extension is chosen, which nobody could know, or a subprotocol not among ``offered``."""
    extensions, protocol = header(client, EXTENSIONS), header(client, PROTOCOL)
    if extensions is not None:
        raise Broken("no extension that nobody knows, or can take", f"{extensions} was chosen", client.name)
    if protocol is not None and protocol not in {each.strip() for each in offered.split(",")} - {""}:
        raise Broken("no subprotocol that was not offered", f"{protocol!r} was chosen", client.name)


BROUGHT: dict[str, Change] = {
    "a-browser": plus(
        "Pragma: no-cache",
        "Cache-Control: no-cache",
        "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0",
        "Accept: */*",
        "Accept-Encoding: gzip, deflate, br, zstd",
        "Accept-Language: en-GB,en;q=0.9, *;q=0.1",
        "DNT: 1",
        "Sec-Fetch-Dest: empty",
        "Sec-Fetch-Mode: websocket",
        "Sec-Fetch-Site: same-origin",
        "Sec-GPC: 1",
    ),
    "proxies": plus(
        "Via: 1.1 one, 1.0 two (squid)",
        "X-Forwarded-For: , unknown, 2001:db8::1, [::1]:80",
        "X-Forwarded-For: 192.0.2.1",
        "X-Forwarded-Proto: https,http",
        "X-Forwarded-Port: none",
        'Forwarded: for="[2001:db8::1]:_port";proto=https, for=_hidden, for=unknown',
        "X-Real-IP:",
        "Traceparent: 00-xyz",
    ),
    "malformed-cookies": plus(
        'Cookie: %; =; a; a=%zz; =b; b="c; d=%ff%00; e=f=g;;, {}',
        "Cookie: $Version=1; a=b",
        "Cookie:",
    ),
}


@requirement("WS-4", "brought-by")
@cases("change", BROUGHT)
def test_what_else_a_client_brings_along_is_harmless(wire: Wire, change: Change) -> None:
    """Offering unknown ones is harmless, and so are other fields, malformed ones too."""
    expect_taken(wire, change)


UNKNOWN = ", ".join(f"x-unheard-of-{number}; level={number}" for number in range(100))
MANY: dict[str, str] = {
    "100-unknown": UNKNOWN,
    "100-unknown-first": f"{UNKNOWN}, {DEFLATE}",
    "100-of-deflate": ", ".join([f"{DEFLATE}; client_max_window_bits"] * 100),
    "100-impossible-first": ", ".join([f"{DEFLATE}; server_max_window_bits=99"] * 100 + [DEFLATE]),
}


@requirement("WS-4", "offers")
@cases("offer", MANY)
def test_a_hundred_offers_are_harmless(wire: Wire, offer: str) -> None:
    """No extension is chosen that was not offered (§4.2.2); offering unknown ones is harmless, whatever
    their number.
    """
    ann = expect_taken(wire, plus(f"{EXTENSIONS}: {offer}"))
    fault = fault_of_answer(header(ann, EXTENSIONS), offer)
    if fault:
        raise Broken("an answer that RFC 7692 allows to the offers", fault, ann.name)


@requirement("WS-4", "offers-100-subprotocols")
def test_a_hundred_subprotocols_are_harmless(wire: Wire) -> None:
    """No subprotocol is chosen that was not offered (§4.2.2); offering unknown ones is harmless, whatever
    their number.
    """
    offer = ", ".join(f"x-unheard-of-{number}" for number in range(100))
    expect_nothing_unknown(expect_taken(wire, plus(f"{PROTOCOL}: {offer}")), offered=offer)


MALFORMED: dict[str, str] = {
    "quotes-unclosed": f'{DEFLATE}; server_max_window_bits="10',
    "two-semicolons": f"{DEFLATE};; client_max_window_bits",
    "semicolon-behind": f"{DEFLATE};",
    "parameter-without-name": f"{DEFLATE}; =1",
    "value-without-end": f"{DEFLATE}; client_max_window_bits=",
    "value-empty-in-quotes": f'{DEFLATE}; client_max_window_bits=""',
    "list-in-quotes": f'x-unheard-of; mode="fast, {DEFLATE}"',
    "escaped-quote-in-quotes": f'x-unheard-of; mode="fast\\", {DEFLATE}; a="',
    "name-with-a-space": "permessage deflate",
    "name-with-a-slash": f"permessage/deflate, {DEFLATE}; client_max_window_bits=(10)",
}


@requirement("WS-4", "malformed-extensions")
@cases("offer", MALFORMED)
def test_malformed_offers_are_refused(wire: Wire, offer: str) -> None:
    """A malformed list of extensions is refused (§9.1; to take the handshake without any is a WARN)."""
    ann = ask_with(wire, plus(f"{EXTENSIONS}: {offer}"))
    if ann.upgraded:
        expect_chat(wire, ann)
        wire.warn("the handshake is taken, though RFC 6455 §9.1 fails it for its malformed list")
    else:
        expect_refused(wire, ann)


SUBPROTOCOLS: dict[str, str] = {
    "empty": "",
    "empty-members": ", ,",
    "with-a-space": "un heard",
    "with-separators": "x/y;z, (x)",
    "in-quotes": '"x-unheard-of"',
    "twice-the-same": "x-unheard-of, x-unheard-of",
    "octets-over-127": "caf\u00e9",
}


@requirement("WS-4", "malformed-subprotocols")
@cases("offer", SUBPROTOCOLS)
def test_malformed_subprotocols_are_refused_or_passed_over(wire: Wire, offer: str) -> None:
    """No subprotocol is chosen that was not offered (§4.2.2); malformed ones are passed over, or refused."""
    ann = ask_with(wire, plus(f"{PROTOCOL}: {offer}"))
    if ann.upgraded:
        expect_chat(wire, ann, offer)
    else:
        expect_refused(wire, ann)


LINES: dict[str, tuple[str, str]] = {
    "extensions": (f"{EXTENSIONS}: x-unheard-of", f"{EXTENSIONS}: x-another; flag"),
    "subprotocols": (f"{PROTOCOL}: x-unheard-of", f"{PROTOCOL}: x-another"),
}


@requirement("WS-4", "in-two-lines")
@cases("lines", LINES)
def test_offers_may_stand_in_several_lines(wire: Wire, lines: tuple[str, str]) -> None:
    """Offering unknown ones is harmless, in several lines too (§11.3.2, §11.3.4)."""
    expect_nothing_unknown(expect_taken(wire, plus(*lines)), offered="x-unheard-of, x-another")


def expect_chat(wire: Wire, client: Client, offered: str = "") -> None:
    """Fail unless the handshake made a member that can talk, and nothing unknown was chosen."""
    wire.expect_greeted(client)
    expect_nothing_unknown(client, offered)
    wire.fence(client)
