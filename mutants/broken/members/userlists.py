"""Servers whose user list is wrong (PRES)."""

from collections.abc import Callable
from itertools import count

from hubbub.protocol.messages import Publish, User, Userlist
from hubbub.protocol.names import DEFAULT_AUTHOR
from mutants.broken.members.leaving import left_by_close
from mutants.machinery.registration import Registry
from reference_server.log import Log
from reference_server.room import Member, Room, Rooms
from reference_server.session import ClientConnection, Session
from reference_server.wire.shared_frames import text_frame

MUTANTS = Registry()


# PRES-1: the joiner's own list.


@MUTANTS.broken("userlist-none", "PRES-1")
class NoUserlist(Room):
    """No userlist is ever sent."""

    def _post_userlist(self) -> int:
        return 0


@MUTANTS.broken("userlist-to-others", "PRES-1")
class UserlistToOthers(Room):
    """A joiner gets no userlist before somebody else comes or goes."""

    def join(self, member: Member) -> None:
        self.flush()
        self._presence.stop()
        self._announce(member)
        self.greet(member)
        self.members[member.wsid] = member

    def _announce(self, member: Member) -> None:
        users = (*self.userlist().Users, User(member.name))
        for other in self.members.values():
            other.write(text_frame(self.encode(Userlist(users))))


@MUTANTS.broken("userlist-of-before", "PRES-1")
class UserlistOfBefore(Room):
    """A joiner's userlist is of those who were there before it."""

    def join(self, member: Member) -> None:
        before = self.userlist()
        super().join(member)
        self._presence.stop()
        for other in self.members.values():
            users = before if other is member else self.userlist()
            other.write(text_frame(self.encode(users)))


# PRES-2: who is there.


@MUTANTS.broken("join-unseen", "PRES-2")
class JoinUnseen(Room):
    """Only the joiner itself gets a userlist when somebody joins."""

    def join(self, member: Member) -> None:
        super().join(member)
        self._presence.stop()
        member.write(text_frame(self.encode(self.userlist())))


@MUTANTS.broken("leave-unseen", "PRES-2")
class LeaveUnseen(Room):
    """No userlist goes out when somebody leaves."""

    def leave(self, member: Member) -> None:
        super().leave(member)
        self._presence.stop()


@MUTANTS.broken("names-as-set", "PRES-2")
class NamesAsSet(Room):
    """Members with the same name are listed once."""

    def userlist(self) -> Userlist:
        return Userlist(tuple(dict.fromkeys(super().userlist().Users)))


@MUTANTS.broken("nameless-unlisted", "PRES-2")
class NamelessUnlisted(Room):
    """Members without a name are not listed."""

    def userlist(self) -> Userlist:
        return Userlist(tuple(user for user in super().userlist().Users if user.Name != DEFAULT_AUTHOR))


@MUTANTS.broken("nameless-listed-empty", "PRES-2")
class NamelessEmpty(Room):
    """Members without a name are listed with an empty one."""

    def userlist(self) -> Userlist:
        names = (user.Name for user in super().userlist().Users)
        return Userlist(tuple(User("" if name == DEFAULT_AUTHOR else name) for name in names))


class Ghost(Session):
    """The base of servers on which a dead socket stays listed."""

    def end(self, why: str) -> None:
        if not self.haunts(why):
            super().end(why)

    def haunts(self, why: str) -> bool:
        """Tell whether a client that ended like this stays listed."""
        raise NotImplementedError


@MUTANTS.broken("ghost-after-reset", "PRES-2")
class GhostAfterReset(Ghost):
    """A client that resets its connection stays listed."""

    def haunts(self, why: str) -> bool:
        return why == "tcp-reset"


@MUTANTS.broken("ghost-after-end", "PRES-2")
class GhostAfterEnd(Ghost):
    """A client whose TCP connection ends without a Close stays listed."""

    def haunts(self, why: str) -> bool:
        return why == "tcp-end"


@MUTANTS.broken("ghost-after-close", "PRES-2")
class GhostAfterClose(Ghost):
    """Every client that leaves stays listed: closing clears a misspelt name, as in the tutorial."""

    def haunts(self, why: str) -> bool:
        del why
        return True


# PRES-3: renames.


@MUTANTS.broken("rename-unseen", "PRES-3")
class RenameUnseen(Room):
    """No userlist goes out when a member changes its name."""

    def rename(self, member: Member, name: str) -> None:
        member.name = name


@MUTANTS.broken("first-name-listed", "PRES-3")
class FirstNameListed(Room):
    """A member stays listed under the first name that it gave itself."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._first_names: dict[str, str] = {}

    def rename(self, member: Member, name: str) -> None:
        super().rename(member, name)
        self._first_names.setdefault(member.wsid, name)

    def userlist(self) -> Userlist:
        members = self.members.values()
        return Userlist(tuple(User(self._first_names.get(member.wsid, member.name)) for member in members))


@MUTANTS.broken("silent-rename-unseen", "PRES-3")
class SilentRenameUnseen(Session):
    """A rename without message shows only when somebody comes or goes."""

    def accept(self, publish: Publish) -> None:
        if publish.message is None and publish.author is not None:
            self.name = publish.author
        else:
            super().accept(publish)


# PRES-4: one's own room.


class ListingAll(Room):
    """A room that lists the members of all ``rooms``."""

    def __init__(self, name: str, rooms: Rooms) -> None:
        super().__init__(name)
        self._rooms = rooms

    def userlist(self) -> Userlist:
        rooms = self._rooms.by_name.values()
        return Userlist(tuple(User(member.name) for room in rooms for member in room.members.values()))


class SharingRoom(ListingAll):
    """A room that sends its userlist to the members of all ``rooms``."""

    def userlist(self) -> Userlist:
        own = Room.userlist(self)
        for room in self._rooms.by_name.values():
            for member in room.members.values():
                member.write(text_frame(self.encode(own)))
        return own


@MUTANTS.broken("userlist-of-all", "PRES-4")
class UserlistOfAll(Rooms):
    """The userlist names the members of all rooms."""

    def __init__(self, _new_room: Callable[[str], Room]) -> None:
        super().__init__(lambda name: ListingAll(name, self))


@MUTANTS.broken("userlist-to-all", "PRES-4")
class UserlistToAll(Rooms):
    """A room's userlist goes to the members of all rooms."""

    def __init__(self, _new_room: Callable[[str], Room]) -> None:
        super().__init__(lambda name: SharingRoom(name, self))


# PRES-5: many joins and leaves.


@MUTANTS.broken("ghost-rarely", "PRES-5")
class RareGhost(Ghost):
    """One client in nineteen stays listed if it breaks off."""

    _sessions = count(1)

    def __init__(self, connection: ClientConnection, rooms: Rooms, room: str, log: Log) -> None:
        self._number = next(self._sessions)
        super().__init__(connection, rooms, room, log)

    def haunts(self, why: str) -> bool:
        return not left_by_close(why) and self._number % 19 == 0


@MUTANTS.broken("ghost-of-the-hasty", "PRES-5")
class HastyGhost(Room):
    """A client that leaves right after it came, before the others were told of it, stays listed."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._ghosts: list[User] = []
        self._told: set[str] = set()

    def userlist(self) -> Userlist:
        self._told = set(self.members)
        return Userlist((*super().userlist().Users, *self._ghosts))

    def leave(self, member: Member) -> None:
        if member.wsid not in self._told:
            self._ghosts.append(User(member.name))
        super().leave(member)
