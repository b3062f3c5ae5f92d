"""Servers whose faults a load test sees only by what its users do.

They say long and short words, and the same words twice; they come back under their names; rooms fall empty.

What they did is on record, exactly: each delivery that came late, twice, or not at all.
"""

import asyncio
from collections import defaultdict, deque
from dataclasses import asdict
from functools import partial

from hubbub.protocol.codec import ErrorCode
from hubbub.protocol.messages import Publish
from hubbub.protocol.names import DEFAULT_AUTHOR
from mutants.faults.tampered_deliveries import Delivery, TamperingRoom
from mutants.machinery.fault_record import FaultRecord, InjectedFault
from mutants.machinery.registration import Registry
from reference_server.log import Log
from reference_server.parts import Parts
from reference_server.room import Member, Room, Rooms
from reference_server.session import ClientConnection, Session
from reference_server.wire.shared_frames import Batch, Outgoing

MUTANTS = Registry()

LONG = 1500
"""Characters of a Message that is long: about 1,100 bytes before base64."""

LAG = 1.5
"""Seconds that a long message takes, so that a user who says something every second or so is overtaken."""

REMEMBERED = 100
"""So many messages of a room are remembered."""

A_MOMENT = 0.1
"""Seconds after which an empty room is removed."""


class NotedRoom(TamperingRoom):
    """Delivers everything, and notes who was there and what was said."""

    def tamper(self, delivery: Delivery) -> tuple[Outgoing, ...]:
        """Leave it as it is."""
        return (delivery.message,)

    def miss(self, member: Member, missed: Member, message: str) -> None:
        """Record that what ``member`` said does not come to ``missed``."""
        self.record.add(InjectedFault(self.name, member.wsid, missed.wsid, message))


@MUTANTS.broken("long-overtaken", "BCAST-4")
class OvertakenRoom(NotedRoom):
    """What is long comes after what is short."""

    def __init__(self, name: str, record: FaultRecord) -> None:
        super().__init__(name, record)
        self._held: dict[tuple[str, str], deque[Delivery]] = defaultdict(deque)
        self._overtaken: set[int] = set()

    def leave(self, member: Member) -> None:
        """Let ``member`` go; note what it is not sent any more."""
        self.flush()
        for pair in [pair for pair in self._held if pair[0] == member.wsid]:
            for delivery in self._held.pop(pair):
                self.record.note(asdict(delivery.fault))
        super().leave(member)

    def passed_on(self, delivery: Delivery) -> tuple[Outgoing, ...]:
        """Hold what is long; what is short overtakes it."""
        pair = delivery.member.wsid, delivery.chat.WSID
        if len(delivery.chat.Message) > LONG:
            self._held[pair].append(delivery)
            asyncio.get_running_loop().call_later(LAG, self._release, pair)
            return ()
        for held in self._held.get(pair, ()):
            if id(held) not in self._overtaken:
                self._overtaken.add(id(held))
                self.record.add(held.fault)
        return (delivery.message,)

    def _release(self, pair: tuple[str, str]) -> None:
        if self._held.get(pair):
            delivery = self._held[pair].popleft()
            self._overtaken.discard(id(delivery))
            delivery.member.write(Batch([delivery.message]).frames(delivery.member.window))


@MUTANTS.broken("repeat-of-anybody", "BCAST-15")
class RememberingRoom(NotedRoom):
    """A message equal to any of the room's last hundred is dropped."""

    def __init__(self, name: str, record: FaultRecord) -> None:
        super().__init__(name, record)
        self._said: deque[str] = deque(maxlen=REMEMBERED)

    def publish(self, member: Member, message: str) -> None:
        """Send ``message`` to every member, unless it is known."""
        if message in self._said:
            self.record.publish(member.wsid, message)
            for missed in self.members.values():
                self.miss(member, missed, message)
            return
        self._said.append(message)
        super().publish(member, message)


class SubscribedRoom(NotedRoom):
    """Keeps the subscription of who has left, under its name, and adds another when it comes back."""

    def __init__(self, name: str, record: FaultRecord, left: set[tuple[str, str]]) -> None:
        super().__init__(name, record)
        self._left = left
        self._twice: set[str] = set()

    def leave(self, member: Member) -> None:
        """Let ``member`` go, and keep its name."""
        super().leave(member)
        if member.name != DEFAULT_AUTHOR:
            self._left.add((self.name, member.name))

    def rename(self, member: Member, name: str) -> None:
        """Call ``member`` by ``name``, and subscribe it a second time where the name has been here."""
        super().rename(member, name)
        if (self.name, name) in self._left:
            self._twice.add(member.wsid)

    def passed_on(self, delivery: Delivery) -> tuple[Outgoing, ...]:
        """Send as often as the member is subscribed."""
        if delivery.member.wsid not in self._twice:
            return (delivery.message,)
        self.record.add(delivery.fault)
        return (delivery.message, delivery.message)


@MUTANTS.broken("twice-after-return", "BCAST-19")
def subscribing_twice(record: FaultRecord) -> Parts:
    """Who leaves and comes back under the same name gets everything twice."""
    return Parts(room=partial(SubscribedRoom, record=record, left=set()))


class KeptNames(Session):
    """Refuses what is said under the name of somebody whose connection broke off."""

    def __init__(
        self,
        connection: ClientConnection,
        rooms: Rooms,
        room: str,
        log: Log,
        *,
        record: FaultRecord,
        taken: set[tuple[str, str]],
    ) -> None:
        self._record = record
        self._taken = taken
        super().__init__(connection, rooms, room, log)

    def accept(self, publish: Publish) -> None:
        """Refuse a name that is taken, and the message with it."""
        name = self.name if publish.author is None else publish.author
        if (self.room.name, name) not in self._taken:
            super().accept(publish)
            return
        if publish.message is not None and isinstance(self.room, NotedRoom):
            self._record.publish(self.wsid, publish.message)
            for missed in self.room.members.values():
                self.room.miss(self, missed, publish.message)
        self.refuse(ErrorCode.BAD_MESSAGE, "this name is taken")

    def end(self, why: str) -> None:
        """Leave the room; but for one that said goodbye the name stays taken."""
        if self.is_member and why.startswith("tcp-") and self.name != DEFAULT_AUTHOR:
            self._taken.add((self.room.name, self.name))
        super().end(why)


@MUTANTS.broken("name-kept", "NICK-7")
def keeping_names(record: FaultRecord) -> Parts:
    """The name of one whose connection broke off stays taken."""
    return Parts(
        room=partial(NotedRoom, record=record), session=partial(KeptNames, record=record, taken=set())
    )


class NamesakeRoom(NotedRoom):
    """One of perhaps several rooms of one name; what is said in one is missed in the others."""

    def __init__(self, name: str, record: FaultRecord, namesakes: dict[str, list[Room]]) -> None:
        super().__init__(name, record)
        self._namesakes = namesakes.setdefault(name, [])
        self._namesakes.append(self)

    def leave(self, member: Member) -> None:
        """Let ``member`` go."""
        super().leave(member)
        if not self.members:
            self._namesakes.remove(self)

    def join(self, member: Member) -> None:
        """Greet ``member``."""
        if self not in self._namesakes:
            self._namesakes.append(self)
        super().join(member)

    def publish(self, member: Member, message: str) -> None:
        """Send ``message`` to every member of this room, and of no other of its name."""
        super().publish(member, message)
        for room in self._namesakes:
            if room is not self:
                for missed in room.members.values():
                    self.miss(member, missed, message)


class LateRemoval(Rooms):
    """Removes a room a moment after its last member has left, whoever has joined it since."""

    def leave(self, room: Room, member: Member) -> None:
        """Let ``member`` go; see to it later that a room without members is forgotten."""
        room.leave(member)
        if not room.members:
            asyncio.get_running_loop().call_later(A_MOMENT, self._remove, room)

    def _remove(self, room: Room) -> None:
        if self.by_name.get(room.name) is room:
            del self.by_name[room.name]


@MUTANTS.broken("room-removed-under-users", "ROOM-8")
def removing_late(record: FaultRecord) -> Parts:
    """A room is removed a moment after it fell empty, whoever has joined it since."""
    return Parts(room=partial(NamesakeRoom, record=record, namesakes={}), rooms=LateRemoval)
