"""Messages that were settled and had not come to all who were owed them: what is lost unless it comes yet."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from hubbub.load.ledger.member_cursor import MemberCursor
from hubbub.load.messages.message_key import MessageKey, publisher_of, sequence_of
from hubbub.load.timing.moments import NEVER

if TYPE_CHECKING:
    from hubbub.load.ledger.room_ledger import RoomLedger


class MissingDelivery(NamedTuple):
    """A delivery that was owed and did not come."""

    member: int
    publisher: int
    sequence: int


class MissingDeliveries:
    """The missing of one room: by message, the memberships that it did not come to."""

    def __init__(self, room: "RoomLedger") -> None:
        self._room = room
        self._missing: dict[MessageKey, list[MemberCursor]] = {}

    def add(self, key: MessageKey, missing: list[MemberCursor]) -> None:
        """Note to whom a message did not come."""
        if missing:
            self._missing[key] = missing

    def has(self, key: MessageKey) -> bool:
        """Whether a message did not come to somebody."""
        return key in self._missing

    def include(self, key: MessageKey, cursor: MemberCursor) -> bool:
        """Whether a message did not come to a member."""
        return cursor in self._missing.get(key, ())

    def fill(self, key: MessageKey, cursor: MemberCursor) -> bool:
        """Note that a message came to a member after all; return False where that was no hole."""
        missing = self._missing.get(key, [])
        if cursor not in missing:
            return False
        missing.remove(cursor)
        if not missing:
            del self._missing[key]
        return True

    def excuse(self, leaver: MemberCursor) -> int:
        """Forget what may have been under way to a member when it left; return how many messages that is."""
        excused = [key for key, missing in self._missing.items() if leaver in missing and leaver.excuses(key)]
        for key in excused:
            self._missing[key].remove(leaver)
            if not self._missing[key]:
                del self._missing[key]
        return len(excused)

    @property
    def lost(self) -> int:
        """How many deliveries have not come."""
        return sum(map(len, self._missing.values()))

    @property
    def awaited(self) -> bool:
        """Whether one of them may come yet: its member is still connected."""
        return any(member.ended == NEVER for missing in self._missing.values() for member in missing)

    @property
    def keys(self) -> list[MessageKey]:
        """The messages, the oldest first."""
        return list(self._missing)

    def missed(self) -> Iterator[MissingDelivery]:
        """Yield each of them."""
        for key, missing in self._missing.items():
            for member in missing:
                yield MissingDelivery(member.number, publisher_of(key), sequence_of(key))
