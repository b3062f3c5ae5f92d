"""SEC: clients that take too long, and clients that say too much."""

import time
from dataclasses import dataclass

from ...findings import Broken
from ...messages.matchers import error
from ...requirement import requirement
from ...steps.bursts import NEVER_LIMITED, burst_time, send_at_once
from ...steps.common import has_ended
from ...wire.client import Client
from ...wire.descriptions import describe
from ...wire.messages import Message
from ...wire.wire import Wire

# SEC-4

LONGEST_HANDSHAKE = 30.0
"""Seconds within which the server ends a handshake that never finishes."""


@requirement("SEC-4")
def test_a_handshake_that_never_finishes_is_ended_and_keeps_nobody_out(wire: Wire) -> None:
    """A handshake that never finishes (none or some of its bytes sent) is ended by the server within 30 s;
    meanwhile others can connect.
    """
    room = wire.new_room()
    request = wire.request(wire.target.of_room(room)).encode()
    idlers = {"none of its bytes": b"", "its first line": request.partition(b"\n")[0] + b"\n"}
    idlers["all but its last byte"] = request[:-1]
    clients = {sent: wire.dial() for sent in idlers}
    for sent, client in clients.items():
        client.send_bytes(idlers[sent])
    wire.wait(lambda: all(client.link.is_ready or client.is_over for client in clients.values()))
    ann, bob = wire.join_many(room, room)
    wire.fence(ann, bob)
    began = time.monotonic()
    for sent, client in clients.items():
        left = max(0.0, LONGEST_HANDSHAKE - (time.monotonic() - began))
        expect_ended(wire, client, f"a handshake of which {sent} came is ended", left)
    wire.fence(ann, bob)


def expect_ended(wire: Wire, client: Client, allowed: str, seconds: float) -> None:
    """Fail unless the server ends the connection within so many seconds."""
    wire.until(lambda: client.is_over, allowed, client, within=seconds)
    wire.note(f"{allowed}: {client.end}")


# SEC-5

FLOOD = 20_000
LIMITING = frozenset({1008, 1013})
"""The close codes that limit a flood."""

SHORTEST_WINDOW, LONGEST_WINDOW = 1.0, 10.0
"""Seconds between which a flood is judged: what is still not out then has been held back."""
SLOWER = 4.0
"""How many times slower than the fastest of some mere bursts a flood must go to count as held back."""


@requirement("SEC-5", "500-messages")
def test_500_messages_at_once_are_never_limited(wire: Wire) -> None:
    """500 messages at once are never limited."""
    expect_unlimited(wire, parts=1)


@requirement("SEC-5", "500-messages-in-3-fragments")
def test_500_messages_at_once_are_never_limited_for_their_fragments(wire: Wire) -> None:
    """500 messages at once are never limited, nor are they in three fragments each."""
    expect_unlimited(wire, parts=3)


def expect_unlimited(wire: Wire, parts: int) -> None:
    """Fail unless 500 messages at once, in so many frames each, go out, and nobody is told to send fewer."""
    room = wire.new_room()
    ann, bob = wire.join_many(room, room)
    said = send_at_once(ann, NEVER_LIMITED, "good", parts)
    for client in (ann, bob):
        wire.expect_all(client, *said)
    wire.fence(ann, bob)
    wire.expect_none(ann, error())


@requirement("SEC-5", "20000-messages")
def test_a_flood_is_limited_and_others_deliveries_stay_whole(wire: Wire) -> None:
    """A flood from one connection (20,000 small messages at once) is limited by Error, close 1008 or 1013,
    or a closed TCP window, and others' deliveries stay whole.
    """
    room = wire.new_room()
    flooder, near, mate, far = wire.join_many(room, room, room, wire.new_room())
    bursts = [burst_time(wire, *pair) for pair in ((near, mate), (mate, near))]
    flood = Flood(flooder, len(flooder.messages), wire.now)
    began = time.monotonic()
    send_at_once(flooder, FLOOD, "open")
    for speaker in (near, mate) * 5:
        wire.fence(speaker, near, mate)
        wire.fence(far)
    # A machine that is busy makes a burst slow, never fast: the fastest is the server's own pace.
    pace = FLOOD / NEVER_LIMITED * SLOWER * min(bursts)
    window = min(LONGEST_WINDOW, max(SHORTEST_WINDOW, pace))
    wire.wait(flood.is_settled, max(0.0, began + window - time.monotonic()))
    expect_limited(wire, flood, time.monotonic() - began, pace)
    flooder.reset()
    wire.fence(near, mate)
    wire.fence(mate, near)


@dataclass
class Flood:
    """What has become of a flood, counted as it comes."""

    client: Client
    read: int
    """How many of the client's messages have been counted."""
    began: float
    """When it was sent, in seconds since the check began."""
    out_at: float = 0.0
    """When the last of it that is out came."""
    out: int = 0
    """How many messages of the flood went out."""
    errors: int = 0

    def is_settled(self) -> bool:
        """Whether there is nothing left to wait for."""
        for message in self.client.messages[self.read :]:
            self._count(message)
        self.read = len(self.client.messages)
        return self.out >= FLOOD or self.errors > 0 or has_ended(self.client)

    def _count(self, message: Message) -> None:
        kind = message.document.get("Type")
        self.errors += kind == "Error"
        if kind == "Chat" and message.document.get("WSID") == self.client.wsid:
            self.out, self.out_at = self.out + 1, message.at


def expect_limited(wire: Wire, flood: Flood, seconds: float, pace: float) -> None:
    """Fail unless the flood was limited in a way that the protocol names.

    ``pace`` is how long it must take at least to count as held back, or the longest window where it is more.
    """
    client = flood.client
    allowed = "the flood is limited by Error, close 1008 or 1013, or a closed TCP window"
    flood.is_settled()
    if flood.out >= FLOOD:
        took = flood.out_at - flood.began
        if took < max(SHORTEST_WINDOW, min(pace, LONGEST_WINDOW)):
            raise Broken(allowed, f"all {FLOOD} messages went out within {took:.2g} s", client.name)
        wire.note(f"all {FLOOD} went out in {took:.2g} s, no faster than a server that holds them back")
    elif has_ended(client):
        wire.canary()
        # A reset may have overtaken the Close frame: the server ended with bytes of the flood unread.
        hidden = client.close_code is None and client.end is not None and client.end.how == "RST"
        if client.close_code not in LIMITING and not hidden:
            raise Broken(allowed, describe(client), client.name)
        wire.note(f"limited by {client.end or f'close {client.close_code}'}")
    elif flood.errors:
        wire.note("limited by Error")
    else:
        wire.note(f"limited by a closed TCP window: {flood.out} of {FLOOD} went out in {seconds:.2g} s")
