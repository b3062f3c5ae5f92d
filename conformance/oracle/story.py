"""What a transcript tells, client by client, and who got what of whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ..findings import Broken
from ..wire import transcript as events
from ..wire.differing import closest
from .client_story import ClientStory, GotMessage
from .matching import Delivery, match
from .senders import Senders


@dataclass(frozen=True)
class Violation:
    """A general rule that was broken in passing."""

    requirement: str
    client: str
    """Who saw it."""
    at: float
    allowed: str
    seen: str
    field: tuple[str, Sequence[Any], Any] | None = None
    """The field that is wrong: its name, what it might have been, and what it is."""

    @property
    def differs(self) -> list[str]:
        """How the field differs from what it may be a mishap of, where it is one."""
        return closest(*self.field) if self.field else []

    @property
    def as_broken(self) -> Broken:
        """The same as a check would end with it."""
        return Broken(self.allowed, self.seen, self.client, differs=self.differs)


@dataclass(frozen=True)
class Story:
    """All clients' parts of one transcript."""

    head: events.Head
    clients: dict[str, ClientStory]

    @cached_property
    def senders(self) -> Senders:
        """Whom a Chat names by its WSID."""
        return Senders(self.clients.values())

    @cached_property
    def deliveries(self) -> list[Delivery]:
        """What each receiver got of each sender of its room."""
        return match(self.clients.values(), self.senders)

    def sender_of(self, got: GotMessage, receiver: ClientStory) -> ClientStory | None:
        """Return the client whom a Chat names as its sender; None where it names nobody."""
        return self.senders.of(got, receiver)

    def members_of(self, room: str) -> list[ClientStory]:
        """Return the clients that were to come into ``room``."""
        return [client for client in self.clients.values() if client.room == room]
