"""Reaching the server once before the first check: is it there, and how fast does it answer?"""

import statistics
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from conformance.findings import Broken, ServerDown
from conformance.wire import matchers
from conformance.wire.client import Client
from conformance.wire.deadlines import Deadlines, calibrate
from conformance.wire.link import UNTRUSTED
from conformance.wire.target import Target, TargetError, resolve
from conformance.wire.transcript import Head, Transcript
from conformance.wire.wire import Wire

_ECHOES = 7
_FIRST_ANSWER = 10.0
_DEFLATE = "permessage-deflate"


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """How to reach the server; what a parallel worker is handed."""

    url: str
    headers: dict[str, str] = {}
    insecure: bool = False
    ca: str | None = None
    pid: int | None = None
    log: str | None = None

    def target(self) -> Target:
        """Return the target; raises TargetError."""
        found = resolve(self.url, self.headers, self.insecure, Path(self.ca) if self.ca else None)
        process = {"pid": self.pid, "log": Path(self.log) if self.log else None}
        return Target(**(vars(found) | process))


class Acquaintance(msgspec.Struct, frozen=True, kw_only=True):
    """What the first connection showed."""

    echo: float
    """The median echo time, in seconds; the handshake's where there was no echo."""
    deflate: bool
    """Whether the server agrees to permessage-deflate when offered."""
    server: str
    """Its ``Server`` header, if it sends one."""


@dataclass(frozen=True)
class Environment:
    """What every check of a session is given."""

    target: Target
    deadlines: Deadlines
    lacks: tuple[str, ...]
    clock_tolerance: float

    def __str__(self) -> str:
        """Return it in a line, as it heads a run."""
        waits = (
            f"{self.deadlines.wait:.3g} s for what must come, {self.deadlines.presence:.3g} s for user lists"
        )
        lacks = f"; not declared: {', '.join(self.lacks)}" if self.lacks else ""
        return f"{self.target.url}, waiting {waits}{lacks}"

    def wire(self, check: str) -> Wire:
        """Return a fresh wire for one check."""
        return Wire(self.target, self.deadlines, Transcript(self._head(check)))

    def _head(self, check: str) -> Head:
        return Head(
            check=check,
            url=self.target.url,
            started=datetime.now(UTC).isoformat(),
            lacks=self.lacks,
            clock_tolerance=self.clock_tolerance,
        )


def get_acquainted(target: Target) -> Acquaintance:
    """Connect once and measure; raises TargetError, in one line, where no chat can be had there."""
    head = Head(check="calibration", url=target.url, started=datetime.now(UTC).isoformat())
    wire = Wire(target, Deadlines(wait=_FIRST_ANSWER), Transcript(head))
    try:
        began = time.monotonic()
        client = _connect(wire)
        handshake = time.monotonic() - began
        echoes = _echoes(wire, client) or [handshake]
        offer = wire.dial()
        request = wire.request(target.of_room(wire.new_room())).but(Sec_WebSocket_Extensions=_DEFLATE)
        offer.send_request(request)
        wire.wait(lambda: offer.response is not None or offer.is_over)
        extensions = offer.response and offer.response.header("Sec-WebSocket-Extensions")
        server = client.response and client.response.header("Server")
        return Acquaintance(
            echo=statistics.median(echoes), deflate=_DEFLATE in (extensions or ""), server=server or ""
        )
    finally:
        wire.close()


def deadlines_for(echo: float, asked: float | None, idle: float) -> Deadlines:
    """Return the deadlines that the measured echo time and the options make."""
    return calibrate(echo, asked, idle)


def _connect(wire: Wire) -> Client:
    client = wire.begin(wire.new_room())
    wire.wait(lambda: client.response is not None or client.is_over)
    url = wire.target.url
    if client.upgraded:
        return client
    if client.response is not None:
        status = f"{client.response.status} {client.response.reason}".strip()
        advice = _advice(client.response.status)
        raise TargetError(f"{url} answers the WebSocket handshake with HTTP {status}: {advice}")
    if client.end is None:
        raise TargetError(f"{url} does not answer the WebSocket handshake within {_FIRST_ANSWER:g} s")
    advice = "give --ca FILE or --insecure" if client.end.how.startswith(UNTRUSTED) else "is it running?"
    raise TargetError(f"{url} cannot be reached ({client.end.without_answer}): {advice}")


def _advice(status: int) -> str:
    if status in (401, 403):
        return "give what it asks for, as --header 'Authorization: ...' say"
    if status >= 500:
        return "see the server's own log"
    return "check the path in --url"


def _echoes(wire: Wire, client: Client) -> list[float]:
    """Return the times that a few echoes took; none where there is none, which the checks will find."""
    times = []
    try:
        wire.expect(client, matchers.status())
        for _ in range(_ECHOES):
            began = time.monotonic()
            wire.expect_chat(client.say(), client)
            times.append(time.monotonic() - began)
    except (Broken, ServerDown):
        return times
    return times
