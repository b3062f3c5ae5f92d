"""Odd but legal servers that give the WSID of who is gone again (STAT-2: unique among those alive)."""

from collections.abc import Iterator
from itertools import count, cycle
from typing import ClassVar

from mutants.machinery.registration import Registry
from reference_server.log import Log
from reference_server.room import Rooms
from reference_server.session import ClientConnection, Session

MUTANTS = Registry()


class ReusedWsid(Session):
    """The base of servers that give the WSID of who is gone again."""

    _taken: ClassVar[set[int]]

    def new_wsid(self) -> str:
        number = self.next_number()
        self._taken.add(number)
        return str(number)

    def next_number(self) -> int:
        """Return a number that nobody has."""
        return next(number for number in count(1) if number not in self._taken)

    def end(self, why: str) -> None:
        was_member = self.is_member
        super().end(why)
        if was_member:
            self.give_back()

    def give_back(self) -> None:
        """Let another have the WSID."""
        self._taken.discard(int(self.wsid))


@MUTANTS.legal("legal-wsid-smallest")
class SmallestWsid(ReusedWsid):
    """A WSID is the smallest number that nobody has at the time."""

    _taken: ClassVar[set[int]] = set()


@MUTANTS.legal("legal-wsid-last-freed")
class LastFreedWsid(ReusedWsid):
    """A WSID is that of the last who left, if nobody has it, else a new number."""

    _taken: ClassVar[set[int]] = set()
    _freed: ClassVar[list[int]] = []

    def next_number(self) -> int:
        return self._freed.pop() if self._freed else super().next_number()

    def give_back(self) -> None:
        super().give_back()
        self._freed.append(int(self.wsid))


@MUTANTS.legal("legal-wsid-wraps")
class WrappingWsid(ReusedWsid):
    """WSIDs count up to 999 and begin anew, passing over those that somebody has."""

    _taken: ClassVar[set[int]] = set()
    _turn: ClassVar[Iterator[int]] = cycle(range(1000))

    def next_number(self) -> int:
        return next(number for number in self._turn if number not in self._taken)


@MUTANTS.legal("legal-wsid-of-room")
class WsidOfItsRoom(Session):
    """A WSID is the room's number and the smallest number that nobody in the room has at the time."""

    _rooms: ClassVar[dict[str, int]] = {}

    def __init__(self, connection: ClientConnection, rooms: Rooms, room: str, log: Log) -> None:
        self._number = self._rooms.setdefault(room, len(self._rooms))
        here = rooms.by_name.get(room)
        self._taken = frozenset(here.members if here else ())
        super().__init__(connection, rooms, room, log)

    def new_wsid(self) -> str:
        places = (f"{self._number}/{place}" for place in count())
        return next(wsid for wsid in places if wsid not in self._taken)
