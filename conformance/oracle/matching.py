"""Which publish each Chat is: every Chat in its place among what its sender has sent.

Equal messages make this a choice, which is made in the server's favour (O4). Invariants:

- a publish is the match of at most one Chat a receiver, and of none that came before it was sent;
- a Chat of words that the sender has sent ``n`` times before is a repetition only if all ``n`` are matched;
- among equals the next one in the sender's order is taken, and an earlier one only if no later one is left;
- where fewer copies arrive than were sent, those that are not owed are taken for the missing ones.

The last needs to know how many copies arrive in all, so there are two passes: ``count``, then ``assign``.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from .client_history import ClientHistory, ReceivedMessage


@dataclass
class Delivery:
    """What one receiver got of one sender in the same room."""

    sender: ClientHistory
    receiver: ClientHistory
    copies: Counter[str] = field(default_factory=Counter)
    """How many Chats of each ``Message`` arrive in all."""
    got: dict[int, ReceivedMessage] = field(default_factory=dict)
    """From the number of the sender's publish to its first delivery."""
    latest: int = -1
    """The highest number delivered so far."""
    out_of_order: list[ReceivedMessage] = field(default_factory=list)
    repeated: list[ReceivedMessage] = field(default_factory=list)
    invented: list[ReceivedMessage] = field(default_factory=list)

    def count(self, got: ReceivedMessage) -> None:
        """Count what is to be placed when all has been counted."""
        self.copies[got.text("Message")] += 1

    def has_all(self, got: ReceivedMessage) -> bool:
        """Whether as many have been counted as the sender had sent like ``got`` before it came."""
        numbers = self.sender.numbers_of.get(got.text("Message"), ())
        sent = sum(self.sender.publishes[number].place < got.place for number in numbers)
        return self.copies[got.text("Message")] >= sent

    def assign(self, got: ReceivedMessage) -> None:
        """Find which of the sender's publishes ``got`` is."""
        sent = self._sent_before(got)
        fresh = [number for number in sent if number not in self.got]
        # Behind the latest delivery it is in order; before it, only if nothing else is left for it to be.
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

    def _sent_before(self, got: ReceivedMessage) -> Sequence[int]:
        """Return the publishes that ``got`` may be.

        Equal messages are separate messages, and nobody can tell which of them came. So where fewer come
        than were sent, those are left out first that need not come.
        """
        numbers = self.sender.numbers_of.get(got.text("Message"), ())
        all_sent = [number for number in numbers if self.sender.publishes[number].place < got.place]
        # So many of the equal ones never arrive. Taking those for them that nobody is owed keeps the others.
        too_many = len(numbers) - self.copies[got.text("Message")]
        if too_many <= 0:
            return all_sent
        left_out = [number for number in numbers if not self._is_owed(number)][:too_many]
        return [number for number in all_sent if number not in left_out] or all_sent

    def _is_owed(self, number: int) -> bool:
        publish = self.sender.publishes[number]
        return publish.intent == "good" and self.receiver.status < publish.place < self.receiver.leaving


Possible = Callable[[ReceivedMessage, ClientHistory], list[ClientHistory]]
"""Tells whom a message that a receiver got may name as its sender, the likeliest first."""


def match(clients: Iterable[ClientHistory], possible: Possible) -> list[Delivery]:
    """Return what each receiver got of each sender of its room."""
    found: dict[tuple[str, str], Delivery] = {}
    arrivals: list[tuple[Delivery, ReceivedMessage]] = []
    # First pass: to whose deliveries each Chat belongs, and how many of the same words each has.
    for receiver in clients:
        for got in receiver.chats:
            deliveries = [
                found.get((sender.name, receiver.name)) or Delivery(sender, receiver)
                for sender in possible(got, receiver)
                if receiver.room is not None and sender.room == receiver.room
            ]
            if deliveries:
                # Of several who have said the same under one WSID, one after the other, each said it once.
                first = next((each for each in deliveries if not each.has_all(got)), deliveries[0])
                first.count(got)
                arrivals.append((found.setdefault((first.sender.name, receiver.name), first), got))
    # Second pass: which publish each is, in the order of arrival at its receiver.
    for delivery, got in arrivals:
        delivery.assign(got)
    return list(found.values())
