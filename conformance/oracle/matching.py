"""Which publish each Chat is: every Chat in its place among what its sender has sent."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from conformance.oracle.client_story import ClientStory, GotMessage
from conformance.oracle.senders import Senders


@dataclass
class Delivery:
    """What one receiver got of one sender in the same room."""

    sender: ClientStory
    receiver: ClientStory
    got: dict[int, GotMessage] = field(default_factory=dict)
    """From the number of the sender's publish to its first delivery."""
    latest: int = -1
    """The highest number delivered so far."""
    out_of_order: list[GotMessage] = field(default_factory=list)
    repeated: list[GotMessage] = field(default_factory=list)
    invented: list[GotMessage] = field(default_factory=list)

    def has_all(self, got: GotMessage) -> bool:
        """Whether each publish that ``got`` may be has been delivered already."""
        numbers = self.sender.numbers_of.get(got.text("Message"), ())
        return all(
            number in self.got or self.sender.publishes[number].place > got.place for number in numbers
        )

    def place(self, got: GotMessage) -> None:
        """Find which of the sender's publishes ``got`` is."""
        numbers = self.sender.numbers_of.get(got.text("Message"), ())
        sent = [number for number in numbers if self.sender.publishes[number].place < got.place]
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


def match(clients: Iterable[ClientStory], senders: Senders) -> list[Delivery]:
    """Return what each receiver got of each sender of its room."""
    found: dict[tuple[str, str], Delivery] = {}
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
                found.setdefault((first.sender.name, receiver.name), first).place(got)
    return list(found.values())
