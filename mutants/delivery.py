"""Servers that tamper with one delivery in so many: one Chat on its way to one member.

Status and userlist pass untouched. What was tampered with is in the plan's record, exactly.
"""

import asyncio
import os
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial

import msgspec

from hubbub.protocol.codec import encode_server_message
from hubbub.protocol.messages import Chat
from mutants.mutant import Mutant
from mutants.plan import Plan, Strike
from reference_server.frames import Batch, Outgoing
from reference_server.parts import Parts
from reference_server.room import Member, Room

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
    def strike(self) -> Strike:
        """The record of it."""
        return Strike(self.chat.Room, self.chat.WSID, self.member.wsid, self.chat.Message)


class TamperingRoom(Room):
    """Hands each delivery that is due to ``tamper``."""

    def __init__(self, name: str, plan: Plan) -> None:
        super().__init__(name)
        self.plan = plan

    def greet(self, member: Member) -> None:
        """Send Status, and note that from now on there is this member."""
        self.plan.join(member.wsid)
        super().greet(member)

    def leave(self, member: Member) -> None:
        """Let ``member`` go, and note it."""
        self.plan.leave(member.wsid)
        super().leave(member)

    def publish(self, member: Member, message: str) -> None:
        """Send ``message`` of ``member`` to every member, and note it."""
        self.plan.speak(member.wsid, message)
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
        return self.tamper(delivery) if self.plan.is_due() else (delivery.message,)

    def tamper(self, delivery: Delivery) -> Sequence[Outgoing]:
        """Return what goes out for a delivery that is to be struck, and record it."""
        raise NotImplementedError


class DroppingRoom(TamperingRoom):
    """Drops it."""

    def tamper(self, delivery: Delivery) -> Sequence[Outgoing]:
        """Send nothing."""
        self.plan.record(delivery.strike)
        return ()


class RepeatingRoom(TamperingRoom):
    """Sends it twice."""

    def tamper(self, delivery: Delivery) -> Sequence[Outgoing]:
        """Send it and send it again."""
        self.plan.record(delivery.strike)
        return (delivery.message, delivery.message)


class ReorderingRoom(TamperingRoom):
    """Sends it after the next one of the same publisher.

    Where no next one comes in time, or its publisher leaves, it goes out as it should have, and is not on
    record. What is held for a member that leaves never goes out, which is noted.
    """

    def __init__(self, name: str, plan: Plan) -> None:
        super().__init__(name, plan)
        self._held: dict[tuple[str, str], Delivery] = {}

    def leave(self, member: Member) -> None:
        """Let ``member`` go; send what is held of its own Chats, and note what it did not get."""
        self.flush()
        for pair in [pair for pair in self._held if member.wsid in pair]:
            if pair[0] == member.wsid:
                self.plan.note(asdict(self._held.pop(pair).strike))
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
        self.plan.record(held.strike)
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

    def __init__(self, name: str, plan: Plan, rooms: dict[str, Room]) -> None:
        super().__init__(name, plan)
        rooms[name] = self
        self._rooms = rooms

    def tamper(self, delivery: Delivery) -> Sequence[Outgoing]:
        """Send it where it should go and where it should not; only the latter is on record."""
        others = (room for room in self._rooms.values() if room is not self)
        stranger = next((stranger for room in others for stranger in room.members.values()), None)
        if stranger is not None:
            self.plan.record(replace(delivery, member=stranger).strike)
            _send(delivery.message, stranger)
        return (delivery.message,)


class RewritingRoom(TamperingRoom):
    """Sends it changed."""

    def __init__(self, name: str, plan: Plan, change: Callable[[Chat], Chat]) -> None:
        super().__init__(name, plan)
        self._change = change

    def tamper(self, delivery: Delivery) -> Sequence[Outgoing]:
        """Send what the change makes of it."""
        self.plan.record(delivery.strike)
        changed = self._change(delivery.chat)
        return (Outgoing(encode_server_message(changed), changed),)


class DyingRoom(TamperingRoom):
    """Takes the whole process down, as a crash does."""

    def tamper(self, delivery: Delivery) -> Sequence[Outgoing]:
        """End the process at once."""
        self.plan.record(delivery.strike)
        self.plan.write()
        os._exit(1)


def corrupted(chat: Chat) -> Chat:
    """Return ``chat`` with the middle character of its Message replaced by another of base64's."""
    text = chat.Message
    middle = len(text) // 2
    other = "B" if text[middle : middle + 1] == "A" else "A"
    return msgspec.structs.replace(chat, Message=text[:middle] + other + text[middle + 1 :])


def with_forged_author(chat: Chat) -> Chat:
    """Return ``chat`` with somebody else's name."""
    return msgspec.structs.replace(chat, Author=chat.Author + "*")


def with_forged_room(chat: Chat) -> Chat:
    """Return ``chat`` with another room's name."""
    return msgspec.structs.replace(chat, Room=chat.Room + "*")


def _with(room: Callable[..., Room], **settings: object) -> Callable[[Plan], Parts]:
    return lambda plan: Parts(room=partial(room, plan=plan, **settings))


def _misdelivering(plan: Plan) -> Parts:
    return Parts(room=partial(MisdeliveringRoom, plan=plan, rooms={}))


MUTANTS = (
    Mutant("drop", "A delivery in so many is dropped.", ("BCAST-1",), _with(DroppingRoom), every=200),
    Mutant("repeat", "A delivery in so many is made twice.", ("BCAST-1",), _with(RepeatingRoom), every=200),
    Mutant("reorder", "A delivery in so many comes after the next one.", ("BCAST-4",), _with(ReorderingRoom)),
    Mutant("misdeliver", "A delivery in so many also reaches another room.", ("BCAST-3",), _misdelivering),
    Mutant(
        "corrupt",
        "A delivery in so many has a character of its Message changed.",
        ("FMT-4",),
        _with(RewritingRoom, change=corrupted),
        every=2,
    ),
    Mutant(
        "forge-author",
        "A delivery in so many bears another Author.",
        ("NICK-1",),
        _with(RewritingRoom, change=with_forged_author),
        every=2,
    ),
    Mutant(
        "forge-room",
        "A delivery in so many bears another Room.",
        ("FMT-5",),
        _with(RewritingRoom, change=with_forged_room),
        every=3,
    ),
    Mutant("die-midway", "The process dies after so many deliveries.", (), _with(DyingRoom)),
)
