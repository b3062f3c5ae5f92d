"""Servers that take equal messages for one (BCAST-15)."""

import time
from collections import Counter
from collections.abc import Callable, Hashable

from hubbub.protocol.messages import Publish
from mutants.machinery.registration import Registry
from reference_server.log import Log
from reference_server.parts import Parts
from reference_server.room import Room, Rooms
from reference_server.session import ClientConnection, Session

MUTANTS = Registry()

WINDOW = 2.0
"""Seconds for which these servers remember what was said."""


class Remembering(Session):
    """The base of servers that drop a message which they have seen before."""

    def __init__(self, connection: ClientConnection, rooms: Rooms, room: str, log: Log) -> None:
        self.heard: Counter[Hashable] = Counter()
        self.last: Hashable = None
        super().__init__(connection, rooms, room, log)

    def accept(self, publish: Publish) -> None:
        if publish.message is None:
            super().accept(publish)
            return
        key = (publish.message, publish.author or self.name)
        if not self.is_repeat(publish.message, publish.author or self.name):
            super().accept(publish)
        self.last = key
        self.heard[key] += 1

    def is_repeat(self, message: str, author: str) -> bool:
        """Tell whether this server takes a message for one that it has seen."""
        raise NotImplementedError


@MUTANTS.broken("repeat-of-the-last", "BCAST-15")
class RepeatOfTheLast(Remembering):
    """A message equal to the sender's last within two seconds is dropped."""

    _at = 0.0

    def is_repeat(self, message: str, author: str) -> bool:
        before, self._at = self._at, time.monotonic()
        return self.last == (message, author) and self._at - before < WINDOW


@MUTANTS.broken("repeat-of-any", "BCAST-15")
class RepeatOfAny(Remembering):
    """A message equal to any earlier one of its connection is dropped, unless it is the last."""

    def is_repeat(self, message: str, author: str) -> bool:
        return (message, author) in self.heard and self.last != (message, author)


@MUTANTS.broken("repeat-the-third-time", "BCAST-15")
class RepeatTheThirdTime(Remembering):
    """What a connection says for the third time is dropped as spam."""

    def is_repeat(self, message: str, author: str) -> bool:
        return self.heard[message, author] >= 2


@MUTANTS.broken("repeat-of-a-long-one", "BCAST-15")
class RepeatOfALongOne(Remembering):
    """A message of more than 4 KiB that its sender has sent before is taken for sent."""

    def is_repeat(self, message: str, author: str) -> bool:
        return len(message) > 4096 and (message, author) in self.heard


@MUTANTS.broken("repeat-under-another-name", "BCAST-15")
class RepeatUnderAnotherName(Remembering):
    """Words that a connection has said under one name are dropped when it says them under another."""

    def is_repeat(self, message: str, author: str) -> bool:
        return any(said[0] == message and said[1] != author for said in self.heard if isinstance(said, tuple))


@MUTANTS.broken("repeat-compressed", "BCAST-15")
class RepeatCompressed(Remembering):
    """A message equal to the last of a connection that compresses is dropped."""

    def is_repeat(self, message: str, author: str) -> bool:
        return self.window > 0 and self.last is not None and (message, author) in self.heard


@MUTANTS.broken("repeat-of-another", "BCAST-15")
class RepeatOfAnother(Remembering):
    """A message equal to one that another member of the room has said is dropped."""

    def is_repeat(self, message: str, author: str) -> bool:
        others = [other for other in self.room.members.values() if other is not self]
        return any((message, author) in other.heard for other in others if isinstance(other, Remembering))


class SharedMemory(Rooms):
    """Rooms that remember for the whole server what was said under which name, and in which room."""

    def __init__(self, new_room: Callable[[str], Room]) -> None:
        super().__init__(new_room)
        self.seen: dict[tuple[str, str], tuple[str, float]] = {}


class Shared(Remembering):
    """The base of servers whose memory outlives a connection."""

    def is_repeat(self, message: str, author: str) -> bool:
        assert isinstance(self.rooms, SharedMemory)
        room, at = self.rooms.seen.get((message, author), ("", 0.0))
        self.rooms.seen[message, author] = self.room.name, time.monotonic()
        return time.monotonic() - at < WINDOW and self.is_known(room)

    def is_known(self, room: str) -> bool:
        """Tell whether what was said in ``room`` counts for this connection."""
        raise NotImplementedError


@MUTANTS.broken("repeat-after-a-rejoin", "BCAST-15", parts=Parts(rooms=SharedMemory))
class RepeatAfterARejoin(Shared):
    """Who comes back under its name and says what it said last is not heard."""

    def is_known(self, room: str) -> bool:
        return room == self.room.name and not self.heard


@MUTANTS.broken("repeat-in-another-room", "BCAST-15", parts=Parts(rooms=SharedMemory))
class RepeatInAnotherRoom(Shared):
    """What was said under the same name in another room a moment ago is dropped."""

    def is_known(self, room: str) -> bool:
        return room not in ("", self.room.name)


@MUTANTS.broken("repeat-in-one-batch", "BCAST-15")
class RepeatInOneBatch(Room):
    """Of equal Chats that are due at once only one goes out."""

    def flush(self) -> None:
        self._pending = list({message.payload: message for message in self._pending}.values())
        super().flush()


@MUTANTS.broken("rename-repeated", "BCAST-15")
class RenameRepeated(Session):
    """A name that a connection has had before is not given to it again."""

    def __init__(self, connection: ClientConnection, rooms: Rooms, room: str, log: Log) -> None:
        self._names: set[str] = set()
        super().__init__(connection, rooms, room, log)

    def accept(self, publish: Publish) -> None:
        if publish.message is None and publish.author in self._names:
            return
        if publish.author is not None:
            self._names.add(publish.author)
        super().accept(publish)


@MUTANTS.broken("userlist-repeated", "PRES-1")
class UserlistRepeated(Room):
    """A userlist that is as the one before is not sent, even if a member has come in between."""

    _last = b""

    def _post_userlist(self) -> int:
        before, self._last = self._last, self.encode(self.userlist())
        return 0 if self._last == before else super()._post_userlist()
