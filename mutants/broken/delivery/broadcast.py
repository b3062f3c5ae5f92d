"""Servers that deliver to the wrong members, too rarely, too often, or out of order (most of BCAST)."""

import asyncio
import base64
import random
from collections import deque
from collections.abc import Callable, Sequence

from hubbub.protocol.messages import Publish
from mutants.machinery.registration import Registry
from reference_server.log import Log
from reference_server.parts import Parts
from reference_server.room import Member, Room, Rooms
from reference_server.session import ClientConnection, Session
from reference_server.wire.shared_frames import Batch, Outgoing

MUTANTS = Registry()


class PickyRoom(Room):
    """The base of servers that do not pass each Chat on to each member once."""

    def deliver(self, member: Member, batch: Batch) -> None:
        messages = [out for message in batch.messages for out in self._for(member, message)]
        super().deliver(member, Batch(messages))

    def _for(self, member: Member, message: Outgoing) -> Sequence[Outgoing]:
        return (message,) if message.chat is None else (message,) * self.times(member, message.chat.WSID)

    def times(self, member: Member, publisher: str) -> int:
        """Return how often ``member`` gets a Chat of ``publisher``."""
        raise NotImplementedError


def send(member: Member, message: Outgoing) -> None:
    """Send ``message`` to one member, at once."""
    member.write(Batch([message]).frames(member.window))


# BCAST-1, BCAST-2: each member, once.


@MUTANTS.broken("newest-missed", "BCAST-1")
class NewestMissed(PickyRoom):
    """The member that joined last gets no Chat of others."""

    def times(self, member: Member, publisher: str) -> int:
        return 0 if member.wsid == list(self.members)[-1] and publisher != member.wsid else 1


@MUTANTS.broken("fifty-at-most", "BCAST-1")
class FiftyAtMost(PickyRoom):
    """Only the first fifty members of a room get its Chats."""

    def times(self, member: Member, publisher: str) -> int:
        del publisher
        return int(member.wsid in list(self.members)[:50])


@MUTANTS.broken("pair-twice", "BCAST-1")
class PairTwice(PickyRoom):
    """In a room of two the other one gets each Chat twice."""

    def times(self, member: Member, publisher: str) -> int:
        return 2 if len(self.members) == 2 and member.wsid != publisher else 1


@MUTANTS.broken("one-in-a-hundred", "BCAST-1")
class OneInAHundred(PickyRoom):
    """One delivery in a hundred and one is lost."""

    _deliveries = 0

    def times(self, member: Member, publisher: str) -> int:
        del member, publisher
        self._deliveries += 1
        return int(self._deliveries % 101 != 0)


@MUTANTS.broken("no-echo", "BCAST-2")
class NoEcho(PickyRoom):
    """A sender does not get its own Chats, as with Socket.IO's ``socket.broadcast``."""

    def times(self, member: Member, publisher: str) -> int:
        return int(member.wsid != publisher)


@MUTANTS.broken("echo-twice", "BCAST-2")
class EchoTwice(PickyRoom):
    """A sender gets its own Chats twice: an echo and the broadcast."""

    def times(self, member: Member, publisher: str) -> int:
        return 2 if member.wsid == publisher else 1


@MUTANTS.broken("no-echo-alone", "BCAST-2")
class NoEchoAlone(PickyRoom):
    """Who is alone in a room gets no echo."""

    def times(self, member: Member, publisher: str) -> int:
        del member, publisher
        return int(len(self.members) > 1)


@MUTANTS.broken("echo-rarely-missed", "BCAST-2")
class EchoRarelyMissed(PickyRoom):
    """A sender misses one in twenty of its own Chats."""

    _echoes = 0

    def times(self, member: Member, publisher: str) -> int:
        self._echoes += member.wsid == publisher
        return int(member.wsid != publisher or self._echoes % 20 != 0)


# BCAST-3: rooms apart.


class LeakyRoom(Room):
    """A room whose Chats also go to some members of other rooms."""

    def __init__(self, name: str, leaks_to: Callable[[Room], Sequence[Member]]) -> None:
        super().__init__(name)
        self._leaks_to = leaks_to

    def post(self, message: Outgoing) -> None:
        super().post(message)
        if message.chat is not None:
            for stranger in self._leaks_to(self):
                send(stranger, message)


class LeakyRooms(Rooms):
    """The base of servers with a leak between rooms."""

    def __init__(self, _new_room: Callable[[str], Room]) -> None:
        super().__init__(lambda name: LeakyRoom(name, self.strangers))
        self._chats = 0

    def strangers(self, room: Room) -> Sequence[Member]:
        """Return the members of other rooms that get a Chat of ``room``."""
        raise NotImplementedError

    def others(self, room: Room) -> list[Room]:
        """Return the other rooms, in the order in which they were opened."""
        return [other for other in self.by_name.values() if other is not room]


@MUTANTS.broken("leak-to-all", "BCAST-3")
class LeakToAll(LeakyRooms):
    """Each Chat goes to every socket of every room, as in the tutorial's published code."""

    def strangers(self, room: Room) -> Sequence[Member]:
        return [member for other in self.others(room) for member in other.members.values()]


@MUTANTS.broken("leak-to-later", "BCAST-3")
class LeakToLater(LeakyRooms):
    """A Chat also reaches the room that was opened right after its own."""

    def strangers(self, room: Room) -> Sequence[Member]:
        rooms = list(self.by_name.values())
        later = rooms[rooms.index(room) + 1 :]
        return list(later[0].members.values()) if later else ()


@MUTANTS.broken("leak-rarely", "BCAST-3")
class LeakRarely(LeakyRooms):
    """One Chat in twenty reaches one member of another room."""

    def strangers(self, room: Room) -> Sequence[Member]:
        self._chats += 1
        others = self.others(room) if self._chats % 20 == 0 else []
        return [member for other in others for member in other.members.values()][:1]


@MUTANTS.broken("leak-by-prefix", "BCAST-3")
class LeakByPrefix(LeakyRooms):
    """A Chat reaches all rooms whose names begin with its room's name."""

    def strangers(self, room: Room) -> Sequence[Member]:
        longer = [other for other in self.others(room) if other.name.startswith(room.name)]
        return [member for other in longer for member in other.members.values()]


# BCAST-4, BCAST-5: order.


@MUTANTS.broken("job-per-message", "BCAST-4")
class JobPerMessage(Room):
    """Each message is handled by a background job of its own, as in the tutorial, so order is not kept."""

    def publish(self, member: Member, message: str) -> None:
        self._loop.call_later(random.uniform(0, 0.01), super().publish, member, message)


@MUTANTS.broken("urgent-first", "BCAST-4")
class ShortFirst(Room):
    """Of the Chats of one loop turn the short ones go out first."""

    def flush(self) -> None:
        self._pending.sort(key=lambda message: len(message.payload))
        super().flush()


@MUTANTS.broken("own-first", "BCAST-5")
class OwnFirst(Room):
    """A sender gets its own Chat at once, the others a little later, so that members see other orders."""

    def publish(self, member: Member, message: str) -> None:
        chat = self.chat(member, message)
        outgoing = Outgoing(self.encode(chat), chat)
        send(member, outgoing)
        self._loop.call_later(0.005, self._send_to_others, member, outgoing)

    def _send_to_others(self, publisher: Member, message: Outgoing) -> None:
        for member in self.members.values():
            if member is not publisher:
                send(member, message)


# BCAST-6: no history.


class Remembering(Rooms):
    """Rooms that outlive their members."""

    def leave(self, room: Room, member: Member) -> None:
        room.leave(member)


class RememberingRoom(Room):
    """The base of servers that replay what was said."""

    kept = 0

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._history: deque[Outgoing] = deque(maxlen=self.kept)

    def post(self, message: Outgoing) -> None:
        super().post(message)
        if message.chat is not None:
            self._history.append(message)

    def greet(self, member: Member) -> None:
        super().greet(member)
        for message in self._history:
            send(member, message)


@MUTANTS.broken("history", "BCAST-6", parts=Parts(rooms=Remembering))
class History(RememberingRoom):
    """A joiner gets the last hundred Chats of its room."""

    kept = 100


@MUTANTS.broken("history-last", "BCAST-6")
class LastChat(RememberingRoom):
    """A joiner gets the last Chat of its room."""

    kept = 1


@MUTANTS.broken("history-of-the-empty", "BCAST-6", parts=Parts(rooms=Remembering))
class KeptForNobody(RememberingRoom):
    """What was said last in a room that then was left by all is kept for the next who comes."""

    kept = 10

    def greet(self, member: Member) -> None:
        if not self.members:
            super().greet(member)
        else:
            Room.greet(self, member)


# BCAST-11, BCAST-13: who counts as a member.


@MUTANTS.broken("one-per-name", "BCAST-11")
class OnePerName(Room):
    """Of several members with one Author only the latest gets Chats."""

    def deliver(self, member: Member, batch: Batch) -> None:
        namesakes = [other for other in self.members.values() if other.name == member.name]
        if member.name == "unknown" or member is namesakes[-1]:
            super().deliver(member, batch)


@MUTANTS.broken("name-taken", "BCAST-11")
class NameTaken(Session):
    """A message under a name that another member has is dropped."""

    def accept(self, publish: Publish) -> None:
        names = [other.name for other in self.room.members.values() if other is not self]
        if publish.author not in names:
            super().accept(publish)


class Impatient(Session):
    """The base of servers that give up clients which have said nothing for three seconds."""

    patience = 3.0

    def __init__(self, connection: ClientConnection, rooms: Rooms, room: str, log: Log) -> None:
        super().__init__(connection, rooms, room, log)
        self._timer = self._wind()

    def receive(self, payload: bytes, *, is_text: bool) -> None:
        self._timer.cancel()
        self._timer = self._wind()
        super().receive(payload, is_text=is_text)

    def end(self, why: str) -> None:
        super().end(why)
        if hasattr(self, "_timer"):
            self._timer.cancel()

    def _wind(self) -> asyncio.TimerHandle:
        return asyncio.get_running_loop().call_later(self.patience, self.give_up)

    def give_up(self) -> None:
        """End an idle client's membership."""
        raise NotImplementedError


@MUTANTS.broken("idle-closed", "BCAST-13")
class IdleClosed(Impatient):
    """A connection that was silent for three seconds is closed."""

    def give_up(self) -> None:
        self.connection.close(1000, "idle")


@MUTANTS.broken("idle-forgotten", "BCAST-13")
class IdleForgotten(Impatient):
    """A connection that was silent for three seconds stays open, but is no member any more."""

    def give_up(self) -> None:
        self.end("idle")


# A Chat that nobody sent.


@MUTANTS.broken("phantom", "FMT-4")
class Phantom(Room):
    """The server itself speaks up in a room, in a member's name, when its second member joins."""

    def join(self, member: Member) -> None:
        super().join(member)
        if len(self.members) == 2:
            self.publish(member, base64.b64encode(f"welcome {member.wsid}".encode()).decode())
