"""Servers that mistake one room for another, refuse rooms, or run out of them (ROOM)."""

import posixpath
import unicodedata
from collections.abc import Callable
from urllib.parse import parse_qs, unquote, urlsplit

from websockets.http11 import Request

from hubbub.protocol.names import DEFAULT_ROOM, NameRefusedError
from mutants.machinery.registration import Registry
from reference_server.handshake import Handshake
from reference_server.parts import Parts
from reference_server.room import Member, Room, Rooms
from reference_server.wire.shared_frames import Outgoing

MUTANTS = Registry()


def query_of(request: Request) -> str:
    """Return the query of the request's target, as it came."""
    return request.path.partition("?")[2]


def raw_room(request: Request) -> str:
    """Return the first ``room`` parameter, escapes and all; empty where there is none."""
    parameters = (parameter.partition("=") for parameter in query_of(request).split("&"))
    return next((value for name, _, value in parameters if name == "room"), "")


@MUTANTS.broken("room-ignored", "ROOM-1")
class OneRoom(Handshake):
    """Everybody is in one room, whatever the query says."""

    def room(self, request: Request) -> str:
        del request
        return DEFAULT_ROOM


@MUTANTS.broken("room-empty", "ROOM-1")
class EmptyRoom(Handshake):
    """An empty room parameter names a room of its own, not the default one."""

    def room(self, request: Request) -> str:
        named = [part for part in query_of(request).split("&") if part.startswith("room=")]
        return "" if named and named[0] == "room=" else super().room(request)


@MUTANTS.broken("room-required", "ROOM-1")
class RoomRequired(Handshake):
    """A handshake without room parameter is refused."""

    def room(self, request: Request) -> str:
        if "room=" not in query_of(request):
            raise NameRefusedError("name a room")
        return super().room(request)


@MUTANTS.broken("room-by-path", "ROOM-1")
class RoomByPath(Handshake):
    """The path is part of the room's name."""

    def room(self, request: Request) -> str:
        path = urlsplit(request.path).path.strip("/")
        return f"{path}/{super().room(request)}" if path else super().room(request)


@MUTANTS.broken("room-whole-query", "ROOM-1")
class WholeQuery(Handshake):
    """Other parameters end up in the room's name, as everything after the first ``room=`` is taken."""

    def room(self, request: Request) -> str:
        _, _, rest = query_of(request).partition("room=")
        return unquote(rest) or DEFAULT_ROOM


@MUTANTS.broken("room-undecoded", "ROOM-2")
class UndecodedRoom(Handshake):
    """Percent escapes in a room's name are not decoded."""

    def room(self, request: Request) -> str:
        return raw_room(request) or DEFAULT_ROOM


@MUTANTS.broken("room-latin-1", "ROOM-2")
class Latin1Room(Handshake):
    """Percent escapes in a room's name are decoded as Latin-1."""

    def room(self, request: Request) -> str:
        return unquote(raw_room(request), "latin-1") or DEFAULT_ROOM


@MUTANTS.broken("room-twice-decoded", "ROOM-2")
class TwiceDecodedRoom(Handshake):
    """Percent escapes in a room's name are decoded twice."""

    def room(self, request: Request) -> str:
        return unquote(super().room(request))


@MUTANTS.broken("room-number", "ROOM-2")
class NumberRoom(Handshake):
    """A room's name of digits is read as a number, so ``007`` is the room ``7``."""

    def room(self, request: Request) -> str:
        name = super().room(request)
        return str(int(name)) if name.isdecimal() else name


@MUTANTS.broken("room-dots", "ROOM-2")
class DotRoom(Handshake):
    """Dots at the end of a room's name are cut off, as Windows does with files."""

    def room(self, request: Request) -> str:
        return super().room(request).rstrip(".") or DEFAULT_ROOM


@MUTANTS.broken("room-folded", "ROOM-2")
class FoldedRoom(Handshake):
    """Rooms that differ in case only are one room."""

    def room(self, request: Request) -> str:
        return super().room(request).casefold()


@MUTANTS.broken("room-normalised", "ROOM-2")
class NormalisedRoom(Handshake):
    """Rooms that differ in Unicode normalisation only are one room."""

    def room(self, request: Request) -> str:
        return unicodedata.normalize("NFC", super().room(request))


@MUTANTS.broken("room-trimmed", "ROOM-2")
class TrimmedRoom(Handshake):
    """White space around a room's name is cut off."""

    def room(self, request: Request) -> str:
        return super().room(request).strip() or DEFAULT_ROOM


@MUTANTS.broken("room-last", "ROOM-3")
class LastRoom(Handshake):
    """Of several room parameters the last one counts."""

    def room(self, request: Request) -> str:
        return parse_qs(query_of(request)).get("room", [DEFAULT_ROOM])[-1]


@MUTANTS.broken("room-first-filled", "ROOM-3")
class FirstFilledRoom(Handshake):
    """Of several room parameters an empty first one is passed over."""

    def room(self, request: Request) -> str:
        return parse_qs(query_of(request)).get("room", [DEFAULT_ROOM])[0]


@MUTANTS.broken("room-ascii", "ROOM-4")
class AsciiRoom(Handshake):
    """Only ASCII room names are let in."""

    def room(self, request: Request) -> str:
        name = super().room(request)
        if not name.isascii():
            raise NameRefusedError("use ASCII letters")
        return name


@MUTANTS.broken("room-word", "ROOM-4")
class WordRoom(Handshake):
    """Room names with spaces or punctuation are refused."""

    def room(self, request: Request) -> str:
        name = super().room(request)
        if not name.replace("-", "").replace("_", "").isalnum():
            raise NameRefusedError("use letters and digits")
        return name


@MUTANTS.broken("room-prototype", "ROOM-4")
class PrototypeRoom(Handshake):
    """Rooms with names that every JavaScript object has, ``__proto__`` say, are refused."""

    def room(self, request: Request) -> str:
        name = super().room(request)
        if name in ("__proto__", "constructor", "toString", "hasOwnProperty"):
            raise NameRefusedError("choose another name")
        return name


@MUTANTS.broken("room-falsy", "ROOM-4")
class FalsyRoom(Handshake):
    """A room whose name is a word for nothing, or that any object or list has, is taken for none."""

    _WORDS = frozenset(
        [
            "null",
            "undefined",
            "NaN",
            "false",
            "true",
            "0",
            "-1",
            "1",
            "None",
            "nil",
            "unknown",
            "length",
            "prototype",
            "valueOf",
        ]
    )

    def room(self, request: Request) -> str:
        name = super().room(request)
        return DEFAULT_ROOM if name in self._WORDS else name


@MUTANTS.broken("room-of-all", "ROOM-4")
class RoomOfAll(Rooms):
    """Who is in the room ``*``, or ``all``, hears the Chats of every room."""

    def __init__(self, _new_room: Callable[[str], Room]) -> None:
        super().__init__(lambda name: OverheardRoom(name, self))


class OverheardRoom(Room):
    """A room whose Chats go to those of ``rooms`` that are of all, too."""

    def __init__(self, name: str, rooms: Rooms) -> None:
        super().__init__(name)
        self._rooms = rooms

    def post(self, message: Outgoing) -> None:
        super().post(message)
        for name in {"*", "all"} & self._rooms.by_name.keys() - {self.name}:
            if message.chat is not None:
                self._rooms.by_name[name].post(Outgoing(message.payload))


@MUTANTS.broken("room-as-path", "ROOM-4")
class RoomAsPath(Handshake):
    """A room's name is cleaned as if it were a path, so ``../`` vanishes."""

    def room(self, request: Request) -> str:
        return posixpath.normpath("/" + super().room(request)).lstrip("/") or DEFAULT_ROOM


@MUTANTS.broken("room-63-bytes", "ROOM-4")
class ShortRoom(Handshake):
    """A room's name may have 63 bytes, not 64 code points."""

    def room(self, request: Request) -> str:
        name = super().room(request)
        if len(name.encode()) > 63:
            raise NameRefusedError("use a shorter name")
        return name


class CarelessRoom(Handshake):
    """The base of servers that take room names which they should refuse, changed."""

    def room(self, request: Request) -> str:
        try:
            return super().room(request)
        except NameRefusedError:
            return self.mended(raw_room(request))

    def mended(self, raw: str) -> str:
        """Return the room that a refused name becomes."""
        raise NotImplementedError


@MUTANTS.broken("room-cut", "ROOM-5")
class CutRoom(CarelessRoom):
    """A room's name over 64 code points is cut."""

    def mended(self, raw: str) -> str:
        name = unquote(raw)
        if len(name) <= 64:
            raise NameRefusedError("refused")
        return name[:64]


@MUTANTS.broken("room-replaced", "ROOM-5")
class ReplacedRoom(CarelessRoom):
    """Bytes of a room's name that are not UTF-8 become U+FFFD."""

    def mended(self, raw: str) -> str:
        name = unquote(raw)
        if "\ufffd" not in name:
            raise NameRefusedError("refused")
        return name


@MUTANTS.broken("room-cleaned", "ROOM-5")
class CleanedRoom(CarelessRoom):
    """Control characters are taken out of a room's name."""

    def mended(self, raw: str) -> str:
        return "".join(char for char in unquote(raw) if char.isprintable()) or DEFAULT_ROOM


@MUTANTS.broken("room-defaulted", "ROOM-5")
class DefaultedRoom(CarelessRoom):
    """Whoever asks for a room that cannot be gets into the default one."""

    def mended(self, raw: str) -> str:
        del raw
        return DEFAULT_ROOM


@MUTANTS.broken("room-crash", "ROOM-5")
class CrashingRoom(CarelessRoom):
    """A room's name that cannot be decoded crashes the handshake: a bare TCP end and no answer."""

    def mended(self, raw: str) -> str:
        raise RuntimeError(raw)


@MUTANTS.broken("rooms-few", "ROOM-6")
class FewRooms(Rooms):
    """Only 64 rooms can be open at a time; a joiner of one more is in none."""

    def join(self, name: str, member: Member) -> Room:
        if len(self.by_name) >= 64 and name not in self.by_name:
            return self._new_room(name)
        return super().join(name, member)

    def leave(self, room: Room, member: Member) -> None:
        if member.wsid in room.members:
            super().leave(room, member)


class DyingRoom(Room):
    """A room that says nothing once its last member has left."""

    is_dead = False

    def leave(self, member: Member) -> None:
        super().leave(member)
        self.is_dead = not self.members

    def flush(self) -> None:
        if not self.is_dead:
            super().flush()


@MUTANTS.broken("rooms-once", "ROOM-6", parts=Parts(room=DyingRoom))
class RoomsOnce(Rooms):
    """A room whose last member has left is dead for good: who joins it anew hears nothing."""

    def leave(self, room: Room, member: Member) -> None:
        room.leave(member)


class HauntedRoom(Room):
    """A room that never lets its last member go."""

    def leave(self, member: Member) -> None:
        if len(self.members) > 1:
            super().leave(member)


@MUTANTS.broken("rooms-haunted", "ROOM-6", parts=Parts(room=HauntedRoom))
class HauntedRooms(Rooms):
    """The last member of a room stays listed when it has left."""

    def leave(self, room: Room, member: Member) -> None:
        room.leave(member)


@MUTANTS.broken("room-plus-escaped", "ROOM-7")
class NoPlus(Handshake):
    """``%2B`` is a space too, as the query is decoded before its pluses are replaced."""

    def room(self, request: Request) -> str:
        return super().room(request).replace("+", " ")


@MUTANTS.broken("room-plus", "ROOM-7")
class PlusRoom(Handshake):
    """A ``+`` in the query stays a plus."""

    def room(self, request: Request) -> str:
        return super().room(Request(request.path.replace("+", "%2B"), request.headers))
