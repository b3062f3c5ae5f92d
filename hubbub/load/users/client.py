"""A simulated user's client: it joins its room, publishes on its schedule, leaves, and may join again."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import gevent

from hubbub.load.messages.envelope import Envelope, seal
from hubbub.load.messages.message_key import MessageKey, following
from hubbub.load.timing.moments import NEVER, SECOND
from hubbub.load.users.engine import Engine
from hubbub.load.users.membership import Membership
from hubbub.load.websocket.listener import End
from hubbub.load.workload.prng import SplitMix64
from hubbub.text.event_log import EventLog

_log = EventLog("hubbub.load.users")

_HELD_UP = 5_000_000
"""In ns: if handing over a message takes longer, the kernel has no room, for the server does not read."""

_ECHO_TIMEOUT = 1.0
"""How long, in s, a user that is to drop waits for its last message to come back."""

_LOOK = 0.1
"""How often, in s, a user that does not read looks whether the run has ended."""

_OTHERS = 0.25
"""The share of the reused names that somebody in the room has at that moment."""


class _MessageTemplate(NamedTuple):
    """What all messages that a user publishes under one name in one membership have in common.

    It is made once and not for each message: only the envelope between ``before`` and ``after`` differs.
    """

    origin: int
    before: bytes
    after: bytes


class Client:
    """One user's client for its whole life: one number, one name at a time, one run of sequence numbers.

    ``on_lost`` is called, on the hub, when the server ends a membership.
    """

    def __init__(self, engine: Engine, on_lost: Callable[[End], None]) -> None:
        self._engine = engine
        self._context = engine.context
        self._accounting = engine.accounting
        self._on_lost = on_lost
        self._publisher = engine.new_publisher()
        self._author = ""
        self._names = 0
        self._fresh = True
        """Whether nobody had the name before."""
        self._rng: SplitMix64 | None = None
        self._template: _MessageTemplate | None = None
        self._last: tuple[MessageKey, int] | None = None
        """The last message that was sent whole in this membership, and when."""
        self._membership: Membership | None = None

    @property
    def number(self) -> int:
        """The user's number, which no other user of the run has."""
        return self._publisher.number

    @property
    def member(self) -> bool:
        """Whether the user is a member of its room."""
        return self._membership is not None and self._membership.present

    @property
    def lost(self) -> bool:
        """Whether the server ended the user's last membership, and not because the user was slow to read."""
        membership = self._membership
        return membership is not None and membership.lost

    @property
    def heard(self) -> bool:
        """Whether the last message that the user published as a member has come back to it."""
        return self._membership is None or self._last is None or self._membership.heard(*self._last)

    def join(self) -> int:
        """Connect and wait for the server's Status; return how long that took, in ns.

        Raises JoinError where it does not come within the configured time.
        """
        self._membership = Membership(self._engine, self._publisher.room, self.number, self._end)
        self._last = None
        self._take_name()
        took = self._membership.join()
        self._publisher.begin(self._membership.ready)
        return took

    def schedule(self, until: int = NEVER) -> Iterator[int]:
        """Yield each message's intended time, in ns of the run, when it has come.

        It ends at the moment ``until``, with the membership, or with the publishing.
        """
        engine, publisher = self._engine, self._publisher
        publisher.begin(self._context.clock.now())
        while engine.publishing and self.member:
            due = publisher.advance()
            engine.scheduler.wait_until(min(due, until))
            if due > until:
                break
            # While it waited, the run may have ended, or the server its membership.
            if engine.publishing and self.member:
                yield due
        # At the end of the run what is due stays due: it counts as scheduled and not sent.
        if engine.publishing:
            publisher.suspend()

    def publish(self, intended: int) -> None:
        """Publish the next message, or several equal ones, to be sent at the moment ``intended``."""
        engine, membership = self._engine, self._membership
        if membership is None or not membership.is_writable() or not engine.publishing:
            return
        context, sends, recorder = self._context, self._accounting.sends, engine.measurements.recorder
        publisher = self._publisher
        template = self._template or self._make_template(membership)
        size, copies = next(publisher.texts)
        sent = context.clock.now()
        sequence = publisher.next_sequence(copies)
        envelope = Envelope(
            run=context.plan.run,
            room=publisher.room,
            publisher=publisher.number,
            sequence=sequence,
            intended=intended,
            sent=sent,
            origin=template.origin,
            copies=copies,
        )
        payload = template.before + seal(envelope, size).encode() + template.after
        key = envelope.key
        # Before the first byte goes out: others may receive the message while this user still waits to send
        # the rest, and a round that ends meanwhile must not take it for one that nobody sent.
        sends.begin(key, sent, copies)
        whole = False
        membership.note_author(self._author, sent, self._fresh)
        try:
            whole = membership.send(payload, copies)
        finally:
            counts = sends.end(key, publisher.room, whole)
            took = context.clock.now() - sent
            recorder.held_up += took if took > _HELD_UP else 0
        self._last = (following(key, copies - 1), sent) if whole else None
        if _log.enabled:
            event = "published" if whole else "not-sent"
            _log.debug(event, membership, sequence=sequence, copies=copies, bytes=size)
        if counts:
            recorder.published(intended, sent, size, copies)

    def rename(self) -> None:
        """Take a name that nobody has had: it counts from the next message on (PROTOCOL.md, NICK-2)."""
        self._names += 1
        self._author = f"user-{self.number}" + (f".{self._names}" if self._names > 1 else "")
        self._fresh = True
        self._template = None

    def _take_name(self) -> None:
        """Take a name to join with: a new one, the user's last once more, or that of somebody in the room."""
        if not self._names or self._draw() >= self._context.config.reused_names:
            self.rename()
            return
        if self._draw() < _OTHERS:
            names = self._accounting.userlists.names(self._publisher.room) or [self._author]
            self._author = names[int(self._draw() * len(names))]
        self._fresh = False
        self._template = None

    def _draw(self) -> float:
        if self._rng is None:
            self._rng = SplitMix64(f"names/{self._context.config.seed}/{self.number}")
        return self._rng.random()

    def pause(self, until: int) -> None:
        """Read nothing up to the moment ``until``, or to the end of the publishing."""
        engine, membership = self._engine, self._membership
        if membership is None:
            return
        clock = self._context.clock
        membership.pause_reading()
        while engine.publishing and clock.now() < until:
            gevent.sleep(min(_LOOK, max(0, until - clock.now()) / SECOND))
        membership.resume_reading()

    def leave(self) -> None:
        """Leave the room with a Close frame; does nothing for one that never joined or has gone."""
        self._publisher.suspend()
        if self._membership is not None:
            self._membership.leave()

    def drop(self) -> None:
        """Be gone from the room without a word, once all that the user has published has come back to it.

        A reset may take away what the server has not read yet, and then nobody could say whom to blame.
        """
        self._publisher.suspend()
        if self._membership is not None:
            self._wait_for_echo()
            self._membership.drop()

    def _make_template(self, membership: Membership) -> _MessageTemplate:
        context = self._context
        dialect, room = context.dialect, context.plan.room(self._publisher.room)
        origin = dialect.origin(room, self._author, membership.identity)
        self._template = _MessageTemplate(origin, *dialect.around(self._author))
        return self._template

    def _wait_for_echo(self) -> None:
        with gevent.Timeout(_ECHO_TIMEOUT, False):
            while self.member and not self.heard:
                gevent.sleep(_LOOK / 10)

    def _end(self, end: End) -> None:
        self._publisher.suspend()
        self._on_lost(end)
