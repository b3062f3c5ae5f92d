"""Servers that get slow readers wrong (BCAST-9, BCAST-10, BCAST-14)."""

from collections.abc import Callable, Iterable

from mutants.machinery.registration import Registry
from reference_server.connection import Connection
from reference_server.room import Member, Room, Rooms
from reference_server.session import Session
from reference_server.wire.shared_frames import Batch

MUTANTS = Registry()

MUCH = 256 * 1024
"""Bytes unsent to one member at which these servers change their ways."""


def is_behind(member: Member) -> bool:
    """Tell whether much is waiting for ``member``."""
    connection = member.connection if isinstance(member, Session) else None
    return isinstance(connection, Connection) and connection.backlog > MUCH


@MUTANTS.broken("slow-skipped", "BCAST-9")
class SkippingRoom(Room):
    """A member that reads slowly misses what comes while its buffer is full."""

    def deliver(self, member: Member, batch: Batch) -> None:
        if not is_behind(member):
            super().deliver(member, batch)


@MUTANTS.broken("slow-every-other", "BCAST-9", settings={"max_backlog": 1 << 30})
class EveryOther(Room):
    """A member that reads slowly gets every other Chat only, to lighten its load."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._turn = 0

    def deliver(self, member: Member, batch: Batch) -> None:
        if is_behind(member):
            self._turn += 1
            batch = Batch(batch.messages[self._turn % 2 :: 2])
        super().deliver(member, batch)


class WaitingRoom(Room):
    """A room that holds back what is due while ``rooms`` has a member that is behind."""

    def __init__(self, name: str, rooms: Rooms) -> None:
        super().__init__(name)
        self._rooms = rooms

    def awaited(self) -> Iterable[Member]:
        """Return the members that are waited for."""
        return self.members.values()

    def flush(self) -> None:
        if any(map(is_behind, self.awaited())):
            self._loop.call_later(0.05, self.flush)
        else:
            super().flush()


class AllWaitingRoom(WaitingRoom):
    """A room that waits for the members of all rooms."""

    def awaited(self) -> Iterable[Member]:
        return [member for room in self._rooms.by_name.values() for member in room.members.values()]


@MUTANTS.broken("slow-blocks-room", "BCAST-10")
class SlowBlocksRoom(Rooms):
    """A room waits for its slowest reader."""

    def __init__(self, _new_room: Callable[[str], Room]) -> None:
        super().__init__(lambda name: WaitingRoom(name, self))


@MUTANTS.broken("slow-blocks-all", "BCAST-10")
class SlowBlocksAll(Rooms):
    """All rooms wait for the slowest reader of any."""

    def __init__(self, _new_room: Callable[[str], Room]) -> None:
        super().__init__(lambda name: AllWaitingRoom(name, self))


MUTANTS.configured(
    "slow-unbounded",
    "What a member does not read is kept for it without limit.",
    "BCAST-14",
    max_backlog=1 << 40,
)
