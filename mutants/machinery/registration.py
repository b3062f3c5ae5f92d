"""How a module registers its mutants: a class with a docstring, and one decorator above it.

>>> MUTANTS = Registry()
>>> @MUTANTS.broken("room-folded", "ROOM-2")
... class FoldedRooms(Handshake):
...     '''Room names are compared in lower case.'''
...
...     def room(self, request):
...         return super().room(request).casefold()
>>> [mutant.name for mutant in MUTANTS]
['room-folded']

The class takes the place of the part of the reference server that it is a subclass of:

>>> from mutants.machinery.fault_record import FaultRecord
>>> (mutant,) = MUTANTS
>>> mutant.build(FaultRecord(mutant.name, mutant.every)).handshake is FoldedRooms
True

What reads frames (a ``ServerProtocol``) and what agrees on compression are parts of the handshake. Where one
class does not do, a function is decorated that makes all parts from the record of faults, and its docstring
is the sentence. ``Registry.configured`` registers a server that differs in its settings alone.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

from websockets.extensions.permessage_deflate import ServerPerMessageDeflateFactory
from websockets.server import ServerProtocol

from mutants.machinery.fault_record import FaultRecord, Recording
from mutants.machinery.mutant import EVERY, Mutant
from reference_server.connection import Connection
from reference_server.handshake import Handshake
from reference_server.parts import Parts
from reference_server.room import Room, Rooms
from reference_server.session import Session

P = TypeVar("P", bound=Callable[..., Any])
"""A class that replaces a part, or a function that makes all parts."""

REFERENCE = Parts()
_SLOTS: dict[type, str] = {
    Handshake: "handshake",
    Connection: "connection",
    Session: "session",
    Rooms: "rooms",
    Room: "room",
}
_OF_HANDSHAKE: dict[type, str] = {ServerProtocol: "protocol", ServerPerMessageDeflateFactory: "compression"}


class Registry:
    """The mutants of one module, in the order in which they stand there."""

    def __init__(self) -> None:
        self._mutants: list[Mutant] = []

    def __iter__(self) -> Iterator[Mutant]:
        """Yield the mutants."""
        return iter(self._mutants)

    def broken(
        self,
        name: str,
        *kills: str,
        parts: Parts = REFERENCE,
        profile: str = "",
        settings: Mapping[str, Any] | None = None,
        every: int = EVERY,
    ) -> Callable[[P], P]:
        """Register what is decorated as a broken server.

        Args:
            name: What ``--fault`` calls it; it says the fault.
            kills: The ids of the requirements whose checks must fail. Without any the server is there for the
                load test alone, and the suite does not judge it.
            parts: What else is replaced, beside the part that the class is a subclass of.
            profile: What the server's operator would declare in a conformance profile (TOML).
            settings: The fields of ``Config`` that it brings; they win over the command line.
            every: In the kill matrix one delivery in so many is tampered with, if the fault is one of those.
        """
        return self._registering(name, kills, parts, profile=profile, settings=settings or {}, every=every)

    def legal(self, name: str, parts: Parts = REFERENCE, profile: str = "") -> Callable[[P], P]:
        """Register what is decorated as an odd server that breaks no MUST; arguments as for ``broken``."""
        return self._registering(name, (), parts, kind="legal", profile=profile)

    def configured(self, name: str, sentence: str, *kills: str, profile: str = "", **settings: Any) -> None:
        """Register the reference server with ``settings``: fields of ``Config``.

        It is broken where it ``kills`` checks, and odd but legal where it kills none.
        """
        mutant = Mutant(
            name=name,
            sentence=sentence,
            kills=kills,
            build=lambda _record: REFERENCE,
            kind="broken" if kills else "legal",
            settings=settings,
            profile=profile,
        )
        self._mutants.append(mutant)

    def _registering(self, name: str, kills: tuple[str, ...], parts: Parts, **more: Any) -> Callable[[P], P]:
        def register(made: P) -> P:
            sentence = " ".join((made.__doc__ or "").split())
            build = _builder(made, parts) if isinstance(made, type) else made
            self._mutants.append(Mutant(name=name, sentence=sentence, kills=kills, build=build, **more))
            return made

        return register


def _builder(part: type, parts: Parts) -> Callable[[FaultRecord], Parts]:
    """Return what puts ``part`` into its place among ``parts``."""
    for base, attribute in _OF_HANDSHAKE.items():
        if issubclass(part, base):
            part = type(part.__name__, (Handshake,), {attribute: part})
    slot = next(slot for base, slot in _SLOTS.items() if issubclass(part, base))
    made: Callable[..., Any] = part
    if issubclass(part, Recording):
        return lambda record: _with(parts, slot, partial(made, record=record))
    built = _with(parts, slot, made)
    return lambda _record: built


def _with(parts: Parts, slot: str, made: Callable[..., Any]) -> Parts:
    return replace(parts, **{slot: made})
