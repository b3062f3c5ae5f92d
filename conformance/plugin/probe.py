"""Reaching the server once before the first check: is it there, and how fast does it answer?

A server that this brings down is a finding like any other, and is reported with what it had been sent. That
it cannot be reached is reported only where nobody took a TCP connection.
"""

import statistics
import time
from datetime import UTC, datetime

import msgspec

from ..findings import Broken, ServerDown
from ..messages import matchers
from ..messages.plain_text import plain
from ..wire.client import Client
from ..wire.link import UNTRUSTED
from ..wire.target import Target, TargetError
from ..wire.transcript import Transcript, TranscriptHead
from ..wire.waits.deadlines import Deadlines
from ..wire.wire import Wire

_ECHOES = 7
_FIRST_ANSWER = 10.0
_DEFLATE = "permessage-deflate"
_LONGEST_SHOWN = 200
_ENDS = ("FIN", "RST")


class ProbeResult(msgspec.Struct, frozen=True, kw_only=True):
    """What the first connection showed."""

    echo: float
    """The median echo time, in seconds; the handshake's where there was no echo."""
    handshake_time: float
    """How long its handshake took, in seconds."""
    deflate: bool
    """Whether the server agrees to permessage-deflate when offered."""
    server: str
    """Its ``Server`` header, if it sends one."""


class ProbeError(Exception):
    """The server went down while it was probed, which is reported as a check's finding would be."""

    def __init__(self, check: str, down: ServerDown, wire: Wire) -> None:
        super().__init__(str(down))
        self.check = check
        """The id under which it is reported: the requirement, and ``first-knock`` as its case."""
        self.down = down
        self.wire = wire


def probe(target: Target) -> ProbeResult:
    """Connect once and measure.

    Raises TargetError, in one line, where no chat can be had there, and ProbeError where the server
    does not survive it.
    """
    head = TranscriptHead(check="first-knock", url=target.label, started=datetime.now(UTC).isoformat())
    wire = Wire(target, Deadlines(), Transcript(head))
    try:
        began = time.monotonic()
        client = _connect(wire)
        handshake = time.monotonic() - began
        echoes = _echoes(wire, client) or [handshake]
        extensions = _offer_compression(wire)
        server = client.response and client.response.header("Server")
        return ProbeResult(
            echo=statistics.median(echoes),
            handshake_time=handshake,
            deflate=_DEFLATE in extensions,
            server=plain(server or "", _LONGEST_SHOWN),
        )
    finally:
        wire.close()


def _connect(wire: Wire) -> Client:
    """Return a client whose handshake was agreed to: the first, or a second where that was hung up on."""
    first = _begin_handshake(wire)
    if first.response is None:
        _expect_accepted(wire.target, first)
    client = _begin_handshake(wire) if first.response is None else first
    if client.response is None:
        taken = "a connection that was ended without a word" if first.was_refused else "the connection"
        sent = "" if first.was_refused else f", was sent the opening handshake {wire.target.path!r}"
        words = f"the server took {taken}{sent}, and {_outcome(first)}; to a second client {_outcome(client)}"
        raise ProbeError("WS-1[first-knock]", ServerDown(words), wire)
    if not client.upgraded:
        status = plain(f"{client.response.status} {client.response.reason}".strip(), _LONGEST_SHOWN)
        advice = _advice(client.response.status)
        raise TargetError(f"{wire.target.label} answers the WebSocket handshake with HTTP {status}: {advice}")
    return client


def _begin_handshake(wire: Wire) -> Client:
    client = wire.begin(wire.new_room())
    wire.wait(lambda: client.response is not None or client.is_over, _FIRST_ANSWER)
    return client


def _expect_accepted(target: Target, client: Client) -> None:
    """Raise TargetError unless there is something that takes TCP connections and may be a web server."""
    how = client.end.how if client.end else ""
    if how.startswith(UNTRUSTED):
        raise TargetError(f"{target.label} cannot be reached ({how}): give --ca FILE or --insecure")
    if client.was_refused and not target.was_open:
        why = client.end.without_answer if client.end else "nobody takes the connection"
        raise TargetError(f"{target.label} cannot be reached ({why}): is it running?")
    if how and how not in _ENDS and not client.was_refused:
        raise TargetError(f"{target.label} does not answer in HTTP ({how}): check the scheme and the port")


def _outcome(client: Client) -> str:
    """Return what came of a handshake that was not answered."""
    return client.end.without_answer if client.end else f"did not answer within {_FIRST_ANSWER:g} s"


def _advice(status: int) -> str:
    if status in (401, 403):
        return "give what it asks for, as --header 'Authorization: ...' say"
    if status >= 500:
        return "see the server's own log"
    return "check the path in --url"


def _echoes(wire: Wire, client: Client) -> list[float]:
    """Return the times that a few echoes took; none where there is none, which the checks will find."""
    times: list[float] = []
    try:
        wire.expect(client, matchers.status())
        for _ in range(_ECHOES):
            began = time.monotonic()
            wire.expect_chat(client.say(), client)
            times.append(time.monotonic() - began)
    except Broken:
        return times
    except ServerDown as down:
        last = "a first Chat" if client.greeted else "a plain opening handshake"
        check = "BCAST-2[first-knock]" if client.greeted else "STAT-1[first-knock]"
        raise ProbeError(check, ServerDown(f"{down}; it had been sent {last}"), wire) from down
    return times


def _offer_compression(wire: Wire) -> str:
    """Offer compression; return the extensions that the server agrees to."""
    target = wire.target.of_room(wire.new_room())
    offer = wire.dial(target=target)
    offer.send_request(wire.request(target).but(Sec_WebSocket_Extensions=_DEFLATE))
    wire.wait(lambda: offer.response is not None or offer.is_over, _FIRST_ANSWER)
    if offer.response is None:
        try:
            wire.canary()
        except ServerDown as down:
            sent = f"it had been sent a handshake with Sec-WebSocket-Extensions: {_DEFLATE}"
            raise ProbeError("WS-17[first-knock]", ServerDown(f"{down}; {sent}"), wire) from down
        return ""
    return offer.response.header("Sec-WebSocket-Extensions") or ""
