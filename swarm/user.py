"""The base of all scenarios: a Locust user that is a member of a room."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any, ClassVar, NoReturn

import gevent
from locust import User, task

from swarm.client import Client, JoinError
from swarm.config import DEFAULT_HOST, LoadConfig
from swarm.connection import End
from swarm.engine import Engine

_JOIN = {"request_type": "WS", "name": "join"}
_MEMBERSHIP = {"request_type": "WS", "name": "membership"}
_MS = 1_000_000
_DAY = 86_400


class ConnectionLostError(Exception):
    """The server ended a membership."""


class ChatUser(User):
    """Does what ``chat`` says, then listens until the run ends, and leaves.

    A scenario is a subclass with ``chat``, a life told in the words below: ``join``, ``talk``, and so on. A
    user that cannot join or loses its connection is counted as a failure and does not come back.
    """

    abstract = True
    host = DEFAULT_HOST
    is_default: ClassVar[bool] = False
    """Whether this is the scenario that runs where none is named."""
    defaults: ClassVar[Mapping[str, Any]] = {}
    """The scenario's own defaults (see ``settings``); what the user asks for goes before them."""
    slos: ClassVar[tuple[str, ...]] = ()
    """The scenario's own service level objectives, each as on the command line (``--slo``)."""
    engine: ClassVar[Engine | None] = None
    """The process's engine; set when a run starts."""
    client: Client | None = None

    @classmethod
    def talkers(cls, config: LoadConfig) -> float:  # noqa: ARG003  # for scenarios that need it
        """Return the share of the users that publish on their schedules."""
        return 1.0

    def chat(self) -> None:
        """Do what this scenario's users do."""
        raise NotImplementedError

    def join(self) -> None:
        """Become a member of the user's room; where that fails, the user's part is over."""
        assert self.engine is not None
        self.client = Client(self.engine, self._on_lost)
        try:
            duration = self.client.join()
        except JoinError as error:
            self._tell(_JOIN, 0, error)
            raise
        self._tell(_JOIN, duration / _MS, None)

    def talk(self) -> None:
        """Publish on the user's schedule until the run ends."""
        for intended in self.schedule():
            self.publish(intended)

    def schedule(self) -> Iterator[int]:
        """Yield each message's intended time, in ns of the run, when it has come."""
        assert self.client is not None
        return self.client.schedule()

    def publish(self, intended: int) -> None:
        """Publish a message that was to be sent at the moment ``intended``."""
        assert self.client is not None
        self.client.publish(intended)

    @task
    def take_part(self) -> NoReturn:
        """Live a member's life (for Locust to call)."""
        if self.engine is not None and self.engine.publishing:
            with suppress(JoinError):
                self.chat()
        # Locust would put another in the place of one that ended while it still starts users.
        while True:
            gevent.sleep(_DAY)

    def on_stop(self) -> None:
        """Leave (for Locust to call)."""
        if self.client is not None:
            self.client.leave()

    def _on_lost(self, end: End) -> None:
        error = ConnectionLostError(end.reason or f"closed with {end.code}")
        gevent.spawn(self._tell, _MEMBERSHIP, 0, error)

    def _tell(self, row: dict[str, str], milliseconds: float, error: Exception | None) -> None:
        self.environment.events.request.fire(
            **row, response_time=milliseconds, response_length=0, exception=error, context={}
        )
