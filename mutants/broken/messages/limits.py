"""Servers with the wrong limits, or none (SEC-1, SEC-2, SEC-4, SEC-5)."""

from itertools import count

from websockets.server import ServerProtocol

from mutants.machinery.registration import Registry
from reference_server.connection import Connection, Shared
from reference_server.handshake import Handshake
from reference_server.room import Room
from reference_server.session import Session
from reference_server.wire.shared_frames import Outgoing

MUTANTS = Registry()

LIMIT = 64 * 1024
DECLARED = f"[limits]\nmessage = {LIMIT}\n"
"""How a server's operator declares the reference server's own limit."""

MUTANTS.configured(
    "limit-16-kib", "A message over 16 KiB closes the connection.", "SEC-1", max_message=16 * 1024
)
MUTANTS.configured("limit-none", "A message may be as large as memory allows.", "SEC-2", max_message=1 << 40)
MUTANTS.configured(
    "limit-less-than-declared",
    "A message must be smaller than the declared limit, not just as large.",
    "SEC-2",
    profile=DECLARED,
    max_message=LIMIT - 1,
)


@MUTANTS.broken("limit-by-error", "SEC-2", profile=DECLARED)
@MUTANTS.broken("limit-by-error-undeclared", "SEC-2")
class LimitByError(Handshake):
    """A message over the limit is answered with an Error, and the connection stays."""

    def new_protocol(self) -> ServerProtocol:
        protocol = super().new_protocol()
        protocol.max_message_size = 64 << 20
        return protocol


@MUTANTS.broken("limit-by-frame", "SEC-2", "SEC-9", profile=DECLARED)
@MUTANTS.broken("limit-by-frame-undeclared", "SEC-2")
class LimitByFrame(Handshake):
    """The limit is on frames, so a message in fragments may have any size."""

    def new_protocol(self) -> ServerProtocol:
        protocol = super().new_protocol()
        protocol.max_fragment_size, protocol.max_message_size = protocol.max_message_size, None
        return protocol


@MUTANTS.broken("limit-ends-room", "SEC-2", "SEC-3")
class LimitEndsRoom(Session):
    """A message over the limit closes the connections of the whole room."""

    def end(self, why: str) -> None:
        if "sent=1009" in why and self.is_member:
            for member in tuple(self.room.members.values()):
                if isinstance(member, Session) and member is not self:
                    member.connection.close(1009, "too large")
        super().end(why)


MUTANTS.configured(
    "handshake-endless",
    "A handshake that never finishes is waited for as long as the client likes.",
    "SEC-4",
    handshake_timeout=3600.0,
)


@MUTANTS.broken("handshake-one-by-one", "SEC-4")
class OneByOne(Connection):
    """Handshakes are taken one after the other, so an unfinished one keeps everybody else out."""

    _turns = count()

    def __init__(self, shared: Shared) -> None:
        super().__init__(shared)
        # Not the loop's time: on a busy machine several connections are taken in one turn of it.
        self._turn = next(self._turns)

    def data_received(self, data: bytes) -> None:
        if self._session is None and self._has_to_wait():
            self._loop.call_later(0.05, self.data_received, data)
        else:
            super().data_received(data)

    def _has_to_wait(self) -> bool:
        others = (other for other in self._shared.alive if isinstance(other, OneByOne))
        return any(other._session is None and other._turn < self._turn for other in others)


MUTANTS.configured("flood-unlimited", "A client may send as fast as it likes.", "SEC-5", max_rate=1e9)


class Counting(Session):
    """The base of servers that count a client's messages."""

    count = 0

    def receive(self, payload: bytes, *, is_text: bool) -> None:
        self.count += 1
        super().receive(payload, is_text=is_text)


@MUTANTS.broken("flood-at-once", "SEC-5")
class HastyLimit(Counting):
    """A client that has sent two hundred messages is closed for flooding, however slowly."""

    def receive(self, payload: bytes, *, is_text: bool) -> None:
        super().receive(payload, is_text=is_text)
        if self.count > 200:
            self.connection.close(1008, "too many messages")


@MUTANTS.broken("flood-sheds", "SEC-5")
class SheddingRoom(Room):
    """In a flood some of what others say is dropped, too."""

    def post(self, message: Outgoing) -> None:
        if len(self._pending) < 50:
            super().post(message)
