"""Which publish each Chat is: every Chat in its place among what its sender has sent."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from conformance.oracle.client_story import ClientStory, GotMessage


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


def match(clients: Iterable[ClientStory], by_wsid: dict[str, ClientStory]) -> list[Delivery]:
    """Return what each receiver got of each sender of its room."""
    found: dict[tuple[str, str], Delivery] = {}
    for receiver in clients:
        for got in receiver.chats:
            sender = by_wsid.get(got.text("WSID"))
            if sender is None or receiver.room is None or sender.room != receiver.room:
                continue
            key = (sender.name, receiver.name)
            found.setdefault(key, Delivery(sender, receiver)).place(got)
    return list(found.values())
