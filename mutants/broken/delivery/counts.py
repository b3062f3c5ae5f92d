"""Servers that stop, cut or wrap where there are many (BCAST-16, PRES-7)."""

import html
import unicodedata
from itertools import accumulate, count

from hubbub.protocol.messages import Publish, User, Userlist
from mutants.broken.delivery.broadcast import PickyRoom
from mutants.machinery.registration import Registry
from reference_server.log import Log
from reference_server.room import Member, Room, Rooms
from reference_server.session import ClientConnection, Session
from reference_server.userlist_throttle import UserlistThrottle

MUTANTS = Registry()


# BCAST-16: messages.


class Counting(Session):
    """The base of servers that count what a connection has said."""

    def __init__(self, connection: ClientConnection, rooms: Rooms, room: str, log: Log) -> None:
        self.said = 0
        self.size = 0
        super().__init__(connection, rooms, room, log)

    def accept(self, publish: Publish) -> None:
        self.said += publish.message is not None
        self.size += len(publish.message or "")
        if not self.has_enough():
            super().accept(publish)

    def has_enough(self) -> bool:
        """Tell whether nothing more is taken of this connection."""
        raise NotImplementedError


@MUTANTS.broken("silent-after-1000", "BCAST-16")
class SilentAfter1000(Counting):
    """A sender is silent after its 1,000th message."""

    def has_enough(self) -> bool:
        return self.said > 1000


@MUTANTS.broken("silent-after-a-MiB", "BCAST-16")
class SilentAfterAMiB(Counting):
    """What a sender says after its first MiB is dropped."""

    def has_enough(self) -> bool:
        return self.size > 1 << 20


@MUTANTS.broken("silent-after-1000-inflated", "BCAST-16")
class SilentAfter1000Inflated(Counting):
    """A sender that compresses is silent after its 1,000th message."""

    def has_enough(self) -> bool:
        return self.said > 1000 and self.window > 0


@MUTANTS.broken("silent-at-each-1024th", "BCAST-16")
class SilentAtEach1024th(Counting):
    """Where a counter of ten bits begins anew, a message is lost."""

    def has_enough(self) -> bool:
        return self.said % 1024 == 0


@MUTANTS.broken("room-full-of-words", "BCAST-16")
class RoomFullOfWords(Room):
    """A room has 2,000 messages in all."""

    _said = 0

    def publish(self, member: Member, message: str) -> None:
        self._said += 1
        if self._said <= 2000:
            super().publish(member, message)


@MUTANTS.broken("deaf-after-2000", "BCAST-16")
class DeafAfter2000(PickyRoom):
    """A member gets 2,000 Chats, and no more."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._heard: dict[str, int] = {}

    def times(self, member: Member, publisher: str) -> int:
        del publisher
        self._heard[member.wsid] = self._heard.get(member.wsid, 0) + 1
        return int(self._heard[member.wsid] <= 2000)


# BCAST-16: members, rooms, joins, names.


class NumberedRoom(PickyRoom):
    """The base of servers that know a room's members by their numbers."""

    def times(self, member: Member, publisher: str) -> int:
        del publisher
        return int(self.hears(list(self.members).index(member.wsid)))

    def hears(self, number: int) -> bool:
        """Tell whether a member of this number, from 0, gets Chats."""
        raise NotImplementedError


@MUTANTS.broken("130th-unserved", "BCAST-16")
class Unserved130th(NumberedRoom):
    """The 130th member of a room gets nothing, nor do those behind it."""

    def hears(self, number: int) -> bool:
        return number < 129


@MUTANTS.broken("257th-unserved", "BCAST-16")
class Unserved257th(NumberedRoom):
    """A room has 256 places, and whoever comes when they are taken is let in, but gets nothing."""

    def hears(self, number: int) -> bool:
        return number < 256


@MUTANTS.broken("257th-unheard", "BCAST-16")
class Unheard257th(Session):
    """What the 257th member of a room says is dropped."""

    def accept(self, publish: Publish) -> None:
        if self.wsid not in list(self.room.members)[256:]:
            super().accept(publish)


@MUTANTS.broken("256-rooms", "BCAST-16")
class RoomsOfAByte(Rooms):
    """There are 256 rooms, and whoever asks for another comes into the first."""

    def join(self, name: str, member: Member) -> Room:
        is_another = name not in self.by_name and len(self.by_name) >= 256
        return super().join(next(iter(self.by_name)) if is_another else name, member)


@MUTANTS.broken("121st-comer-unheard", "BCAST-16")
class Unheard121stComer(Room):
    """Who comes to a room after 120 others have come is not heard, though they have gone long ago."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._come: list[str] = []

    def join(self, member: Member) -> None:
        self._come.append(member.wsid)
        super().join(member)

    def publish(self, member: Member, message: str) -> None:
        if member.wsid in self._come[:120]:
            super().publish(member, message)


@MUTANTS.broken("250-names", "BCAST-16")
class NamesOfAByte(Session):
    """A connection has 250 names, and keeps the last of them."""

    _named = 0

    def accept(self, publish: Publish) -> None:
        self._named += publish.author is not None
        super().accept(publish if self._named <= 250 else Publish(publish.message, None))


@MUTANTS.broken("wsid-of-a-byte", "BCAST-16")
class ByteWsid(Session):
    """WSIDs are numbers that begin anew behind 255."""

    _numbers = count()

    def new_wsid(self) -> str:
        return f"{next(self._numbers) % 256:x}"


# PRES-7.


class OtherList(Room):
    """The base of servers that list others than are there."""

    def userlist(self) -> Userlist:
        return Userlist(tuple(map(User, self.listed([user.Name for user in super().userlist().Users]))))

    def listed(self, names: list[str]) -> list[str]:
        """Return the names that are listed for those of the members."""
        raise NotImplementedError


@MUTANTS.broken("list-of-100", "PRES-7")
class ListOf100(OtherList):
    """The userlist ends with its hundredth member."""

    def listed(self, names: list[str]) -> list[str]:
        return names[:100]


@MUTANTS.broken("list-of-256", "PRES-7")
class ListOf256(OtherList):
    """The userlist has 256 places."""

    def listed(self, names: list[str]) -> list[str]:
        return names[:256]


@MUTANTS.broken("list-counted-by-a-byte", "PRES-7")
class ListCountedByAByte(OtherList):
    """How many are listed is counted by a byte, which begins anew behind 255."""

    def listed(self, names: list[str]) -> list[str]:
        return names[: len(names) % 256]


class ShortList(OtherList):
    """The base of servers whose userlists have a greatest size, and list as many as go into it."""

    room_for = 0
    """Bytes."""

    def listed(self, names: list[str]) -> list[str]:
        ends = accumulate(len(name.encode()) + len('{"Name":""},') for name in names)
        return [name for name, end in zip(names, ends, strict=True) if end < self.room_for]


@MUTANTS.broken("list-of-16-KiB", "PRES-7")
class ListOf16KiB(ShortList):
    """A userlist has 16 KiB at most, and lists as many as go into it."""

    room_for = 16_000


@MUTANTS.broken("list-of-64-KiB", "PRES-7")
class ListOf64KiB(ShortList):
    """A userlist has less than 64 KiB, and lists as many as go into it."""

    room_for = 65_500


@MUTANTS.broken("list-without-proto", "PRES-7")
class ListWithoutProto(OtherList):
    """A member named ``__proto__`` is not listed."""

    def listed(self, names: list[str]) -> list[str]:
        return [name for name in names if name != "__proto__"]


@MUTANTS.broken("list-without-inherited", "PRES-7")
class ListWithoutInherited(OtherList):
    """Members are listed by an object's keys, which those that it inherits are not."""

    def listed(self, names: list[str]) -> list[str]:
        return [name for name in names if name not in ("constructor", "toString", "valueOf")]


@MUTANTS.broken("list-without-dunder", "PRES-7")
class ListWithoutDunder(OtherList):
    """Names that begin with an underscore are taken for private, and not listed."""

    def listed(self, names: list[str]) -> list[str]:
        return [name for name in names if not name.startswith("_")]


@MUTANTS.broken("list-of-the-true", "PRES-7")
class ListOfTheTrue(OtherList):
    """Names that are words for nothing are listed as unknown."""

    def listed(self, names: list[str]) -> list[str]:
        return ["unknown" if name in ("null", "undefined", "NaN", "false", "0") else name for name in names]


@MUTANTS.broken("list-of-numbers", "PRES-7")
class ListOfNumbers(OtherList):
    """Names that look like whole numbers are listed as these."""

    def listed(self, names: list[str]) -> list[str]:
        return [str(int(name)) if name.isdecimal() else name for name in names]


@MUTANTS.broken("rename-folded-unseen", "PRES-7")
class RenameFoldedUnseen(Room):
    """No userlist goes out for a name that differs from the one before in case only."""

    def rename(self, member: Member, name: str) -> None:
        if member.name.casefold() == name.casefold():
            member.name = name
        else:
            super().rename(member, name)


@MUTANTS.broken("list-folded", "PRES-7")
class ListFolded(OtherList):
    """Names that differ in case only are listed as the first of them."""

    def listed(self, names: list[str]) -> list[str]:
        first: dict[str, str] = {}
        return [first.setdefault(name.casefold(), name) for name in names]


@MUTANTS.broken("list-normalised", "PRES-7")
class ListNormalised(OtherList):
    """Names are put into Unicode's form NFKC in the list alone."""

    def listed(self, names: list[str]) -> list[str]:
        return [unicodedata.normalize("NFKC", name) for name in names]


@MUTANTS.broken("list-trimmed", "PRES-7")
class ListTrimmed(OtherList):
    """White space around names is cut off in the list alone."""

    def listed(self, names: list[str]) -> list[str]:
        return [" ".join(name.split()) for name in names]


@MUTANTS.broken("list-printable", "PRES-7")
class ListPrintable(OtherList):
    """What cannot be seen is left out of the list's names."""

    def listed(self, names: list[str]) -> list[str]:
        return ["".join(char for char in name if char.isprintable() or char.isspace()) for name in names]


@MUTANTS.broken("list-escaped", "PRES-7")
class ListEscaped(OtherList):
    """Names are escaped for HTML in the list alone."""

    def listed(self, names: list[str]) -> list[str]:
        return [html.escape(name, quote=False) for name in names]


@MUTANTS.broken("list-of-namesakes", "PRES-7")
class ListOfNamesakes(OtherList):
    """Of more than two members of one name, or without one, two are listed."""

    def listed(self, names: list[str]) -> list[str]:
        return [
            name for place, name in enumerate(names) if names[:place].count(name) < 2 or name == "unknown"
        ]


@MUTANTS.broken("list-by-id-or-name", "PRES-7")
class ListByIdOrName(OtherList):
    """A name that is a member's WSID is taken for one of its connections, and not listed."""

    def listed(self, names: list[str]) -> list[str]:
        return [name for name in names if name not in self.members]


@MUTANTS.broken("list-without-the-protocols-words", "PRES-7")
class ListWithoutWords(OtherList):
    """Nobody is listed under a word of the protocol."""

    def listed(self, names: list[str]) -> list[str]:
        return [name for name in names if name not in ("Chat", "Status", "Users", "default")]


@MUTANTS.broken("list-of-the-basic-plane", "PRES-7")
class ListOfTheBasicPlane(OtherList):
    """Characters of four bytes are replaced in the list alone."""

    def listed(self, names: list[str]) -> list[str]:
        return ["".join(char if char < "\U00010000" else "\ufffd" for char in name) for name in names]


# Legal.


class EachTime(UserlistThrottle):
    """Calls ``send`` at each change."""

    def changed(self) -> None:
        self._due()


@MUTANTS.legal("legal-userlist-each-time")
class UserlistEachTime(Room):
    """Each change of a room's members is told at once, however many there are."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._presence = EachTime(self._post_userlist)
