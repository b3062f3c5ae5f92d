"""The base of all scenarios: a Locust user that is a member of a room."""

from collections.abc import Iterator
from typing import ClassVar, NoReturn

import gevent
from locust import User, task

from swarm.client import Client, JoinError
from swarm.config import DEFAULT_HOST
from swarm.connection import End
from swarm.engine import Engine

_JOIN = {"request_type": "WS", "name": "join"}
_MEMBERSHIP = {"request_type": "WS", "name": "membership"}
_MS = 1_000_000
_DAY = 86_400


class ConnectionLostError(Exception):
    """The server ended a membership."""


class ChatUser(User):
    """Joins a room, does what ``chat`` says, then listens until the run ends, and leaves.

    A scenario is a subclass with ``chat``, which publishes what its schedule yields. A user that cannot join
    or loses its connection is counted as a failure and does not come back.
    """

    abstract = True
    host = DEFAULT_HOST
    engine: ClassVar[Engine | None] = None
    """The process's engine; set when a run starts."""
    client: Client | None = None

    def chat(self) -> None:
        """Do what this scenario's users do, once each has joined."""
        raise NotImplementedError

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
        if self.engine is not None and self.engine.publishing and self._join(self.engine):
            self.chat()
        # Locust would put another in the place of one that ended while it still starts users.
        while True:
            gevent.sleep(_DAY)

    def on_stop(self) -> None:
        """Leave (for Locust to call)."""
        if self.client is not None:
            self.client.leave()

    def _join(self, engine: Engine) -> bool:
        self.client = Client(engine, self._on_lost)
        try:
            duration = self.client.join()
        except JoinError as error:
            self._tell(_JOIN, 0, error)
            return False
        self._tell(_JOIN, duration / _MS, None)
        return True

    def _on_lost(self, end: End) -> None:
        error = ConnectionLostError(end.reason or f"closed with {end.code}")
        gevent.spawn(self._tell, _MEMBERSHIP, 0, error)

    def _tell(self, row: dict[str, str], milliseconds: float, error: Exception | None) -> None:
        self.environment.events.request.fire(
            **row, response_time=milliseconds, response_length=0, exception=error, context={}
        )
