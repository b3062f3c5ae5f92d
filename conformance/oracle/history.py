"""What a transcript shows, client by client, and who got what of whom.

``History`` is Jepsen's word for it: all that the clients of a run did and saw, to be judged when it is over.
"""

from dataclasses import dataclass
from functools import cached_property

from ..wire import transcript as events
from .client_history import ClientHistory, ReceivedMessage
from .matching import Delivery, match
from .senders import Senders


@dataclass(frozen=True)
class History:
    """All clients' parts of one transcript."""

    head: events.TranscriptHead
    clients: dict[str, ClientHistory]

    # Cached: every rule asks for them, and a transcript does not change any more.

    @cached_property
    def senders(self) -> Senders:
        """Whom a Chat names by its WSID."""
        return Senders(self.clients.values())

    @cached_property
    def deliveries(self) -> list[Delivery]:
        """What each receiver got of each sender of its room."""
        return match(self.clients.values(), self.senders.possible)

    def sender_of(self, got: ReceivedMessage, receiver: ClientHistory) -> ClientHistory | None:
        """Return the client whom a Chat names as its sender; None where it names nobody."""
        return self.senders.of(got, receiver)

    def members_of(self, room: str) -> list[ClientHistory]:
        """Return the clients that were to come into ``room``."""
        return [client for client in self.clients.values() if client.room == room]
