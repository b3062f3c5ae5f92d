"""Servers that take who comes back under its name for who left (BCAST-19, NICK-7, PRES-9)."""

import asyncio
from collections import Counter, defaultdict
from typing import ClassVar

import msgspec

from hubbub.protocol.codec import ErrorCode
from hubbub.protocol.messages import Chat, Publish, Userlist
from hubbub.protocol.names import DEFAULT_AUTHOR
from mutants.broken.members.leaving import left_by_close
from mutants.machinery.registration import Registry
from reference_server.connection import Connection
from reference_server.log import Log
from reference_server.parts import Parts
from reference_server.room import Member, Room, Rooms
from reference_server.session import ClientConnection, Session
from reference_server.wire.shared_frames import Batch, Outgoing

MUTANTS = Registry()

Key = tuple[str, str]
"""A room and a name in it."""


class ByName(Session):
    """The base of servers that keep books by names."""

    def accept(self, publish: Publish) -> None:
        if publish.author and publish.author != self.name:
            self.on_name(publish.author)
        super().accept(publish)

    def on_name(self, name: str) -> None:
        """Take note that the client takes a name."""

    def end(self, why: str) -> None:
        if self.is_member:
            self.on_end(why)
        super().end(why)

    def on_end(self, why: str) -> None:
        """Take note that the client leaves."""

    @property
    def key(self) -> Key:
        """Its room and its name."""
        return self.room.name, self.name


# BCAST-19: once each.


class Subscribed(ByName):
    """The base of servers on which a name is subscribed to its room, and gets all as often as it is."""

    subscriptions: ClassVar[Counter[Key]]
    _times = 1

    def on_name(self, name: str) -> None:
        self.subscriptions[self.room.name, name] += 1
        self._times = self.subscriptions[self.room.name, name]
        self.write = self._write

    def _write(self, frames: bytes) -> None:
        for _ in range(self._times):
            self.connection.write(frames)


@MUTANTS.broken("return-twice", "BCAST-19")
class ReturnTwice(Subscribed):
    """Who comes back under its name gets everything twice, the next time three times."""

    subscriptions: ClassVar[Counter[Key]] = Counter()


@MUTANTS.broken("return-twice-after-break-off", "BCAST-19")
class ReturnTwiceAfterBreakOff(Subscribed):
    """Who comes back under its name after a break-off gets everything once more."""

    subscriptions: ClassVar[Counter[Key]] = Counter()

    def on_end(self, why: str) -> None:
        if left_by_close(why):
            self.subscriptions[self.key] -= 1


@MUTANTS.broken("returner-heard-twice", "BCAST-19")
class ReturnerHeardTwice(ByName):
    """What somebody says who came back under its name goes out twice."""

    gone: ClassVar[set[Key]] = set()

    def accept(self, publish: Publish) -> None:
        super().accept(publish)
        if publish.message is not None and self.key in self.gone:
            self.room.publish(self, publish.message)

    def on_end(self, why: str) -> None:
        del why
        if self.name != DEFAULT_AUTHOR:
            self.gone.add(self.key)


@MUTANTS.broken("return-first-words-lost", "BCAST-19")
class FirstWordsLost(ByName):
    """The first that is said by who joins a room which another has left is lost."""

    left: ClassVar[set[str]] = set()
    _is_first = True

    def accept(self, publish: Publish) -> None:
        was_first, self._is_first = self._is_first, False
        if not (was_first and self.room.name in self.left):
            super().accept(publish)

    def on_end(self, why: str) -> None:
        del why
        self.left.add(self.room.name)


@MUTANTS.broken("return-fifth-unheard", "BCAST-19")
class FifthUnheard(ByName):
    """Who has come back under its name for the fifth time is heard by nobody."""

    times: ClassVar[Counter[Key]] = Counter()

    def on_name(self, name: str) -> None:
        self.times[self.room.name, name] += 1

    def accept(self, publish: Publish) -> None:
        super().accept(publish if self.times[self.key] < 6 else Publish(None, publish.author))


class OldWsid(Room):
    """A room that knows its members by their names."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._wsids: dict[str, str] = {}

    def chat(self, member: Member, message: str) -> Chat:
        chat = super().chat(member, message)
        if member.name == DEFAULT_AUTHOR:
            return chat
        return msgspec.structs.replace(chat, WSID=self._wsids.setdefault(member.name, member.wsid))


@MUTANTS.broken("return-old-wsid", "BCAST-19")
class ReturnOldWsid(OldWsid):
    """What somebody says who came back under its name bears the WSID of its earlier connection."""


class Logging(Room):
    """A room that keeps what was said in it."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.log: list[Outgoing] = []

    def publish(self, member: Member, message: str) -> None:
        chat = self.chat(member, message)
        self.log.append(Outgoing(self.encode(chat), chat))
        self.post(self.log[-1])


@MUTANTS.broken("return-missed-replayed", "BCAST-19", parts=Parts(room=Logging))
class MissedReplayed(ByName):
    """Who comes back under its name is sent what it missed."""

    left_at: ClassVar[dict[Key, int]] = {}

    def __init__(self, connection: ClientConnection, rooms: Rooms, room: str, log: Log) -> None:
        super().__init__(connection, rooms, room, log)
        assert isinstance(self.room, Logging)
        self._came_at = len(self.room.log)

    def on_name(self, name: str) -> None:
        assert isinstance(self.room, Logging)
        missed = self.room.log[self.left_at.pop((self.room.name, name), self._came_at) : self._came_at]
        if missed:
            self.write(Batch(missed).frames(self.window))

    def on_end(self, why: str) -> None:
        del why
        assert isinstance(self.room, Logging)
        self.left_at[self.key] = len(self.room.log)


@MUTANTS.broken("return-in-the-old-room", "BCAST-19")
class InTheOldRoom(ByName):
    """Who comes back under its name, to another room, still hears the room where it was."""

    was_in: ClassVar[dict[str, set[Room]]] = defaultdict(set)

    def on_name(self, name: str) -> None:
        for room in self.was_in[name] - {self.room}:
            room.members.setdefault(self.wsid, self)
        self.was_in[name].add(self.room)

    def end(self, why: str) -> None:
        if self.is_member:
            for room in self.was_in[self.name] - {self.room}:
                room.members.pop(self.wsid, None)
        super().end(why)


class ForgettingNames(ByName):
    """The base of servers that let all go who have the name of one who leaves."""

    delay = 0.0

    def on_end(self, why: str) -> None:
        del why
        if self.name != DEFAULT_AUTHOR:
            asyncio.get_running_loop().call_later(self.delay, self._forget)

    def _forget(self) -> None:
        for member in tuple(self.room.members.values()):
            if member.name == self.name and isinstance(member, Session):
                member.end("forgotten")


@MUTANTS.broken("return-deaf-when-the-old-ends", "BCAST-19", "BCAST-11")
class DeafWhenTheOldEnds(ForgettingNames):
    """When a member leaves, all who have its name are no members any more."""


@MUTANTS.broken("return-deaf-in-the-end", "BCAST-19")
class DeafInTheEnd(ForgettingNames):
    """Three seconds after a member has left, who came back under its name is no member any more."""

    delay = 3.0


@MUTANTS.broken("one-room-per-name", "BCAST-11")
class OneRoomPerName(ByName):
    """Who takes a name ends the connection in another room that has it."""

    holders: ClassVar[dict[str, Session]] = {}

    def on_name(self, name: str) -> None:
        holder = self.holders.get(name)
        if holder is not None and holder.is_member and holder.room is not self.room:
            holder.connection.close(1008, "you are in another room")
        self.holders[name] = self


# NICK-7: names are free.


class Reserving(ByName):
    """The base of servers on which a name stays taken."""

    taken: ClassVar[set[Key]]

    def accept(self, publish: Publish) -> None:
        if publish.author and publish.author != self.name and (self.room.name, publish.author) in self.taken:
            self.refuse(ErrorCode.BAD_NAME, "this name is taken")
        else:
            super().accept(publish)

    def on_end(self, why: str) -> None:
        if self.name != DEFAULT_AUTHOR and self.keeps(why):
            self.taken.add(self.key)

    def keeps(self, why: str) -> bool:
        """Tell whether the name of a client that ended like this stays taken."""
        raise NotImplementedError


@MUTANTS.broken("name-taken-after-break-off", "NICK-7")
class TakenAfterBreakOff(Reserving):
    """The name of a client that broke off stays taken."""

    taken: ClassVar[set[Key]] = set()

    def keeps(self, why: str) -> bool:
        return not left_by_close(why)


@MUTANTS.broken("name-taken-for-ever", "NICK-7")
class TakenForEver(Reserving):
    """A name that somebody has had stays taken."""

    taken: ClassVar[set[Key]] = set()

    def keeps(self, why: str) -> bool:
        del why
        return True


@MUTANTS.broken("name-taken-for-a-moment", "NICK-7")
class TakenForAMoment(Reserving):
    """The name of a client that left stays taken for 20 ms."""

    taken: ClassVar[set[Key]] = set()

    def keeps(self, why: str) -> bool:
        del why
        asyncio.get_running_loop().call_later(0.02, self.taken.discard, self.key)
        return True


@MUTANTS.broken("name-of-another-at-first", "NICK-7")
class NameInherited(ByName):
    """A connection is given the place of the last that left, and begins with its name."""

    left: ClassVar[list[str]] = []

    def __init__(self, connection: ClientConnection, rooms: Rooms, room: str, log: Log) -> None:
        super().__init__(connection, rooms, room, log)
        if self.left:
            self.name = self.left.pop()

    def on_end(self, why: str) -> None:
        del why
        self.left.append(self.name)


@MUTANTS.broken("name-of-the-port", "NICK-7")
class NameOfThePort(ByName):
    """A connection from a port from which another came before begins with the name of that one."""

    names: ClassVar[dict[object, str]] = {}

    def __init__(self, connection: ClientConnection, rooms: Rooms, room: str, log: Log) -> None:
        super().__init__(connection, rooms, room, log)
        assert isinstance(connection, Connection)
        self._port: object = connection._transport.get_extra_info("peername")
        self.name = self.names.get(self._port, self.name)

    def on_name(self, name: str) -> None:
        self.names[self._port] = name


# PRES-9: who is listed.


class ListingLeavers(Room):
    """A room that takes note of the names of those who left."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.left: set[str] = set()

    def leave(self, member: Member) -> None:
        super().leave(member)
        if member.name != DEFAULT_AUTHOR:
            self.left.add(member.name)


@MUTANTS.broken("returner-unlisted", "PRES-9")
class ReturnerUnlisted(ListingLeavers):
    """A name that has left the list does not come back to it."""

    def userlist(self) -> Userlist:
        return Userlist(tuple(user for user in super().userlist().Users if user.Name not in self.left))


@MUTANTS.broken("returner-listed-twice", "PRES-9")
class ReturnerListedTwice(ListingLeavers):
    """Who comes back under its name is listed twice."""

    def userlist(self) -> Userlist:
        users = super().userlist().Users
        return Userlist((*users, *(user for user in users if user.Name in self.left)))


@MUTANTS.broken("returner-unlisted-by-the-old", "PRES-9")
class UnlistedByTheOld(Room):
    """When a connection ends its name is taken off the list, though another has it by then."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._unlisted: set[str] = set()

    def leave(self, member: Member) -> None:
        super().leave(member)
        same = (each.wsid for each in self.members.values() if each.name == member.name != DEFAULT_AUTHOR)
        self._unlisted.update(same)

    def userlist(self) -> Userlist:
        listed = {wsid for wsid in self.members if wsid not in self._unlisted}
        users = zip(self.members, super().userlist().Users, strict=True)
        return Userlist(tuple(user for wsid, user in users if wsid in listed))
