"""Everything that changes a room: join, leave, rename, publish. Synchronous, so a loop turn each.

That makes the order of a room total by construction (BCAST-5): there is one list of what goes out, and
every member gets it whole, from its Status on. What one loop turn brings is written to each member at once.
"""

import asyncio
import time
from collections.abc import Callable
from typing import Protocol

from hubbub.protocol.codec import encode_server_message
from hubbub.protocol.messages import Chat, ServerMessage, Status, User, Userlist

from .userlist_throttle import UserlistThrottle
from .wire.shared_frames import Batch, Outgoing, text_frame


class Member(Protocol):
    """What a room knows of the client behind a member."""

    wsid: str
    name: str
    window: int
    """The deflate window that its frames are made for, in bits; 0 for plain ones."""

    def write(self, frames: bytes) -> None:
        """Send whole frames; never waits, and does nothing once the client is gone."""


class Room:
    """The members of one room and what goes out to them."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.members: dict[str, Member] = {}
        self._loop = asyncio.get_running_loop()
        self._pending: list[Outgoing] = []
        self._presence = UserlistThrottle(self._post_userlist)
        self._last_sent = 0.0

    def join(self, member: Member) -> None:
        """Greet ``member``: every Chat after its Status reaches it, none from before (STAT-3, BCAST-6)."""
        self.flush()
        self.greet(member)
        self.members[member.wsid] = member
        self._presence.changed()

    def greet(self, member: Member) -> None:
        """Send Status (STAT-1)."""
        member.write(text_frame(self.encode(Status(member.wsid))))

    def leave(self, member: Member) -> None:
        """Let ``member`` go: nothing more is written to it."""
        del self.members[member.wsid]
        self._presence.changed()
        if not self.members:
            self._presence.stop()

    def rename(self, member: Member, name: str) -> None:
        """Call ``member`` by ``name`` from now on (NICK-2, NICK-4)."""
        if member.name != name:
            member.name = name
            self._presence.changed()

    def publish(self, member: Member, message: str) -> None:
        """Send ``message`` of ``member`` to every member, itself included (BCAST-1, BCAST-2)."""
        chat = self.chat(member, message)
        self.post(Outgoing(self.encode(chat), chat))

    def chat(self, member: Member, message: str) -> Chat:
        """Return what the room hears when ``member`` says ``message``."""
        return Chat(message, member.name, self.name, member.wsid, self.sent())

    def flush(self) -> None:
        """Write all that is pending to the members, now."""
        if self._pending:
            batch = Batch(self._pending)
            self._pending = []
            for member in tuple(self.members.values()):  # a write may end a slow reader's membership
                self.deliver(member, batch)

    def deliver(self, member: Member, batch: Batch) -> None:
        """Give one member one batch: the single place where a member is sent what its room hears."""
        member.write(batch.frames(member.window))

    def encode(self, message: ServerMessage) -> bytes:
        """Return ``message`` as it goes out on the wire (FMT-1)."""
        return encode_server_message(message)

    def post(self, message: Outgoing) -> None:
        """Send ``message`` to every member, in one write with all else that this loop turn brings."""
        if not self._pending:
            self._loop.call_soon(self.flush)
        self._pending.append(message)

    def _post_userlist(self) -> int:
        payload = self.encode(self.userlist())
        self.post(Outgoing(payload))
        return len(payload) * len(self.members)

    def userlist(self) -> Userlist:
        """Return the names of all members."""
        return Userlist(tuple(User(member.name) for member in self.members.values()))

    def sent(self) -> str:
        """Return the time for ``Sent`` (FMT-6, FMT-7)."""
        self._last_sent = max(self._last_sent, time.time())  # a clock set back does not show (FMT-7)
        return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(self._last_sent))


class Rooms:
    """All rooms that have members, by name."""

    def __init__(self, new_room: Callable[[str], Room]) -> None:
        self._new_room = new_room
        self.by_name: dict[str, Room] = {}

    def join(self, name: str, member: Member) -> Room:
        """Let ``member`` into the room of that name, which is made if nobody is in it (ROOM-6)."""
        room = self.by_name.get(name) or self._new_room(name)
        room.join(member)
        self.by_name[name] = room  # again: joining may have ended a slow reader that was its last member
        return room

    def leave(self, room: Room, member: Member) -> None:
        """Let ``member`` go; a room without members is forgotten."""
        room.leave(member)
        if not room.members:
            del self.by_name[room.name]
