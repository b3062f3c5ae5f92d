"""Deliveries that did not come though their messages are settled: lost unless they come yet."""

# Theory of operation
#
# A message that did not come to everybody is settled all the same, once nothing says that it is still on its
# way: everybody has had later messages, or it has been waited for long enough. From then on the ledger needs
# only this table to know whom it did not come to, and the log may forget the message.
#
# An entry ends in one of three ways: the message comes after all (``resolve``), its member leaves and the
# message may have been under way to it (``resolve``, too, as excused), or the drain ends. What is then still
# here is lost.

from collections.abc import Iterator
from typing import NamedTuple

from hubbub.load.ledger.member_cursor import MemberCursor
from hubbub.load.messages.message_key import MessageKey, publisher_of, sequence_of
from hubbub.load.timing.moments import NEVER


class MissingDelivery(NamedTuple):
    """A delivery that was owed and did not come."""

    member: int
    publisher: int
    sequence: int


class MissingDeliveries:
    """Those of one room: by message, the memberships that it did not come to."""

    __slots__ = ("_missing",)

    def __init__(self) -> None:
        self._missing: dict[MessageKey, list[MemberCursor]] = {}

    def record_missing(self, key: MessageKey, members: list[MemberCursor]) -> None:
        """Note to whom a message did not come."""
        if members:
            self._missing[key] = members

    def concerns(self, key: MessageKey) -> bool:
        """Whether a message did not come to somebody."""
        return key in self._missing

    def includes(self, key: MessageKey, member: MemberCursor) -> bool:
        """Whether a message did not come to a member."""
        return member in self._missing.get(key, ())

    def resolve(self, key: MessageKey, member: MemberCursor) -> bool:
        """Note that a delivery is missing no more; return False where it was not."""
        members = self._missing.get(key, [])
        if member not in members:
            return False
        members.remove(member)
        if not members:
            # An empty entry would keep the message among those whose fan-out may still grow.
            del self._missing[key]
        return True

    def of(self, member: MemberCursor) -> list[MessageKey]:
        """Return the messages that did not come to a member, the oldest first."""
        return [key for key, members in self._missing.items() if member in members]

    @property
    def count(self) -> int:
        """How many deliveries are missing."""
        return sum(map(len, self._missing.values()))

    @property
    def awaited(self) -> bool:
        """Whether one of them may come yet: its member is still connected."""
        return any(member.ended == NEVER for members in self._missing.values() for member in members)

    @property
    def keys(self) -> list[MessageKey]:
        """The messages, the oldest first."""
        return list(self._missing)

    def each(self) -> Iterator[MissingDelivery]:
        """Yield each of them."""
        for key, members in self._missing.items():
            for member in members:
                yield MissingDelivery(member.number, publisher_of(key), sequence_of(key))
