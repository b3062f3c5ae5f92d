"""Servers that wait for the client where a connection has ended already (PRES-8, BCAST-7)."""

import contextlib

from hubbub.protocol.codec import BadMessageError, ErrorCode, decode_publish
from mutants.broken.members.leaving import left_by_close
from mutants.machinery.incoming_frames import TEXT, frames_in
from mutants.machinery.registration import Registry
from reference_server.connection import Connection
from reference_server.parts import Parts
from reference_server.session import Session

MUTANTS = Registry()


def was_closed_by_client(why: str) -> bool:
    """Tell whether ``why``, as ``Session.end`` is told it, begins with the client's Close."""
    return left_by_close(why) and "received=None" not in why


def was_closed_with(why: str, *codes: int) -> bool:
    """Tell whether the server has closed with one of ``codes``, unasked."""
    return any(why == f"close received=None sent={code}" for code in codes)


# PRES-8: who is gone, though its client does not hang up.


class Loitering(Session):
    """The base of servers on which a member that ended stays listed until its client hangs up."""

    def end(self, why: str) -> None:
        if self.is_member and self.loiters(why):
            self.write = _to_nobody
        else:
            super().end(why)

    def receive(self, payload: bytes, *, is_text: bool) -> None:
        if self.write is not _to_nobody:
            super().receive(payload, is_text=is_text)

    def loiters(self, why: str) -> bool:
        """Tell whether a member that ended like this stays listed."""
        raise NotImplementedError


def _to_nobody(frames: bytes) -> None:
    del frames


@MUTANTS.broken("ghost-of-the-failed", "PRES-8")
class GhostOfTheFailed(Loitering):
    """A member whose connection the server has failed stays listed until its client hangs up."""

    def loiters(self, why: str) -> bool:
        return was_closed_with(why, 1002, 1007, 1009)


@MUTANTS.broken("ghost-of-bad-text", "PRES-8")
class GhostOfBadText(Loitering):
    """A member that sent text which is not UTF-8 stays listed until its client hangs up."""

    def loiters(self, why: str) -> bool:
        return was_closed_with(why, 1007)


@MUTANTS.broken("ghost-of-the-too-big", "PRES-8")
class GhostOfTheTooBig(Loitering):
    """A member that announced too long a message stays listed until its client hangs up."""

    def loiters(self, why: str) -> bool:
        return was_closed_with(why, 1009)


@MUTANTS.broken("ghost-of-the-closed", "PRES-8")
class GhostOfTheClosed(Loitering):
    """A member whose Close was answered stays listed until its client hangs up."""

    def loiters(self, why: str) -> bool:
        return was_closed_by_client(why)


class Refusing(Session):
    """The base of servers that close the connection of who sends a bad message, by 1008."""

    def refuse(self, code: ErrorCode, reason: str) -> None:
        self.connection.close(1008, f"{code}: {reason}"[:100])


@MUTANTS.broken("ghost-of-the-refused", "PRES-8")
class GhostOfTheRefused(Refusing, Loitering):
    """A bad message is answered by close 1008, and its sender stays listed until its client hangs up."""

    def loiters(self, why: str) -> bool:
        return was_closed_with(why, 1008)


@MUTANTS.broken("failed-untold", "PRES-8")
class FailedUntold(Session):
    """No userlist goes out when the server fails a connection."""

    def end(self, why: str) -> None:
        presence, told = self.room._presence, self.is_member and was_closed_with(why, 1002, 1007, 1009)
        super().end(why)
        if told:
            presence.stop()


# BCAST-7: what is sent on.


class HeardOn(Connection):
    """The base of servers that read on behind the end of a connection."""

    def _feed(self, session: Session, data: bytearray) -> None:
        was_member = session.is_member
        super()._feed(session, data)
        if session.is_member or not self.is_heard_on():
            return
        for frame in frames_in(bytes(data))[was_member:]:
            if frame.opcode == TEXT and frame.fin:
                with contextlib.suppress(BadMessageError, UnicodeDecodeError):
                    session.accept(decode_publish(frame.payload.decode()))

    def is_heard_on(self) -> bool:
        """Tell whether a connection that ended like this is still heard."""
        raise NotImplementedError


@MUTANTS.broken("heard-after-failing", "BCAST-7")
class HeardAfterFailing(HeardOn):
    """What a client sends on after the server has failed its connection is delivered."""

    def is_heard_on(self) -> bool:
        return self._protocol.close_rcvd is None


@MUTANTS.broken("heard-after-close", "BCAST-7")
class HeardAfterClose(HeardOn):
    """What a client sends behind its Close is delivered."""

    def is_heard_on(self) -> bool:
        return self._protocol.close_rcvd is not None


@MUTANTS.broken("heard-after-refusal", "BCAST-7", parts=Parts(session=Refusing))
class HeardAfterRefusal(HeardOn):
    """A bad message is answered by close 1008, and what its sender sends on is delivered."""

    def is_heard_on(self) -> bool:
        sent = self._protocol.close_sent
        return self._protocol.close_rcvd is None and sent is not None and sent.code == 1008
