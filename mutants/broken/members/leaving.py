"""Servers that go wrong when a member leaves (BCAST-7, BCAST-8, BCAST-12)."""

import asyncio
import base64
from typing import NoReturn

from mutants.machinery.registration import Registry
from reference_server.connection import Connection
from reference_server.log import Log
from reference_server.room import Rooms
from reference_server.session import ClientConnection, Session

MUTANTS = Registry()


def left_by_close(why: str) -> bool:
    """Tell whether ``why``, as ``Session.end`` is told it, is a closing handshake."""
    return why.startswith("close ")


# BCAST-7: nothing in the name of who is gone.


@MUTANTS.broken("goodbye", "BCAST-7")
class Goodbye(Session):
    """When a member leaves, a Chat in its name says so."""

    def end(self, why: str) -> None:
        if self.is_member and len(self.room.members) > 1:
            self.room.publish(self, base64.b64encode(b"has left").decode())
        super().end(why)


@MUTANTS.broken("last-words-twice", "BCAST-7")
class LastWordsTwice(Session):
    """When a member leaves, the last that it said goes out again."""

    _last = b""

    def receive(self, payload: bytes, *, is_text: bool) -> None:
        super().receive(payload, is_text=is_text)
        self._last = payload

    def end(self, why: str) -> None:
        if self.is_member and self._last:
            super().receive(self._last, is_text=True)
        super().end(why)


class Lagging(Session):
    """The base of servers that work on a client's messages one by one, each taking its time."""

    lag = 0.02

    def __init__(self, connection: ClientConnection, rooms: Rooms, room: str, log: Log) -> None:
        super().__init__(connection, rooms, room, log)
        self._waiting: list[bytes] = []

    def receive(self, payload: bytes, *, is_text: bool) -> None:
        if not is_text:
            super().receive(payload, is_text=is_text)
            return
        self._waiting.append(payload)
        asyncio.get_running_loop().call_later(self.lag * len(self._waiting), self._work)

    def _work(self) -> None:
        if self._waiting:
            super().receive(self._waiting.pop(0), is_text=True)

    def end(self, why: str) -> None:
        if self.is_member:
            waiting, self._waiting = self._waiting, []
            for payload in self.worked_on_at_end(waiting, why):
                super().receive(payload, is_text=True)
        super().end(why)

    def worked_on_at_end(self, waiting: list[bytes], why: str) -> list[bytes]:
        """Return what of the ``waiting`` messages is still worked on when the client leaves."""
        raise NotImplementedError


@MUTANTS.broken("abrupt-gap", "BCAST-7")
class AbruptGap(Lagging):
    """Of what a client sent before it broke off, the last goes out and what was before it does not."""

    def worked_on_at_end(self, waiting: list[bytes], why: str) -> list[bytes]:
        return waiting if left_by_close(why) else waiting[-1:]


@MUTANTS.broken("last-words-lost", "BCAST-12")
class LastWordsLost(Lagging):
    """What is not worked on when a client's Close comes is lost."""

    def worked_on_at_end(self, waiting: list[bytes], why: str) -> list[bytes]:
        del waiting, why
        return []


@MUTANTS.broken("last-word-lost", "BCAST-12")
class LastWordLost(Lagging):
    """The very last message before a client's Close is lost if it comes right before it."""

    def worked_on_at_end(self, waiting: list[bytes], why: str) -> list[bytes]:
        del why
        return waiting[:-1]


# BCAST-8: a member's end is no business of the others.


class DeadSocket(Session):
    """The base of servers on which a dead socket stays in the room and breaks the loop over its members."""

    def end(self, why: str) -> None:
        if self.is_fatal(why):
            self.write = _broken_pipe
        else:
            super().end(why)

    def is_fatal(self, why: str) -> bool:
        """Tell whether this end is the one that is handled wrongly."""
        raise NotImplementedError


def _broken_pipe(frames: bytes) -> NoReturn:
    raise BrokenPipeError(f"{len(frames)} bytes to nobody")


@MUTANTS.broken("dead-after-close", "BCAST-8")
class DeadAfterClose(DeadSocket):
    """After a Close the dead socket stays listed, and who joined after it hears nothing more."""

    def is_fatal(self, why: str) -> bool:
        return left_by_close(why)


@MUTANTS.broken("dead-after-end", "BCAST-8")
class DeadAfterEnd(DeadSocket):
    """After a bare TCP end the dead socket stays listed, and who joined after it hears nothing more."""

    def is_fatal(self, why: str) -> bool:
        return why == "tcp-end"


@MUTANTS.broken("dead-after-reset", "BCAST-8")
class DeadAfterReset(DeadSocket):
    """After a TCP reset the dead socket stays listed, and who joined after it hears nothing more."""

    def is_fatal(self, why: str) -> bool:
        return why == "tcp-reset"


@MUTANTS.broken("dead-mid-frame", "BCAST-8")
class DeadMidFrame(Connection):
    """A client that breaks off in the middle of a frame takes its whole room with it."""

    def connection_lost(self, exc: Exception | None) -> None:
        session = self._session
        if session is not None and self._protocol.reader.buffer:
            for member in tuple(session.room.members.values()):
                if isinstance(member, Session) and member is not session:
                    member.connection.close(1011, "cannot read")
        super().connection_lost(exc)
