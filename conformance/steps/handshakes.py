"""Opening handshakes as checks send them, with a line or more changed, and what may be answered."""

from collections.abc import Callable

from ..findings import Broken
from ..messages.differences import closest
from ..wire.client import Client
from ..wire.http.answer_form import fault_of_101
from ..wire.http.handshake import Request, RequestHead, accept_of
from ..wire.wire import Wire

Change = Callable[[RequestHead], RequestHead]
"""What a case does to the usual handshake."""

BAD_REQUEST = 400
PAGES = range(200, 500)
"""HTTP 4xx, or a page."""
UNWILLING = frozenset({501, 505})
"""What of HTTP 5xx says that the server will not, rather than that it failed."""
REFUSED = "HTTP 4xx, 501, 505, or a page; never 101"


def plus(*lines: str) -> Change:
    """Add these lines."""
    return lambda head: head.plus(*lines)


def first(*lines: str) -> Change:
    """Add these lines before all other fields."""
    return lambda head: head.first(*lines)


def instead(name: str, *lines: str) -> Change:
    """Send these lines where the field ``name`` was; ``{}`` stands for its value."""
    return lambda head: head.instead(name, *lines)


def start(line: str) -> Change:
    """Send another request line; ``{target}`` and ``{host}`` stand for the usual ones."""
    return lambda head: head.start(line)


def changed(wire: Wire, room: str, change: Change) -> RequestHead:
    """Return the usual handshake for ``room``, changed."""
    return change(wire.request(wire.target.of_room(room)).head)


def ask_with(wire: Wire, change: Change, room: str | None = None) -> Client:
    """Send the usual handshake, changed, and wait for the answer."""
    room = wire.new_room() if room is None else room
    client = wire.dial(room, wire.target.of_room(room))
    client.send_request(changed(wire, room, change))
    wire.expect_answered(client)
    return client


def header(client: Client, name: str) -> str | None:
    """Return a header of the server's answer."""
    return None if client.response is None else client.response.header(name)


def expect_taken(wire: Wire, change: Change) -> Client:
    """Fail unless the handshake, changed, makes a member of its room; return that."""
    room = wire.new_room()
    return expect_member(wire, room, changed(wire, room, change))


def expect_member(wire: Wire, room: str, request: Request | RequestHead) -> Client:
    """Fail unless this handshake makes a member, and the answer is that of RFC 6455 §4.2.2; return it."""
    client = wire.dial(room, request.target)
    client.send_request(request)
    wire.expect_greeted(client)
    expect_answer(client, request)
    wire.fence(client)
    return client


def expect_answer(client: Client, request: Request | RequestHead) -> None:
    """Fail unless a 101 answers this handshake, and has the form of one."""
    head = request.head if isinstance(request, Request) else request
    expect_header(client, "Sec-WebSocket-Accept", accept_of(head.values("Sec-WebSocket-Key")[0]))
    expect_header(client, "Upgrade", "websocket", any_case=True)
    tokens = {token.strip().lower() for token in (header(client, "Connection") or "").split(",")}
    if "upgrade" not in tokens:
        raise Broken("Connection: Upgrade in the answer", f"{header(client, 'Connection')!r}", client.name)
    fault = fault_of_101(client.response.octets) if client.response else ""
    if fault:
        raise Broken("an answer 101 in the form of HTTP/1.1", fault, client.name)


def expect_header(client: Client, name: str, value: str, any_case: bool = False) -> None:
    """Fail unless the answer has the header with this value."""
    seen = header(client, name)
    if seen != value and not (any_case and seen is not None and seen.lower() == value.lower()):
        differs = closest(name, [value], seen)
        raise Broken(f"{name}: {value} in the answer", repr(seen), client.name, differs=differs)


def expect_refused(wire: Wire, client: Client, *named: int, clause: str = "", hang_up: bool = False) -> None:
    """Fail unless the answer is HTTP 4xx, 501, 505, or a page.

    Another status than those ``named`` by ``clause`` is a WARN; so is an end without an answer, which is
    none at all unless the request was so odd that the server may ``hang_up``.
    """
    status = 0 if client.response is None else client.response.status
    if not (status in PAGES or status in UNWILLING or (hang_up and not status)):
        wire.canary()
        seen = f"HTTP {status}" if status else f"{client.end} without an answer"
        raise Broken(f"{REFUSED}{clause and f' ({clause})'}", seen, client.name)
    if not status:
        wire.canary()
    answered = f"HTTP {status}" if status else f"ended without an answer: {client.end}"
    wire.note(answered)
    if named and status not in named:
        wire.warn(f"{answered}, where {clause} has {' or '.join(map(str, named))}")


def expect_taken_or_refused(
    wire: Wire, change: Change, *named: int, clause: str = "", hang_up: bool = False
) -> Client:
    """Fail unless the handshake makes a member or is refused; return the client."""
    room = wire.new_room()
    head = changed(wire, room, change)
    client = wire.dial(room, head.target)
    client.send_request(head)
    wire.expect_answered(client)
    if client.upgraded:
        wire.note("taken")
        wire.expect_greeted(client)
        expect_answer(client, head)
        wire.fence(client)
    else:
        expect_refused(wire, client, *named, clause=clause, hang_up=hang_up)
    return client
