"""Servers that lose a room while somebody is in it or joins it (ROOM-8), or count rooms wrongly (ROOM-6)."""

import asyncio
from collections.abc import Callable

from mutants.broken.members.ends import was_closed_by_client
from mutants.machinery.registration import Registry
from reference_server.log import Log
from reference_server.parts import Parts
from reference_server.room import Member, Room, Rooms
from reference_server.session import ClientConnection, Session

MUTANTS = Registry()


class Removing(Rooms):
    """The base of servers that remove a room some time after its last member has left."""

    delay = 0.0

    def leave(self, room: Room, member: Member) -> None:
        room.leave(member)
        if not room.members:
            self.remove_soon(room)

    def remove_soon(self, room: Room) -> None:
        """Remove an empty room a moment later, whoever is in it by then."""
        room._loop.call_later(self.delay, self.remove, room)

    def remove(self, room: Room) -> None:
        """Remove a room, if it is there."""
        if self.by_name.get(room.name) is room:
            del self.by_name[room.name]


@MUTANTS.broken("room-removed-next-turn", "ROOM-8")
class RemovedNextTurn(Removing):
    """A room whose last member leaves is removed a turn of the loop later, whoever has joined it by then."""


@MUTANTS.broken("room-removed-shortly", "ROOM-8")
class RemovedShortly(Removing):
    """A room whose last member leaves is removed 30 ms later, whoever has joined it by then."""

    delay = 0.03


@MUTANTS.broken("room-removed-in-a-second", "ROOM-8")
class RemovedInASecond(Removing):
    """A room whose last member leaves is removed a second later, whoever has joined it by then."""

    delay = 1.0


@MUTANTS.broken("room-removed-late", "ROOM-8")
class RemovedLate(Removing):
    """A room whose last member leaves is removed 4 s later, whoever has joined it by then."""

    delay = 4.0


@MUTANTS.broken("room-removed-after-a-second-time", "ROOM-8")
class RemovedAfterASecondTime(Removing):
    """A joiner calls off the removal of a room, but one only: where it was left twice, it is removed."""

    delay = 0.5

    def __init__(self, new_room: Callable[[str], Room]) -> None:
        super().__init__(new_room)
        self._left: dict[str, int] = {}

    def remove_soon(self, room: Room) -> None:
        self._left[room.name] = self._left.get(room.name, 0) + 1
        super().remove_soon(room)

    def remove(self, room: Room) -> None:
        if not room.members or self._left.get(room.name, 0) > 1:
            super().remove(room)


@MUTANTS.broken("room-swept", "ROOM-8")
class Swept(Rooms):
    """Rooms are looked at every 1.5 s, and one that was empty is removed the next time, whoever is in it."""

    interval = 1.5

    def __init__(self, new_room: Callable[[str], Room]) -> None:
        super().__init__(new_room)
        self._was_empty: list[str] = []
        asyncio.get_running_loop().call_later(self.interval, self._sweep)

    def leave(self, room: Room, member: Member) -> None:
        room.leave(member)

    def _sweep(self) -> None:
        for name in self._was_empty:
            self.by_name.pop(name, None)
        self._was_empty = [name for name, room in self.by_name.items() if not room.members]
        asyncio.get_running_loop().call_later(self.interval, self._sweep)


class Elsewhere(Room):
    """A room that hands what is said in it to the room which now has its name."""

    def __init__(self, name: str, rooms: Rooms) -> None:
        super().__init__(name)
        self._rooms = rooms

    def publish(self, member: Member, message: str) -> None:
        room = self._rooms.by_name.get(self.name, self)
        if room is self:
            super().publish(member, message)
        else:
            room.publish(member, message)


@MUTANTS.broken("room-removed-one-way", "ROOM-8")
class RemovedOneWay(Removing):
    """As with a removal a moment later, but who was removed is still heard by those who join later."""

    delay = 0.03

    def __init__(self, _new_room: Callable[[str], Room]) -> None:
        super().__init__(lambda name: Elsewhere(name, self))


@MUTANTS.broken("room-left-amid-a-join", "ROOM-8")
class LeftAmidAJoin(Rooms):
    """A joiner is let into the room that it found 2 ms before, though that has been removed since."""

    delay = 0.002

    def join(self, name: str, member: Member) -> Room:
        room = self.by_name.setdefault(name, self.by_name.get(name) or self._new_room(name))
        room._loop.call_later(self.delay, self._enter, room, member)
        return room

    def _enter(self, room: Room, member: Member) -> None:
        if isinstance(member, Session) and member.is_member:
            room.join(member)

    def leave(self, room: Room, member: Member) -> None:
        if member.wsid in room.members:
            room.leave(member)
            if not room.members and self.by_name.get(room.name) is room:
                del self.by_name[room.name]


@MUTANTS.broken("room-idle-removed", "ROOM-8")
class IdleRemoved(Rooms):
    """A room in which nothing was said for 2 s is removed, though somebody is in it."""

    delay = 2.0

    def join(self, name: str, member: Member) -> Room:
        room = super().join(name, member)
        room._loop.call_later(self.delay, self._remove, room)
        return room

    def _remove(self, room: Room) -> None:
        if self.by_name.get(room.name) is room:
            del self.by_name[room.name]

    def leave(self, room: Room, member: Member) -> None:
        room.leave(member)
        if not room.members:
            self._remove(room)


class Restored(Rooms):
    """Lets a room be left that is no longer under its name."""

    def leave(self, room: Room, member: Member) -> None:
        room.leave(member)
        if not room.members and self.by_name.get(room.name) is room:
            del self.by_name[room.name]


@MUTANTS.broken("room-counted-down-twice", "ROOM-8", parts=Parts(rooms=Restored))
class CountedDownTwice(Session):
    """A Close of the client counts twice, as it does again when TCP ends: the room is removed too early."""

    def end(self, why: str) -> None:
        was_member = self.is_member
        super().end(why)
        if was_member and was_closed_by_client(why) and len(self.room.members) == 1:
            self.rooms.by_name.pop(self.room.name, None)


# ROOM-6: rooms that are left.


@MUTANTS.broken("rooms-counted-up", "ROOM-6")
class CountedUp(Session):
    """Rooms that are left by a break-off stay counted, and from the 100th on nobody is heard in a new one."""

    counted = 0

    def __init__(self, connection: ClientConnection, rooms: Rooms, room: str, log: Log) -> None:
        self._is_deaf = CountedUp.counted >= 100 and room not in rooms.by_name
        super().__init__(connection, rooms, room, log)

    def receive(self, payload: bytes, *, is_text: bool) -> None:
        if not self._is_deaf:
            super().receive(payload, is_text=is_text)

    def end(self, why: str) -> None:
        if self.is_member and why.startswith("tcp-") and len(self.room.members) == 1:
            CountedUp.counted += 1
        super().end(why)


@MUTANTS.broken("room-kept-after-reset", "ROOM-6")
class KeptAfterReset(Session):
    """A room whose last member resets its connection keeps that member's name on its list."""

    def end(self, why: str) -> None:
        if why == "tcp-reset" and len(self.room.members) == 1:
            self.write = _to_nobody
        else:
            super().end(why)


def _to_nobody(frames: bytes) -> None:
    del frames
