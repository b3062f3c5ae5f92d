"""Servers that let short messages overtake long ones, or lose those on the way."""

import asyncio
from collections import deque

from hubbub.protocol.messages import Publish
from mutants.broken.delivery.broadcast import send
from mutants.broken.delivery.slow_readers import is_behind
from mutants.machinery.registration import Registry
from reference_server.log import Log
from reference_server.room import Member, Room, Rooms
from reference_server.session import ClientConnection, Session
from reference_server.wire.shared_frames import Batch, Outgoing

MUTANTS = Registry()

LONG = 8 * 1024
"""Characters of a Message that is handed to a worker."""
WORK = 0.003
"""Seconds that a worker takes."""
MOMENT = 0.02
"""Seconds for which a long Chat is held back for some."""


def is_long(publish: Publish) -> bool:
    """Tell whether a message is for a worker."""
    return publish.message is not None and len(publish.message) > LONG


class Worker(Session):
    """The base of servers that have a worker for each connection: later messages wait for a long one."""

    def __init__(self, connection: ClientConnection, rooms: Rooms, room: str, log: Log) -> None:
        self.waiting: deque[Publish] = deque()
        self._work: asyncio.TimerHandle | None = None
        super().__init__(connection, rooms, room, log)

    def accept(self, publish: Publish) -> None:
        self.waiting.append(publish)
        if self._work is None:
            self._go_on()

    def end(self, why: str) -> None:
        if self._work is not None:
            self._work.cancel()
        self.finish()
        super().end(why)

    def finish(self) -> None:
        """Deal with what waits when the connection ends."""
        while self.waiting:
            self.pass_on(self.waiting.popleft())

    def pass_on(self, publish: Publish) -> None:
        """Let the room have a message whose turn it is."""
        super().accept(publish)

    def _go_on(self) -> None:
        while self.waiting and not is_long(self.waiting[0]):
            self.pass_on(self.waiting.popleft())
        loop = asyncio.get_running_loop()
        self._work = loop.call_later(WORK, self._done) if self.waiting else None

    def _done(self) -> None:
        self.pass_on(self.waiting.popleft())
        self._go_on()


@MUTANTS.legal("legal-worker")
class OrderlyWorker(Worker):
    """Long messages are handled by a worker, and later ones of their sender wait for it, its end too."""


@MUTANTS.broken("long-in-a-worker", "BCAST-4")
class LongInAWorker(Session):
    """A long message is handled by a worker, and later short ones do not wait for it."""

    def accept(self, publish: Publish) -> None:
        if is_long(publish):
            asyncio.get_running_loop().call_later(WORK, super().accept, publish)
        else:
            super().accept(publish)


@MUTANTS.broken("long-deflated-aside", "BCAST-4")
class LongDeflatedAside(Room):
    """For members that are sent compressed messages the long ones are deflated aside, and come later."""

    def deliver(self, member: Member, batch: Batch) -> None:
        aside = [message for message in batch.messages if member.window and len(message.payload) > LONG]
        for message in aside:
            self._loop.call_later(WORK, send, member, message)
        super().deliver(member, Batch([message for message in batch.messages if message not in aside]))


@MUTANTS.broken("long-later-in-a-crowd", "BCAST-4")
class LongLaterInACrowd(Room):
    """The first sixteen members get a long message at once, and the rest from a worker that is late."""

    AT_ONCE = 16

    def deliver(self, member: Member, batch: Batch) -> None:
        if list(self.members).index(member.wsid) < self.AT_ONCE:
            super().deliver(member, batch)
            return
        late = [message for message in batch.messages if len(message.payload) > LONG]
        for message in late:
            self._loop.call_later(WORK, send, member, message)
        super().deliver(member, Batch([message for message in batch.messages if message not in late]))


@MUTANTS.broken("long-inflated-aside", "BCAST-4")
class LongInflatedAside(Session):
    """A long message of a client that compresses is read aside, and later ones do not wait for it."""

    def accept(self, publish: Publish) -> None:
        if is_long(publish) and self.window:
            asyncio.get_running_loop().call_later(WORK, super().accept, publish)
        else:
            super().accept(publish)


@MUTANTS.broken("long-queued-apart", "BCAST-9")
class LongQueuedApart(Room):
    """For a member that is behind, long Chats wait in a queue of their own, which short ones pass by."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._apart: dict[Member, list[Outgoing]] = {}

    def deliver(self, member: Member, batch: Batch) -> None:
        if not is_behind(member):
            held = self._apart.pop(member, [])
            super().deliver(member, Batch([*held, *batch.messages]))
            return
        short = [message for message in batch.messages if len(message.payload) < LONG]
        held = self._apart.setdefault(member, [])
        held += [message for message in batch.messages if message not in short]
        super().deliver(member, Batch(short))


@MUTANTS.broken("long-lost-at-close", "BCAST-12")
class LongLostAtClose(Worker):
    """What a worker still has to do when its connection ends is dropped."""

    def finish(self) -> None:
        self.waiting.clear()


@MUTANTS.broken("long-lost-alone-at-the-end", "BCAST-7")
class LongLostAlone(Worker):
    """Of what a worker still has to do when its connection ends only the short messages go out."""

    def finish(self) -> None:
        self.waiting = deque(publish for publish in self.waiting if not is_long(publish))
        super().finish()


@MUTANTS.broken("rename-overtakes", "NICK-2")
class RenameOvertakes(Worker):
    """An Author alone counts at once, also for long messages that were sent before it."""

    def accept(self, publish: Publish) -> None:
        if publish.message is None:
            self.pass_on(publish)
        else:
            super().accept(publish)


@MUTANTS.broken("author-read-late", "NICK-2")
class AuthorReadLate(Worker):
    """The Author of a long message is its sender's name when it has been dealt with."""

    def accept(self, publish: Publish) -> None:
        if publish.author is not None:
            self.room.rename(self, publish.author)
        if publish.message is not None:
            super().accept(Publish(publish.message, None))


@MUTANTS.broken("long-author-forgotten", "NICK-2")
class LongAuthorForgotten(Session):
    """The Author of a long message is passed on, but is not its sender's name from then on."""

    def accept(self, publish: Publish) -> None:
        before = self.name
        super().accept(publish)
        if is_long(publish):
            self.room.rename(self, before)


@MUTANTS.broken("long-behind-others", "BCAST-5")
class LongBehindOthers(Room):
    """Every other member gets a long Chat behind what others say in the next moment."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._held: dict[tuple[str, str], list[Outgoing]] = {}

    def deliver(self, member: Member, batch: Batch) -> None:
        if list(self.members).index(member.wsid) % 2 == 0:
            super().deliver(member, batch)
            return
        for message in batch.messages:
            key = (member.wsid, message.chat.WSID if message.chat else "")
            if key in self._held:
                self._held[key].append(message)
            elif len(message.payload) > LONG:
                self._held[key] = [message]
                self._loop.call_later(MOMENT, self._release, member, key)
            else:
                send(member, message)

    def _release(self, member: Member, key: tuple[str, str]) -> None:
        member.write(Batch(self._held.pop(key)).frames(member.window))
