"""How a module says which broken and odd servers it holds: a class with its sentence, and one line above it.

>>> ZOO = Zoo()
>>> @ZOO.broken("room-folded", "ROOM-2")
... class FoldedRooms(Handshake):
...     '''Room names are compared in lower case.'''
...
...     def room(self, request):
...         return super().room(request).casefold()

The class takes the place of the part of the reference server that it is a subclass of. What
reads frames and what agrees on compression are parts of the handshake.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, TypeVar

from websockets.extensions.permessage_deflate import ServerPerMessageDeflateFactory
from websockets.server import ServerProtocol

from mutants.mutant import Mutant
from reference_server.connection import Connection
from reference_server.handshake import Handshake
from reference_server.parts import Parts
from reference_server.room import Room, Rooms
from reference_server.session import Session

C = TypeVar("C", bound=type)

REFERENCE = Parts()
_SLOTS: dict[type, str] = {
    Handshake: "handshake",
    Connection: "connection",
    Session: "session",
    Rooms: "rooms",
    Room: "room",
}
_OF_HANDSHAKE: dict[type, str] = {ServerProtocol: "protocol", ServerPerMessageDeflateFactory: "compression"}


class Zoo:
    """The mutants of one theme, in the order in which they stand in their module."""

    def __init__(self) -> None:
        self._mutants: list[Mutant] = []

    def __iter__(self) -> Iterator[Mutant]:
        """Yield the mutants."""
        return iter(self._mutants)

    def broken(self, name: str, *kills: str, parts: Parts = REFERENCE, **more: Any) -> Callable[[C], C]:
        """Enter the class below as a broken server, killed by the checks of the requirements ``kills``.

        ``parts`` has what else is replaced; ``more`` are further fields of ``Mutant``.
        """

        def enter(part: C) -> C:
            self.enter(Mutant(name, _sentence(part), kills, _builder(part, parts), **more))
            return part

        return enter

    def legal(self, name: str, parts: Parts = REFERENCE, **more: Any) -> Callable[[C], C]:
        """Enter the class below as an odd server that breaks no MUST."""
        return self.broken(name, parts=parts, kind="legal", **more)

    def misconfigured(self, name: str, kills: str, sentence: str, profile: str = "", **settings: Any) -> None:
        """Enter the reference server with ``settings`` (fields of ``Config``) that break ``kills``."""
        mutant = Mutant(name, sentence, (kills,), lambda _plan: REFERENCE, settings=settings, profile=profile)
        self.enter(mutant)

    def enter(self, mutant: Mutant) -> None:
        """Enter one that no decorator fits."""
        self._mutants.append(mutant)


def _sentence(part: type) -> str:
    return " ".join((part.__doc__ or "").split())


def _builder(part: type, parts: Parts) -> Callable[[object], Parts]:
    for base, attribute in _OF_HANDSHAKE.items():
        if issubclass(part, base):
            part = type(part.__name__, (Handshake,), {attribute: part})
    slot = next(slot for base, slot in _SLOTS.items() if issubclass(part, base))
    built = replace(parts, **{slot: part})
    return lambda _plan: built
