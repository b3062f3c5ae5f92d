"""Members that have agreed to permessage-deflate (RFC 7692)."""

from ..findings import Broken
from ..wire.client import Client
from ..wire.compression.extensions import PERMESSAGE_DEFLATE
from ..wire.wire import Wire


def offer(wire: Wire, extensions: str, room: str | None = None) -> Client:
    """Join while offering these extensions; a refusal of the handshake is left to the caller."""
    room = wire.new_room() if room is None else room
    client = wire.dial(room, wire.target.of_room(room))
    request = wire.request(wire.target.of_room(room))
    client.send_request(request.but(Sec_WebSocket_Extensions=extensions) if extensions else request)
    wire.expect_answered(client)
    return client


def compressing(wire: Wire, *parameters: str, room: str | None = None) -> Client:
    """Return a member that has agreed to compression, after an offer with these parameters."""
    client = offer(wire, "; ".join((PERMESSAGE_DEFLATE, *parameters)), room)
    wire.expect_greeted(client)
    if client.agreement is None:
        raise Broken("the server agrees to permessage-deflate, as it declares", "no extension", client.name)
    return client


def join_compressing(wire: Wire, room: str) -> Client:
    """Become a member of ``room`` that sends compressed messages, where the server agrees to it."""
    client = offer(wire, PERMESSAGE_DEFLATE, room)
    wire.expect_greeted(client)
    client.compresses = client.agreement is not None
    return client


def join_compressing_if_agreed(wire: Wire, room: str) -> Client:
    """Become such a member, or a plain one where the server does without compression."""
    return wire.join(room) if "deflate" in wire.transcript.head.lacks else join_compressing(wire, room)
