"""Servers that let nobody in, or do not say so."""

from http import HTTPStatus

from websockets.http11 import Request
from websockets.server import ServerProtocol

from mutants.machinery.registration import Registry
from reference_server.handshake import Answer, Handshake
from reference_server.room import Member, Room

MUTANTS = Registry()


@MUTANTS.broken("never-greet", "STAT-1")
class SilentRoom(Room):
    """No Status is ever sent."""

    def greet(self, member: Member) -> None:
        """Say nothing."""


@MUTANTS.broken("refuse")
class RefusingHandshake(Handshake):
    """Every handshake is answered with 503."""

    def answer(self, protocol: ServerProtocol, request: Request) -> Answer:
        """Refuse."""
        del request
        return Answer(protocol.reject(HTTPStatus.SERVICE_UNAVAILABLE, "come back later\n"))
