"""Servers that tamper with one delivery in so many: one Chat on its way to one member.

Status and userlist pass untouched. What was tampered with is on record, exactly.
"""

import asyncio
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial

import msgspec

from hubbub.protocol.codec import encode_server_message
from hubbub.protocol.messages import Chat
from mutants.machinery.fault_record import FaultRecord, InjectedFault, Recording
from mutants.machinery.registration import Registry
from reference_server.parts import Parts
from reference_server.room import Member, Room
from reference_server.wire.shared_frames import Batch, Outgoing

MUTANTS = Registry()

LONGEST_HOLD = 2.0
"""How many seconds a Chat may wait for one to be swapped with."""


@dataclass(frozen=True)
class Delivery:
    """One Chat on its way to one member."""

    member: Member
    message: Outgoing
    chat: Chat
    """What ``message`` says."""

    @property
    def fault(self) -> InjectedFault:
        """What goes on record where it is tampered with."""
        return InjectedFault(self.chat.Room, self.chat.WSID, self.member.wsid, self.chat.Message)


class TamperingRoom(Room, Recording):
    """Hands each delivery that is due to ``tamper``, which puts it on record.

    >>> class DroppingRoom(TamperingRoom):
    ...     '''A delivery in so many is dropped.'''
    ...
    ...     def tamper(self, delivery):
    ...         self.record.add(delivery.fault)
    ...         return ()
    """

    def __init__(self, name: str, record: FaultRecord) -> None:
        super().__init__(name)
        self.record = record

    def greet(self, member: Member) -> None:
        """Send Status, and note that from now on there is this member."""
        self.record.join(member.wsid)
        super().greet(member)

    def leave(self, member: Member) -> None:
        """Let ``member`` go, and note it."""
        self.record.leave(member.wsid)
        super().leave(member)

    def publish(self, member: Member, message: str) -> None:
        """Send ``message`` of ``member`` to every member, and note it."""
        self.record.publish(member.wsid, message)
        super().publish(member, message)

    def deliver(self, member: Member, batch: Batch) -> None:
        """Give ``member`` the batch, tampered with where that is due."""
        outgoing: list[Outgoing] = []
        for message in batch.messages:
            if message.chat is None:
                outgoing.append(message)
            else:
                outgoing.extend(self.passed_on(Delivery(member, message, message.chat)))
        member.write(Batch(outgoing).frames(member.window))

    def passed_on(self, delivery: Delivery) -> Sequence[Outgoing]:
        """Return what goes out for one delivery."""
        return self.tamper(delivery) if self.record.is_due() else (delivery.message,)

    def tamper(self, delivery: Delivery) -> Sequence[Outgoing]:
        """Return what goes out for a delivery that is due, and record it."""
        raise NotImplementedError


@MUTANTS.broken("drop", "BCAST-1", every=200)
class DroppingRoom(TamperingRoom):
    """A delivery in so many is dropped."""

    def tamper(self, delivery: Delivery) -> Sequence[Outgoing]:
        """Send nothing."""
        self.record.add(delivery.fault)
        return ()


@MUTANTS.broken("repeat", "BCAST-1", every=200)
class RepeatingRoom(TamperingRoom):
    """A delivery in so many is made twice."""

    def tamper(self, delivery: Delivery) -> Sequence[Outgoing]:
        """Send it and send it again."""
        self.record.add(delivery.fault)
        return (delivery.message, delivery.message)


@MUTANTS.broken("reorder", "BCAST-4")
class ReorderingRoom(TamperingRoom):
    """A delivery in so many comes after the next one."""

    # The next one of the same publisher, that is. Where none comes in time, or its publisher leaves, it goes
    # out as it should have, and is not on record. What is held for a member that leaves never goes out, which
    # is noted.

    def __init__(self, name: str, record: FaultRecord) -> None:
        super().__init__(name, record)
        self._held: dict[tuple[str, str], Delivery] = {}

    def leave(self, member: Member) -> None:
        """Let ``member`` go; send what is held of its own Chats, and note what it did not get."""
        self.flush()
        for pair in [pair for pair in self._held if member.wsid in pair]:
            if pair[0] == member.wsid:
                self.record.note(asdict(self._held.pop(pair).fault))
            else:
                self._release(self._held[pair])
        super().leave(member)

    def passed_on(self, delivery: Delivery) -> Sequence[Outgoing]:
        """Send what was held right after the Chat that it should have preceded."""
        outgoing = super().passed_on(delivery)
        if not outgoing:
            return ()
        held = self._held.pop(_pair(delivery), None)
        if held is None:
            return outgoing
        self.record.add(held.fault)
        return (*outgoing, held.message)

    def tamper(self, delivery: Delivery) -> Sequence[Outgoing]:
        """Hold it, unless one is held already."""
        if _pair(delivery) in self._held:
            return (delivery.message,)
        self._held[_pair(delivery)] = delivery
        asyncio.get_running_loop().call_later(LONGEST_HOLD, self._release, delivery)
        return ()

    def _release(self, delivery: Delivery) -> None:
        if self._held.get(_pair(delivery)) is delivery:
            del self._held[_pair(delivery)]
            if delivery.member.wsid in self.members:
                _send(delivery.message, delivery.member)


def _pair(delivery: Delivery) -> tuple[str, str]:
    return delivery.member.wsid, delivery.chat.WSID


def _send(message: Outgoing, member: Member) -> None:
    member.write(Batch([message]).frames(member.window))


class MisdeliveringRoom(TamperingRoom):
    """Sends it to a member of another room, too."""

    def __init__(self, name: str, record: FaultRecord, rooms: dict[str, Room]) -> None:
        super().__init__(name, record)
        rooms[name] = self
        self._rooms = rooms

    def tamper(self, delivery: Delivery) -> Sequence[Outgoing]:
        """Send it where it should go and where it should not; only the latter is on record."""
        others = (room for room in self._rooms.values() if room is not self)
        stranger = next((stranger for room in others for stranger in room.members.values()), None)
        if stranger is not None:
            self.record.add(replace(delivery, member=stranger).fault)
            _send(delivery.message, stranger)
        return (delivery.message,)


@MUTANTS.broken("misdeliver", "BCAST-3")
def misdelivering(record: FaultRecord) -> Parts:
    """A delivery in so many also reaches another room."""
    return Parts(room=partial(MisdeliveringRoom, record=record, rooms={}))


class RewritingRoom(TamperingRoom):
    """The base of servers that send it changed."""

    def tamper(self, delivery: Delivery) -> Sequence[Outgoing]:
        """Send what ``changed`` makes of it."""
        self.record.add(delivery.fault)
        changed = self.changed(delivery.chat)
        return (Outgoing(encode_server_message(changed), changed),)

    def changed(self, chat: Chat) -> Chat:
        """Return what is sent instead of ``chat``."""
        raise NotImplementedError


@MUTANTS.broken("corrupt", "FMT-4", every=2)
class CorruptingRoom(RewritingRoom):
    """A delivery in so many has a character of its Message changed."""

    def changed(self, chat: Chat) -> Chat:
        """Return ``chat`` with the middle character of its Message replaced by another of base64's."""
        text = chat.Message
        middle = len(text) // 2
        other = "B" if text[middle : middle + 1] == "A" else "A"
        return msgspec.structs.replace(chat, Message=text[:middle] + other + text[middle + 1 :])


@MUTANTS.broken("forge-author", "NICK-1", every=2)
class ForgingAuthorRoom(RewritingRoom):
    """A delivery in so many bears another Author."""

    def changed(self, chat: Chat) -> Chat:
        """Return ``chat`` with somebody else's name."""
        return msgspec.structs.replace(chat, Author=chat.Author + "*")


@MUTANTS.broken("forge-room", "FMT-5", every=3)
class ForgingRoomRoom(RewritingRoom):
    """A delivery in so many bears another Room."""

    def changed(self, chat: Chat) -> Chat:
        """Return ``chat`` with another room's name."""
        return msgspec.structs.replace(chat, Room=chat.Room + "*")


@MUTANTS.broken("die-midway")
class DyingRoom(TamperingRoom):
    """The process dies after so many deliveries."""

    def tamper(self, delivery: Delivery) -> Sequence[Outgoing]:
        """End the process at once, as a crash does."""
        self.record.add(delivery.fault)
        self.record.write()
        os._exit(1)
