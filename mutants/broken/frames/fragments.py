"""Servers that take fragments for messages, or for nothing that costs (SEC-5, SEC-10, SEC-11)."""

import hashlib
import time

from websockets.frames import CloseCode, Opcode
from websockets.frames import Frame as ReadFrame

from mutants.machinery.incoming_frames import PING, PONG, ClientFrame, Translated, TranslatingProtocol
from mutants.machinery.registration import Registry
from reference_server.connection import Connection, Shared
from reference_server.session import Session
from reference_server.token_bucket import TokenBucket, cost_of
from reference_server.wire.assembler import Assembler, Message

MUTANTS = Registry()


class Counting(Connection):
    """The base of servers that count the fragments of a message."""

    fragments = 0

    def _take_data(self, session: Session, frame: ReadFrame) -> None:
        self.fragments = self.fragments + 1 if frame.opcode is Opcode.CONT else 1
        self.count(session, frame)
        if session.is_member:
            super()._take_data(session, frame)

    def count(self, session: Session, frame: ReadFrame) -> None:
        """Do something about it."""
        raise NotImplementedError


# SEC-5.


@MUTANTS.broken("flood-of-frames", "SEC-10")
class FloodOfFrames(Counting):
    """A flood is told by frames, so that a message in many fragments is read at a thousand a second."""

    def count(self, session: Session, frame: ReadFrame) -> None:
        del session
        self._bucket.take(1 - cost_of(frame), self._loop.time())


class HastyTokenBucket(TokenBucket):
    """The base of what limits a thousand frames at once."""

    def __init__(self, rate: float, now: float) -> None:
        super().__init__(rate, now)
        self._left = self._burst = 1000.0


@MUTANTS.broken("flood-of-frames-told", "SEC-5", "SEC-10")
class FloodOfFramesTold(FloodOfFrames):
    """A thousand frames at once are a flood, though they are but some hundred messages."""

    def __init__(self, shared: Shared) -> None:
        super().__init__(shared)
        self._bucket = HastyTokenBucket(shared.config.max_rate, self._loop.time())


@MUTANTS.broken("flood-of-frames-closes", "SEC-5", "SEC-10")
class FloodOfFramesCloses(Counting):
    """A connection is closed at its 1,200th frame of a message, however many messages that are."""

    total = 0

    def count(self, session: Session, frame: ReadFrame) -> None:
        del frame
        self.total += 1
        if self.total > 1200 and session.is_member:
            self._fail(CloseCode.POLICY_VIOLATION, "too many frames")


# SEC-10.


@MUTANTS.broken("fragments-of-a-life", "SEC-10")
class FragmentsOfALife(Counting):
    """Fragments are counted over all messages of a connection, and ten thousand are too many."""

    total = 0

    def count(self, session: Session, frame: ReadFrame) -> None:
        self.total += not frame.fin
        if self.total > 10_000 and session.is_member:
            self._fail(CloseCode.POLICY_VIOLATION, "too many fragments")


@MUTANTS.broken("fragments-joined-each-time", "SEC-10")
class JoinedEachTime(Counting):
    """With each fragment all of the message so far is looked at anew."""

    def count(self, session: Session, frame: ReadFrame) -> None:
        del session, frame
        for _ in range(4):  # by a hash that no processor has an instruction for: as slow everywhere
            hashlib.blake2b(self._assembler._fragments)


@MUTANTS.broken("fragments-too-deep", "SEC-10")
class TooDeep(Counting):
    """Each fragment is put together by a call within a call, and at 1,500 there is an internal error."""

    def count(self, session: Session, frame: ReadFrame) -> None:
        del frame
        if self.fragments > 1500 and session.is_member:
            self._fail(CloseCode.INTERNAL_ERROR, "maximum recursion depth exceeded")


class ShortAssembler(Assembler):
    """The base of what loses fragments: it takes them up to a number, and none after it."""

    most = 0

    def add(self, frame: ReadFrame) -> Message | None:
        """Join the frame, if it is one of the first."""
        if not frame.fin and self._count > self.most:
            return None
        message = super().add(frame)
        return self.changed(message) if message is not None and self._count > self.most else message

    def changed(self, message: Message) -> Message | None:
        """Return what becomes of a message of too many fragments."""
        return message


class Shortened(ShortAssembler):
    """Leaves out what comes behind the 1,024th fragment."""

    most = 1024


class Overflowing(ShortAssembler):
    """Forgets a message of over 65,535 fragments, whose number is kept in 16 bits."""

    most = 65_535

    def changed(self, message: Message) -> Message | None:
        del message
        return None


@MUTANTS.broken("fragments-left-out", "SEC-10")
class LeftOut(Connection):
    """Of a message's fragments the first thousand are kept, and the last."""

    def __init__(self, shared: Shared) -> None:
        super().__init__(shared)
        self._assembler = Shortened()


@MUTANTS.broken("fragments-overflow", "SEC-10")
class Overflow(Connection):
    """The number of a message's fragments is kept in 16 bits; where it is larger the message is lost."""

    def __init__(self, shared: Shared) -> None:
        super().__init__(shared)
        self._assembler = Overflowing()


# SEC-11.


class Stalling(TranslatingProtocol):
    """The base of servers for which some frames cost more and more, while everybody else waits."""

    stall = 0.002
    """Seconds for each such frame."""
    seen = 0

    def translate(self, frame: ClientFrame) -> Translated:
        if self.is_costly(frame):
            self.seen += 1
            if self.seen > 8000:
                time.sleep(self.stall)
        return frame

    def is_costly(self, frame: ClientFrame) -> bool:
        """Return whether it is such a frame."""
        raise NotImplementedError


@MUTANTS.broken("endless-empty-fragments", "SEC-11")
class EmptyFragments(Stalling):
    """Each empty fragment is looked for among all before it, while everybody else waits."""

    stall = 0.0006

    def is_costly(self, frame: ClientFrame) -> bool:
        return not frame.is_control and not frame.payload and not frame.fin


@MUTANTS.broken("endless-pings", "SEC-11")
class Pings(Stalling):
    """Each Ping is answered by a call that waits, while everybody else waits too."""

    def is_costly(self, frame: ClientFrame) -> bool:
        return frame.opcode == PING


@MUTANTS.broken("endless-pongs", "SEC-11")
class Pongs(Stalling):
    """Each Pong is looked for among all Pings ever sent, while everybody else waits."""

    def is_costly(self, frame: ClientFrame) -> bool:
        return frame.opcode == PONG


@MUTANTS.broken("endless-fragments-internal-error", "SEC-11")
class FragmentsInternalError(Counting):
    """Where a message has 20,000 fragments, there is an internal error."""

    def count(self, session: Session, frame: ReadFrame) -> None:
        del frame
        if self.fragments > 20_000 and session.is_member:
            self._fail(CloseCode.INTERNAL_ERROR, "out of memory")


@MUTANTS.broken("fragments-lock-others-out", "SEC-11")
class LockedOut(Counting):
    """From the hundredth fragment of a message to its last no other connection is read."""

    locked_by: "LockedOut | None" = None

    def count(self, session: Session, frame: ReadFrame) -> None:
        del session
        if frame.fin and LockedOut.locked_by is self:
            LockedOut.locked_by = None
        elif not frame.fin and self.fragments > 100 and LockedOut.locked_by is None:
            LockedOut.locked_by = self

    def data_received(self, data: bytes) -> None:
        holder = LockedOut.locked_by
        if holder is None or holder is self or holder._transport.is_closing():
            super().data_received(data)
        else:
            self._loop.call_later(0.05, self.data_received, data)


# Odd but legal.


class Choosy(Counting):
    """The base of servers that refuse a message for the number of its fragments."""

    most = 0
    code = CloseCode.MESSAGE_TOO_BIG

    def count(self, session: Session, frame: ReadFrame) -> None:
        del frame
        if self.fragments > self.most and session.is_member:
            self._fail(self.code, "too many fragments")


@MUTANTS.legal("legal-1000-fragments")
class Thousand(Choosy):
    """A message of more than 1,000 fragments is refused by close 1009."""

    most = 1000


@MUTANTS.legal("legal-10000-fragments")
class TenThousand(Choosy):
    """A message of more than 10,000 fragments is refused by close 1008."""

    most = 10_000
    code = CloseCode.POLICY_VIOLATION
