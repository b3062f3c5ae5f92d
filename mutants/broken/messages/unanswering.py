"""Servers that let their clients wait in vain, in every check, or that do not survive a first word."""

import os

from websockets.http11 import Request
from websockets.server import ServerProtocol

from hubbub.protocol.codec import ErrorCode
from hubbub.protocol.messages import Publish
from mutants.machinery.registration import Registry
from reference_server.connection import Connection
from reference_server.handshake import Answer, Handshake
from reference_server.parts import Parts
from reference_server.room import Member, Room
from reference_server.session import Session

MUTANTS = Registry()


@MUTANTS.broken("mute-after-bad", "BAD-5")
class MuteAfterBad(Session):
    """Who sent one bad message hears nothing any more, and is not heard."""

    def refuse(self, code: ErrorCode, reason: str) -> None:
        del code, reason
        self.write = self._write_nothing

    def accept(self, publish: Publish) -> None:
        if self.write != self._write_nothing:
            super().accept(publish)

    @staticmethod
    def _write_nothing(frames: bytes) -> None:
        del frames


@MUTANTS.broken("refuses-all", "BCAST-2")
class RefusingAll(Session):
    """Every message is refused, the good ones too."""

    def accept(self, publish: Publish) -> None:
        del publish
        self.refuse(ErrorCode.BAD_MESSAGE, "not today")


@MUTANTS.broken("hears-nobody", "BCAST-2")
class HearingNobody(Session):
    """Members are greeted and listed, and no message of theirs is ever answered."""

    def receive(self, payload: bytes, *, is_text: bool) -> None:
        del payload, is_text


class SilentRoom(Room):
    """A room that says nothing, not even a Status."""

    def greet(self, member: Member) -> None:
        del member

    def flush(self) -> None:
        self._pending.clear()


@MUTANTS.broken("silent", "STAT-1", parts=Parts(session=HearingNobody))
class Silent(SilentRoom):
    """Handshakes are answered, and nothing else is ever said."""


@MUTANTS.legal("legal-never-hangs-up")
class NeverHangsUp(Connection):
    """A Close is answered, and the end of TCP left to the client."""

    def _half_close(self) -> None:
        if self._session is None:
            super()._half_close()

    def _await_end(self) -> None:
        self._deadline.cancel()


# Servers that do not survive the first words of a suite.


@MUTANTS.broken("dies-of-a-handshake", "WS-1")
class DyingOfAHandshake(Connection):
    """The process ends at the first handshake."""

    def data_received(self, data: bytes) -> None:
        del data
        os._exit(1)


@MUTANTS.broken("deaf-after-a-handshake", "WS-1")
class DeafAfterAHandshake(Connection):
    """The first handshake is hung up on, and from then on every connection."""

    def data_received(self, data: bytes) -> None:
        del data
        self.drop("deaf")


@MUTANTS.broken("dies-of-a-message", "BCAST-2")
class DyingOfAMessage(Session):
    """The process ends at the first message."""

    def receive(self, payload: bytes, *, is_text: bool) -> None:
        del payload, is_text
        os._exit(1)


@MUTANTS.broken("dies-of-an-offer", "WS-17")
class DyingOfAnOffer(Handshake):
    """The process ends at the first offer of an extension."""

    def answer(self, protocol: ServerProtocol, request: Request) -> Answer:
        if "Sec-WebSocket-Extensions" in request.headers:
            os._exit(1)
        return super().answer(protocol, request)
