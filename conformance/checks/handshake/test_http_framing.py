"""WS: where a request ends and what its lines are (RFC 9112 §2, §5, §6; RFC 9110 §5.5)."""

from collections.abc import Callable

import msgspec

from ...messages.matchers import chat
from ...payloads.chat_payload import new_payload
from ...requirement import cases, requirement
from ...steps.handshakes import (
    BAD_REQUEST,
    Change,
    ask_with,
    changed,
    expect_refused,
    expect_taken_or_refused,
    first,
    instead,
    plus,
)
from ...wire.client import Client
from ...wire.framing import frames
from ...wire.http.handshake import RequestHead
from ...wire.wire import Wire

# WS-26

Framing = Callable[[RequestHead, bytes], RequestHead]
"""Puts a body behind a head, and says in the head what it is."""


def sized(*lines: str) -> Framing:
    """Add these lines, ``{}`` for the body's size, and the body as it is."""
    return lambda head, body: msgspec.structs.replace(
        head.plus(*(line.replace("{}", str(len(body))) for line in lines)), body=body
    )


def chunked(*lines: str) -> Framing:
    """Add these lines, ``{}`` for the size of it all, and the body in one chunk."""

    def frame(head: RequestHead, body: bytes) -> RequestHead:
        whole = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body) if body else b"0\r\n\r\n"
        return sized(*lines)(head, whole)

    return frame


def empty_chunked(head: RequestHead, body: bytes) -> RequestHead:
    """Say that the body is in chunks, and send none."""
    del body
    return chunked("Transfer-Encoding: chunked")(head, b"")


class Smuggling:
    """A member who listens, and a handshake with a good Chat as its body, masked as a client's frame is."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._room = wire.new_room()
        self._payload = new_payload()
        self._near = wire.join(self._room)

    def ask(self, framing: Framing, apart: bool = False, within: float | None = None) -> Client:
        """Send the handshake, its body ``apart`` from its head; wait for the answer, which must come.

        ``within`` is how long to wait for one that need not come.
        """
        wire = self._wire
        body = frames.write_frame(frames.text(self._payload.octets))
        head = changed(wire, self._room, lambda head: framing(head, body))
        client = wire.dial(self._room, head.target)
        client.send_request(msgspec.structs.replace(head, body=b""))
        if apart:
            wire.wait(lambda: client.response is not None or client.is_over, wire.deadlines.reaction)
        client.send_bytes(head.body)  # unless apart, all is queued and leaves in one write
        if within is None:
            wire.expect_answered(client)
        else:
            wire.wait(lambda: client.response is not None or client.is_over, within)
        return client

    def expect_unread(self) -> None:
        """Fail if the body was read as a frame."""
        self._wire.fence(self._near)
        self._wire.expect_none(self._near, chat(Message=self._payload.message))

    def expect_skipped(self, client: Client) -> None:
        """Fail unless what follows the body is read as frames, and nothing of the body is."""
        self._wire.expect_greeted(client)
        self._wire.fence(client, self._near)
        self.expect_unread()


BODIES: dict[str, Framing] = {
    "of-a-length": sized("Content-Length: {}"),
    "of-a-length-told-twice": sized("Content-Length: {}", "Content-Length: {}"),
    "of-a-length-told-twice-in-a-list": sized("Content-Length: {}, {}"),
    "in-chunks": chunked("Transfer-Encoding: chunked"),
    "of-no-chunks": empty_chunked,
    "in-chunks-spelt-otherwise": chunked("transfer-encoding:CHUNKED"),
}


@requirement("WS-26", "body")
@cases("apart", {"at-once": False, "later": True})
@cases("framing", BODIES)
def test_a_body_is_skipped_or_refused(wire: Wire, framing: Framing, apart: bool) -> None:
    """A handshake with a body is refused, or the body is skipped: what is in it is never read as frames."""
    smuggling = Smuggling(wire)
    ann = smuggling.ask(framing, apart)
    if ann.upgraded:
        wire.note("the body is skipped")
        smuggling.expect_skipped(ann)
    else:
        expect_refused(wire, ann, hang_up=apart)
        smuggling.expect_unread()


@requirement("WS-26", "length-of-0")
def test_a_body_of_no_bytes_is_none(wire: Wire) -> None:
    """A Content-Length of 0 is no body: what follows the head is frames."""
    room = wire.new_room()
    near = wire.join(room)
    payload = new_payload()
    ann = wire.dial(room, wire.target.of_room(room))
    ann.send_request(changed(wire, room, plus("Content-Length: 0")))
    ann.send_frame(frames.text(payload.octets), "good")
    wire.expect_greeted(ann)
    wire.expect_chat(payload.of(ann), near)


WRAPPED: dict[str, str] = {"over-32-bits": str(1 << 32), "over-64-bits": str(1 << 64)}


@requirement("WS-26", "body-of-a-length")
@cases("length", WRAPPED)
def test_a_length_over_any_number_is_none_of_zero(wire: Wire, length: str) -> None:
    """What is in a body is never read as frames, however long that is said to be."""
    smuggling = Smuggling(wire)
    ann = smuggling.ask(sized(f"Content-Length: {length}"), within=wire.deadlines.reaction)
    wire.note("answered" if ann.response else "the body's end is waited for")
    smuggling.expect_unread()


BOTH: dict[str, Framing] = {
    "length-and-chunks": chunked("Content-Length: {}", "Transfer-Encoding: chunked"),
    "chunks-and-length": chunked("Transfer-Encoding: chunked", "Content-Length: {}"),
    "chunks-and-length-0": chunked("Transfer-Encoding: chunked", "Content-Length: 0"),
}


@requirement("WS-26")
@cases("framing", BOTH)
def test_with_both_fields_nothing_follows_the_answer(wire: Wire, framing: Framing) -> None:
    """With both fields the server refuses, or ends the connection behind its answer."""
    smuggling = Smuggling(wire)
    ann = smuggling.ask(framing)
    if ann.upgraded:
        wire.expect_over(ann, "a refusal, or the connection's end behind the answer (RFC 9112 §6.1)")
    else:
        expect_refused(wire, ann, hang_up=True)
    smuggling.expect_unread()


INVALID: dict[str, Framing] = {
    "length-negative": sized("Content-Length: -{}"),
    "length-with-a-plus": sized("Content-Length: +{}"),
    "length-hexadecimal": sized("Content-Length: 0x{}"),
    "length-in-words": sized("Content-Length: none"),
    "length-with-a-point": sized("Content-Length: 0.0"),
    "length-with-a-space-inside": sized("Content-Length: 0 {}"),
    "lengths-that-differ": sized("Content-Length: 0", "Content-Length: {}"),
    "lengths-that-differ-0-last": sized("Content-Length: {}", "Content-Length: 0"),
    "lengths-that-differ-in-a-list": sized("Content-Length: 0, {}"),
    "coding-gzip": sized("Transfer-Encoding: gzip"),
    "coding-identity": sized("Transfer-Encoding: identity"),
    "coding-gzip-behind-chunked": sized("Transfer-Encoding: chunked, gzip"),
    "coding-like-chunked": sized("Transfer-Encoding: xchunked"),
}


@requirement("WS-26")
@cases("framing", INVALID)
def test_a_body_without_known_end_is_refused(wire: Wire, framing: Framing) -> None:
    """Refused with 400 are lengths that are no number or differ, and a transfer coding that does not end in
    chunked.
    """
    smuggling = Smuggling(wire)
    ann = smuggling.ask(framing)
    expect_refused(wire, ann, BAD_REQUEST, 501, clause="RFC 9112 §6.3", hang_up=True)
    smuggling.expect_unread()


# WS-27

SPACED: dict[str, Change] = {
    "upgrade": instead("Upgrade", "Upgrade : {}"),
    "host": instead("Host", "Host : {}"),
    "unknown-field": plus("X-Name : x"),
    "tab": plus("X-Name\t: x"),
    "content-length": plus("Content-Length : 0"),
}


@requirement("WS-27", "white-space-before-the-colon")
@cases("change", SPACED)
def test_white_space_before_the_colon_is_refused(wire: Wire, change: Change) -> None:
    """White space before a field's colon is refused with 400."""
    expect_refused(wire, ask_with(wire, change), BAD_REQUEST, clause="RFC 9112 §5.1", hang_up=True)


FOLDS: dict[str, Change] = {
    "space": instead("Connection", "Connection: keep-alive,", " Upgrade"),
    "tab": instead("Connection", "Connection: keep-alive,", "\tUpgrade"),
    "of-an-unknown-field": plus("X-Name: one", "   two"),
}


@requirement("WS-27", "fold")
@cases("change", FOLDS)
def test_a_folded_line_is_refused_or_unfolded(wire: Wire, change: Change) -> None:
    """A folded line is refused with 400, or its fold read as a space."""
    expect_taken_or_refused(wire, change, BAD_REQUEST, clause="RFC 9112 §5.2", hang_up=True)


HIDDEN: dict[str, Change] = {
    "behind-a-fold": instead("Upgrade", "X-Name: x", " Upgrade: {}"),
    "behind-a-fold-with-a-tab": instead("Upgrade", "X-Name: x", "\tUpgrade: {}"),
    "behind-a-carriage-return": instead("Upgrade", "X-Name: x\rUpgrade: {}"),
    "behind-a-nul": instead("Upgrade", "X-Name: x\0Upgrade: {}"),
    "behind-white-space-first": lambda head: head.instead("Upgrade").first(" Upgrade: websocket"),
    "behind-a-tab-first": lambda head: head.instead("Upgrade").first("\tUpgrade: websocket"),
}


@requirement("WS-27", "field")
@cases("change", HIDDEN)
def test_what_is_no_field_is_never_read_as_one(wire: Wire, change: Change) -> None:
    """A fold, a carriage return alone, a NUL or white space before the first field never makes a header field
    more.
    """
    expect_refused(wire, ask_with(wire, change), clause="RFC 9112 §2.2, §5.2", hang_up=True)


CUT: dict[str, Change] = {
    "nul-in-upgrade": instead("Upgrade", "Upgrade: {}\0x"),
    "nul-in-the-key": instead("Sec-WebSocket-Key", "Sec-WebSocket-Key: {}\0x"),
    "nul-in-the-version": instead("Sec-WebSocket-Version", "Sec-WebSocket-Version: {}\0x"),
    "carriage-return-in-upgrade": instead("Upgrade", "Upgrade: {}\rx"),
    "carriage-return-in-the-key": instead("Sec-WebSocket-Key", "Sec-WebSocket-Key: {}\rx"),
    "carriage-return-in-the-version": instead("Sec-WebSocket-Version", "Sec-WebSocket-Version: {}\rx"),
    "fold-inside-upgrade": instead("Upgrade", "Upgrade: web", " socket"),
    "nul-inside-upgrade": instead("Upgrade", "Upgrade: web\0socket"),
    "carriage-return-inside-upgrade": instead("Upgrade", "Upgrade: web\rsocket"),
    "fold-inside-the-key": instead("Sec-WebSocket-Key", "Sec-WebSocket-Key: dGhlIHNhbXBs", "\tZSBub25jZQ=="),
}


@requirement("WS-27")
@cases("change", CUT)
def test_no_value_is_less_than_its_line(wire: Wire, change: Change) -> None:
    """A fold, a carriage return alone or a NUL is refused, or read as a space: never a token less."""
    expect_refused(wire, ask_with(wire, change), clause="RFC 9110 §5.5", hang_up=True)


ODD: dict[str, Change] = {
    "white-space-before-the-first-field": first(" X-Name: x"),
    "nul-in-an-unknown-field": plus("X-Name: x\0y"),
    "carriage-return-in-an-unknown-field": plus("X-Name: x\ry"),
}


@requirement("WS-27")
@cases("change", ODD)
def test_what_is_odd_in_a_head_is_refused_or_passed_over(wire: Wire, change: Change) -> None:
    """A carriage return alone or a NUL is refused, or read as a space; a line that begins with white space
    before the first field is refused, or ignored.
    """
    expect_taken_or_refused(wire, change, hang_up=True)
