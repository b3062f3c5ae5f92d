"""Servers that greet wrongly, or let a joiner wait for its membership (STAT)."""

from itertools import count

import msgspec

from hubbub.protocol.messages import Chat, Status
from mutants.machinery.registration import Registry
from reference_server.room import Member, Room
from reference_server.wire.shared_frames import Batch, text_frame

MUTANTS = Registry()


@MUTANTS.broken("status-twice", "STAT-1")
class GreetingTwice(Room):
    """Status is sent twice."""

    def greet(self, member: Member) -> None:
        super().greet(member)
        super().greet(member)


@MUTANTS.broken("status-again", "STAT-1")
class GreetingAgain(Room):
    """A rename is answered with a new Status."""

    def rename(self, member: Member, name: str) -> None:
        super().rename(member, name)
        self.greet(member)


@MUTANTS.broken("status-second", "STAT-1")
class GreetingSecond(Room):
    """A userlist goes out before the Status."""

    def greet(self, member: Member) -> None:
        member.write(text_frame(self.encode(self.userlist())))
        super().greet(member)


@MUTANTS.broken("status-to-all", "STAT-1")
class GreetingAll(Room):
    """Each joiner's Status goes to the whole room."""

    def greet(self, member: Member) -> None:
        super().greet(member)
        for other in self.members.values():
            other.write(text_frame(self.encode(Status(member.wsid))))


@MUTANTS.broken("status-late", "STAT-1")
class GreetingLate(Room):
    """A joiner is a member before its Status is out, so a Chat can come first."""

    def greet(self, member: Member) -> None:
        self._loop.call_later(0.1, super().greet, member)


class ShownWsid(Room):
    """The base of servers that show another WSID, in Status and Chats alike, than they know a member by."""

    def greet(self, member: Member) -> None:
        member.write(text_frame(self.encode(Status(self.shown(member)))))

    def chat(self, member: Member, message: str) -> Chat:
        return msgspec.structs.replace(super().chat(member, message), WSID=self.shown(member))

    def shown(self, member: Member) -> str:
        """Return the WSID that is shown."""
        raise NotImplementedError


@MUTANTS.broken("wsid-constant", "STAT-2")
class ConstantWsid(ShownWsid):
    """All have the same WSID."""

    def shown(self, member: Member) -> str:
        del member
        return "chat"


@MUTANTS.broken("wsid-empty", "STAT-2")
class EmptyWsid(ShownWsid):
    """All have an empty WSID."""

    def shown(self, member: Member) -> str:
        del member
        return ""


@MUTANTS.broken("wsid-by-size", "STAT-2")
class WsidBySize(ShownWsid):
    """A WSID is the number of those in the room, so it comes again after somebody left."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._numbers: dict[str, str] = {}

    def shown(self, member: Member) -> str:
        return self._numbers.setdefault(member.wsid, f"{self.name} {len(self.members)}")


@MUTANTS.broken("wsid-by-room", "STAT-2")
class WsidByRoom(Room):
    """WSIDs count from 1 in each room, so two rooms have the same ones."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._numbers = count(1)

    def join(self, member: Member) -> None:
        member.wsid = str(next(self._numbers))
        super().join(member)


@MUTANTS.broken("join-race", "STAT-3")
class LateMembership(Room):
    """Status is sent first and deliveries begin a little later, so a Chat in between is missed."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._deaf: set[str] = set()

    def join(self, member: Member) -> None:
        super().join(member)
        self._deaf.add(member.wsid)
        self._loop.call_later(0.05, self._deaf.discard, member.wsid)

    def deliver(self, member: Member, batch: Batch) -> None:
        if member.wsid not in self._deaf:
            super().deliver(member, batch)


@MUTANTS.broken("join-first-missed", "STAT-3")
class FirstMissed(Room):
    """The first Chat of another that comes after a joiner's Status does not reach it."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._new: set[str] = set()

    def join(self, member: Member) -> None:
        super().join(member)
        self._new.add(member.wsid)

    def deliver(self, member: Member, batch: Batch) -> None:
        foreign = [each for each in batch.messages if each.chat and member.wsid != each.chat.WSID]
        if foreign and member.wsid in self._new:
            self._new.discard(member.wsid)
            batch = Batch([each for each in batch.messages if each is not foreign[0]])
        super().deliver(member, batch)
