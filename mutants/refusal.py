"""Servers that let nobody in, or do not say so."""

from http import HTTPStatus

from websockets.http11 import Request
from websockets.server import ServerProtocol

from mutants.mutant import Mutant
from mutants.plan import Plan
from reference_server.handshake import Answer, Handshake
from reference_server.parts import Parts
from reference_server.room import Member, Room


class SilentRoom(Room):
    """Takes members in without a word."""

    def greet(self, member: Member) -> None:
        """Say nothing."""


class RefusingHandshake(Handshake):
    """Answers every handshake as a server that is too busy."""

    def answer(self, protocol: ServerProtocol, request: Request) -> Answer:
        """Refuse."""
        del request
        return Answer(protocol.reject(HTTPStatus.SERVICE_UNAVAILABLE, "come back later\n"))


def _never_greeting(_plan: Plan) -> Parts:
    return Parts(room=SilentRoom)


def _refusing(_plan: Plan) -> Parts:
    return Parts(handshake=RefusingHandshake)


MUTANTS = (
    Mutant("never-greet", "No Status is ever sent.", ("STAT-1",), _never_greeting),
    Mutant("refuse", "Every handshake is answered with 503.", (), _refusing),
)
