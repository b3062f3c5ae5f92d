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
    """Does what ``chat`` says, then listens until the run ends, and leaves.

    A scenario is a subclass with ``chat``, a life told in the words below: ``join``, ``talk``, and so on.
    Moments are in ns of the run, the same in all its processes; ``later``, ``jittered`` and ``rounds`` give
    some. When the run ends, or the server ends a user's connection, its life ends at the next word, so that
    no scenario need look. A user that cannot join or loses its connection is counted as a failure and does
    not come back.
    """

    abstract = True
    engine: ClassVar[Engine | None] = None
    client: Client | None = None
    _prng: SplitMix64 | None = None
    _playing = False

    def chat(self) -> None:
        """Do what this scenario's users do."""
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
        """Become a member of the user's room, again or for the first time."""
        self._go_on()
        try:
            duration = self._me.join()
        except JoinError as error:
            self._tell(JOIN, error)
            raise
        note_join(self.environment.stats, duration / MILLISECOND)

    def leave(self) -> None:
        """Leave the room with a Close frame."""
        self._go_on()
        self._me.leave()

    def drop(self) -> None:
        """Be gone without a word, by a TCP reset, once all that the user said has come back."""
        self._go_on()
        self._me.drop()
        self._go_on()

    def talk(self, until: int = NEVER) -> None:
        """Publish on the user's schedule, and listen."""
        for intended in self.schedule(until):
            self.publish(intended)
        self.listen(until)

    def greet(self) -> None:
        """Publish one message at once, beside the schedule, so that userlists show the user's name."""
        self.publish(self._context.clock.now())

    def listen(self, until: int = NEVER) -> None:
        """Listen only; or, for one that has left, stay away."""
        self._go_on()
        while (left := until - self._context.clock.now()) > 0:
            gevent.sleep(min(left / SECOND, _DAY))
            self._go_on()

    def pause(self, until: int) -> None:
        """Read nothing of what the server sends: be slow, so that the server may end the connection."""
        self._go_on()
        self._me.pause(until)
        self._go_on()

    def rename(self) -> None:
        """Take another name, with which the next message goes out."""
        self._me.rename()

    def barrier(self) -> None:
        """Wait until all users of the run have been started."""
        self._run.ramped.wait()
        self._go_on()

    def schedule(self, until: int = NEVER) -> Iterator[int]:
        """Yield each message's intended time when it has come."""
        return self._me.schedule(until)

    def publish(self, intended: int) -> None:
        """Publish a message that was to be sent at the moment ``intended``."""
        self._me.publish(intended)

    # When.

    def later(self, seconds: float) -> int:
        """Return the moment so many seconds from now."""
        return self._context.clock.now() + int(seconds * SECOND)

    def jittered(self, share: float = 1.0) -> int:
        """Return a moment that is that share of ``--interval`` from now, give or take a half of it.

        It is drawn from the run's seed and the user's number.
        """
        return self.later(share * self._context.config.interval * (0.5 + self._rng.random()))

    def rounds(self) -> Iterator[int]:
        """Yield the moments to come that are ``--interval`` apart, the same for all users."""
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
