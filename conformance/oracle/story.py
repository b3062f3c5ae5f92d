"""What a transcript tells, client by client, and who got what of whom."""

from dataclasses import dataclass
from functools import cached_property

from conformance.oracle.client_story import ClientStory, GotMessage
from conformance.oracle.matching import Delivery, match
from conformance.oracle.senders import Senders
from conformance.wire import transcript as events


@dataclass(frozen=True)
class Violation:
    """A general rule that was broken in passing."""

    requirement: str
    client: str
    """Who saw it."""
    at: float
    allowed: str
    seen: str


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
