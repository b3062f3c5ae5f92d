"""Servers that serve a room, or a member, so many messages or userlists and no more (BCAST-16)."""

from hubbub.protocol.codec import ErrorCode
from hubbub.protocol.messages import Publish
from mutants.broken.delivery.broadcast import PickyRoom
from mutants.broken.delivery.counts import Counting
from mutants.machinery.registration import Registry
from reference_server.room import Member, Room

MUTANTS = Registry()


# Messages.


@MUTANTS.broken("room-of-2500-messages", "BCAST-16")
class RoomOf2500Messages(Room):
    """A room is silent after its 2,500th message."""

    _said = 0

    def publish(self, member: Member, message: str) -> None:
        self._said += 1
        if self._said <= 2500:
            super().publish(member, message)


@MUTANTS.broken("silent-after-2500", "BCAST-16")
class SilentAfter2500(Counting):
    """A sender is silent after its 2,500th message."""

    def has_enough(self) -> bool:
        return self.said > 2500


@MUTANTS.broken("silent-at-each-4096th-of-a-room", "BCAST-16")
class SilentAtEach4096th(Room):
    """Where a room's counter of twelve bits begins anew, a message is lost."""

    _said = 0

    def publish(self, member: Member, message: str) -> None:
        self._said += 1
        if self._said % 4096:
            super().publish(member, message)


class HearingSome(PickyRoom):
    """The base of servers that send a member so many Chats."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._heard: dict[str, int] = {}

    def times(self, member: Member, publisher: str) -> int:
        del publisher
        self._heard[member.wsid] = heard = self._heard.get(member.wsid, 0) + 1
        return int(self.hears(member, heard))

    def hears(self, member: Member, number: int) -> bool:
        """Tell whether a member gets its Chat of this number, from 1."""
        raise NotImplementedError


@MUTANTS.broken("deaf-after-4000", "BCAST-16")
class DeafAfter4000(HearingSome):
    """A member gets 4,000 Chats, and no more."""

    def hears(self, member: Member, number: int) -> bool:
        del member
        return number <= 4000


@MUTANTS.broken("deaf-after-5000-deflated", "BCAST-16")
class DeafAfter5000Deflated(HearingSome):
    """A member that agreed to compression gets 5,000 Chats, and no more."""

    def hears(self, member: Member, number: int) -> bool:
        return number <= 5000 or not member.window


# Userlists.


class ListingSome(Room):
    """The base of servers on which a room has so many userlists."""

    _lists = 0

    def _post_userlist(self) -> int:
        self._lists += 1
        return super()._post_userlist() if self.is_listed(self._lists) else 0

    def is_listed(self, number: int) -> bool:
        """Tell whether a room's userlist of this number, from 1, is sent."""
        raise NotImplementedError


@MUTANTS.broken("unlisted-after-100-lists", "BCAST-16")
class UnlistedAfter100(ListingSome):
    """No userlist goes out after a room's hundredth."""

    def is_listed(self, number: int) -> bool:
        return number <= 100


@MUTANTS.broken("each-64th-list-lost", "BCAST-16")
class Each64thListLost(ListingSome):
    """Where a room's counter of six bits begins anew, a userlist is lost."""

    def is_listed(self, number: int) -> bool:
        return number % 64 != 0


@MUTANTS.broken("unlisted-after-3000-messages", "BCAST-16")
class UnlistedAfter3000Messages(Room):
    """No userlist goes out in a room in which 3,000 messages have been said."""

    _said = 0

    def publish(self, member: Member, message: str) -> None:
        self._said += 1
        super().publish(member, message)

    def _post_userlist(self) -> int:
        return super()._post_userlist() if self._said <= 3000 else 0


# Legal.


@MUTANTS.legal("legal-1000-messages")
class Only1000Messages(Counting):
    """Who has said 1,000 things is told that it is enough, and closed with 1008, as SEC-5 allows."""

    def has_enough(self) -> bool:
        return self.said > 1000

    def accept(self, publish: Publish) -> None:
        super().accept(publish)
        if self.has_enough():
            self.refuse(ErrorCode.FLOOD, "1,000 messages are enough")
            self.connection.close(1008, "1,000 messages are enough")
