"""The base of all scenarios: a Locust user that chats, and the words in which its life is told."""

from collections.abc import Iterator
from contextlib import suppress
from typing import ClassVar, NoReturn

import gevent
from locust import task

from hubbub.load.config.run_context import RunContext
from hubbub.load.timing.moments import MILLISECOND, NEVER, SECOND
from hubbub.load.users.causes import JoinError
from hubbub.load.users.client import Client
from hubbub.load.users.engine import Engine
from hubbub.load.users.locust_stats import JOIN, note_join
from hubbub.load.users.scenario import Scenario
from hubbub.load.websocket.listener import End
from hubbub.load.workload.prng import SplitMix64

_MEMBERSHIP = ("membership", "WS")
_DAY = 86_400
_SCATTER = 2**0.5
"""Its multiples, modulo 1, are spread evenly, and in no step with the rooms."""


class ConnectionLostError(Exception):
    """The server ended a membership."""


class PartOverError(Exception):
    """The run is over for a user: publishing has stopped, or the server has ended its membership."""


class ChatUser(Scenario):
    """The base of scenarios: a user that does what ``chat`` says, listens on, and leaves when the run ends.

    A scenario is a subclass with a method ``chat``, which calls the methods below: ``join``, ``talk``, and so
    on. It may have settings of its own in ``defaults``, and objectives in ``slos``. A file with it is a
    locustfile.

    *Moments* are whole nanoseconds of the run's clock, the same in all its processes. ``later``, ``jittered``
    and ``rounds`` return some; they are to be handed to ``talk``, ``listen`` and ``pause``.

    When the run ends, or the server ends the user's connection, the next call of one of these methods raises
    PartOverError, which ends ``chat``; so no scenario need check for it. A user that cannot join or loses its
    connection is counted as a failure and does not come back.

    Example:
        A user that chats for about ``--interval`` seconds, leaves, and comes back once::

            from hubbub import ChatUser, settings

            class LateShift(ChatUser):
                defaults = settings(rooms=5, rate=0.5, interval=20.0)
                slos = ("loss=0", "p99<1s")

                def chat(self) -> None:
                    self.join()
                    self.talk(until=self.jittered())
                    self.leave()
                    self.listen(until=self.later(2.0))
                    self.join()
                    self.talk()
    """

    abstract = True
    engine: ClassVar[Engine | None] = None
    client: Client | None = None
    _prng: SplitMix64 | None = None
    _playing = False

    def chat(self) -> None:
        """Do what this scenario's users do; to be overridden.

        When it returns, the user stays as it is, connected or not, until the run ends.
        """
        raise NotImplementedError

    # What a user is.

    @property
    def selected(self) -> bool:
        """Whether the user is of the share (``--share``) that the scenario's own events happen to."""
        return self._me.number * _SCATTER % 1 < self._context.config.share

    @property
    def member(self) -> bool:
        """Whether the user is a member of its room."""
        return self._me.member

    # What a user does.

    def join(self) -> None:
        """Become a member of the user's room, for the first time or again: connect, and wait for the Status.

        Which room that is follows from the user's number and the run's seed, and never changes.

        Raises:
            JoinError: It did not become a member within ``--connect-timeout``; that is counted as a failure.
            PartOverError: The run is over.
        """
        self._go_on()
        try:
            duration = self._me.join()
        except JoinError as error:
            self._tell(JOIN, error)
            raise
        note_join(self.environment.stats, duration / MILLISECOND)

    def leave(self) -> None:
        """Leave the room with a Close frame, and wait up to a second for the server's.

        Raises:
            PartOverError: The run is over, or the server has ended the connection.
        """
        self._go_on()
        self._me.leave()

    def drop(self) -> None:
        """Leave without a Close frame, by a TCP reset.

        It waits up to a second until the user's last message has come back: a reset may destroy what the
        server has not read yet, and nobody could say whose fault the loss was.

        Raises:
            PartOverError: The run is over, or the server has ended the connection.
        """
        self._go_on()
        self._me.drop()
        self._go_on()

    def talk(self, until: int = NEVER) -> None:
        """Publish on the user's schedule (``--schedule``, ``--rate``), and listen.

        Args:
            until: The moment at which it returns; without one, the end of the run.

        Raises:
            PartOverError: The run is over, or the server has ended the connection.
        """
        for intended in self.schedule(until):
            self.publish(intended)
        self.listen(until)

    def greet(self) -> None:
        """Publish one message at once, beside the schedule: from then on userlists show the user's name."""
        self.publish(self._context.clock.now())

    def listen(self, until: int = NEVER) -> None:
        """Receive, and publish nothing; for a user that has left, stay away.

        Args:
            until: The moment at which it returns; without one, the end of the run.

        Raises:
            PartOverError: The run is over, or the server has ended the connection.
        """
        self._go_on()
        while (left := until - self._context.clock.now()) > 0:
            gevent.sleep(min(left / SECOND, _DAY))
            self._go_on()

    def pause(self, until: int) -> None:
        """Read nothing of what the server sends.

        From then on the user is *slow* until its connection ends: its deliveries count, their times do not,
        and the server may end the connection (PROTOCOL.md, BCAST-9 and BCAST-14).

        Args:
            until: The moment at which it reads again; the end of the run comes before it.

        Raises:
            PartOverError: The run is over.
        """
        self._go_on()
        self._me.pause(until)
        self._go_on()

    def rename(self) -> None:
        """Take a name that nobody has had; the user's next message goes out under it."""
        self._me.rename()

    def barrier(self) -> None:
        """Wait until all users of the run have been started.

        Raises:
            PartOverError: The run is over, or the server has ended the connection.
        """
        self._run.ramped.wait()
        self._go_on()

    def schedule(self, until: int = NEVER) -> Iterator[int]:
        """Yield the moments at which the user's messages are due, each when it has come.

        With ``publish`` it is what ``talk`` is made of: for scenarios that do something before each message.

        Args:
            until: The moment at which it ends; it ends, too, with the membership and with the run.

        Yields:
            Each message's intended time, a moment; latency counts from it.
        """
        return self._me.schedule(until)

    def publish(self, intended: int) -> None:
        """Publish the user's next message; does nothing where the user is no member, or the run is over.

        Args:
            intended: The moment at which it was to be sent; latency counts from it.
        """
        self._me.publish(intended)

    # When.

    def later(self, seconds: float) -> int:
        """Return the moment so many ``seconds`` from now."""
        return self._context.clock.now() + int(seconds * SECOND)

    def jittered(self, share: float = 1.0) -> int:
        """Return a random moment about ``--interval`` from now.

        Args:
            share: It is ``share`` times the interval from now, give or take a half of that.

        Returns:
            A moment that is drawn from the run's seed and the user's number: the same in each run.
        """
        return self.later(share * self._context.config.interval * (0.5 + self._rng.random()))

    def rounds(self) -> Iterator[int]:
        """Yield the moments to come that are ``--interval`` apart, the same for all users.

        They are for what all users do at once; moments that have passed are left out.
        """
        interval = int(self._context.config.interval * SECOND)
        moment = self._context.plan.start
        while True:
            passed = (self._context.clock.now() - moment) // interval
            moment += interval * max(1, passed + 1)
            yield moment

    # For Locust to call.

    @task
    def take_part(self) -> NoReturn:
        """Live a user's life."""
        if self.engine is not None and self.engine.publishing:
            self._note_presence(1)
            self.client = Client(self.engine, self._on_lost)
            self._play(True)
            with suppress(JoinError, PartOverError):
                self.chat()
            self._play(False)
        # Locust would put another in the place of one that ended while it still starts users.
        while True:
            gevent.sleep(_DAY)

    def on_stop(self) -> None:
        """Leave."""
        if self.client is not None:
            self._note_presence(-1)
            self._play(False)
            self.client.leave()

    @property
    def _run(self) -> Engine:
        assert self.engine is not None
        return self.engine

    @property
    def _context(self) -> RunContext:
        return self._run.context

    @property
    def _me(self) -> Client:
        assert self.client is not None
        return self.client

    @property
    def _rng(self) -> SplitMix64:
        if self._prng is None:
            self._prng = SplitMix64(f"life/{self._context.config.seed}/{self._me.number}")
        return self._prng

    def _note_presence(self, change: int) -> None:
        self._run.measurements.headcount.note(change, self._context.clock.now())

    def _play(self, playing: bool) -> None:
        """Note whether the user takes part, be it as a member or on its way back."""
        self._run.playing += playing - self._playing
        self._playing = playing

    def _go_on(self) -> None:
        if not self._run.publishing or self._me.lost:
            raise PartOverError

    def _on_lost(self, end: End) -> None:
        error = ConnectionLostError(end.reason or f"closed with {end.code}")
        self._play(False)
        gevent.spawn(self._tell, _MEMBERSHIP, error)

    def _tell(self, row: tuple[str, str], error: Exception) -> None:
        """Tell Locust of a failure; it took no time that could stand beside the deliveries' latency."""
        name, kind = row
        self.environment.events.request.fire(
            request_type=kind, name=name, response_time=None, response_length=0, exception=error, context={}
        )
