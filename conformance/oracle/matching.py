"""Which publish each Chat is: every Chat in its place among what its sender has sent."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from .client_story import ClientStory, GotMessage
from .senders import Senders


@dataclass
class Delivery:
    """What one receiver got of one sender in the same room."""

    sender: ClientStory
    receiver: ClientStory
    copies: Counter[str] = field(default_factory=Counter)
    """How many Chats of each ``Message`` arrive in all."""
    got: dict[int, GotMessage] = field(default_factory=dict)
    """From the number of the sender's publish to its first delivery."""
    latest: int = -1
    """The highest number delivered so far."""
    out_of_order: list[GotMessage] = field(default_factory=list)
    repeated: list[GotMessage] = field(default_factory=list)
    invented: list[GotMessage] = field(default_factory=list)

    def take(self, got: GotMessage) -> None:
        """Count what is to be placed when all has been counted."""
        self.copies[got.text("Message")] += 1

    def has_all(self, got: GotMessage) -> bool:
        """Whether as many have been counted as the sender had sent like ``got`` before it came."""
        numbers = self.sender.numbers_of.get(got.text("Message"), ())
        sent = sum(self.sender.publishes[number].place < got.place for number in numbers)
        return self.copies[got.text("Message")] >= sent

    def place(self, got: GotMessage) -> None:
        """Find which of the sender's publishes ``got`` is."""
        sent = self._sent_before(got)
        fresh = [number for number in sent if number not in self.got]
        later = [number for number in fresh if number > self.latest]
        if fresh:
            self.got[(later or fresh)[0]] = got
            self.latest = max(self.latest, (later or fresh)[0])
        if fresh and not later:
            self.out_of_order.append(got)
        elif sent and not fresh:
            self.repeated.append(got)
        elif not sent:
            self.invented.append(got)

    def _sent_before(self, got: GotMessage) -> Sequence[int]:
        """Return the publishes that ``got`` may be.

        Equal messages are separate messages, and nobody can tell which of them came. So where fewer come
        than were sent, those are left out first that need not come.
        """
        numbers = self.sender.numbers_of.get(got.text("Message"), ())
        all_sent = [number for number in numbers if self.sender.publishes[number].place < got.place]
        too_many = len(numbers) - self.copies[got.text("Message")]
        if too_many <= 0:
            return all_sent
        left_out = [number for number in numbers if not self._is_owed(number)][:too_many]
        return [number for number in all_sent if number not in left_out] or all_sent

    def _is_owed(self, number: int) -> bool:
        publish = self.sender.publishes[number]
        return publish.intent == "good" and self.receiver.status < publish.place < self.receiver.leaving


def match(clients: Iterable[ClientStory], senders: Senders) -> list[Delivery]:
    """Return what each receiver got of each sender of its room."""
    found: dict[tuple[str, str], Delivery] = {}
    arrivals: list[tuple[Delivery, GotMessage]] = []
    for receiver in clients:
        for got in receiver.chats:
            deliveries = [
                found.get((sender.name, receiver.name)) or Delivery(sender, receiver)
                for sender in senders.possible(got, receiver)
                if receiver.room is not None and sender.room == receiver.room
            ]
            if deliveries:
                # Of several who have said the same under one WSID, one after the other, each said it once.
                first = next((each for each in deliveries if not each.has_all(got)), deliveries[0])
                first.take(got)
                arrivals.append((found.setdefault((first.sender.name, receiver.name), first), got))
    for delivery, got in arrivals:
        delivery.place(got)
    return list(found.values())
