"""Whom a Chat names: a WSID is unique among the living only, and may be given again (STAT-2).

Holders of one WSID, one after the other, are distinguished by what they have said, and by when they had it.
"""

from collections.abc import Iterable

from .client_history import ClientHistory, ReceivedMessage


class Senders:
    """The clients by the WSID of their Status."""

    def __init__(self, clients: Iterable[ClientHistory]) -> None:
        self._holders: dict[str, list[ClientHistory]] = {}
        for client in clients:
            if client.wsid:
                self._holders.setdefault(client.wsid, []).append(client)

    def of(self, got: ReceivedMessage, receiver: ClientHistory) -> ClientHistory | None:
        """Return the likeliest of those whom ``got`` may name; None where it names nobody."""
        return next(iter(self.possible(got, receiver)), None)

    def possible(self, got: ReceivedMessage, receiver: ClientHistory) -> list[ClientHistory]:
        """Return whom ``got`` may name, the likeliest first: who has said just this, else who came last."""
        holders = self._holders.get(got.text("WSID"), [])
        # The usual case: a WSID that was given once.
        if len(holders) < 2:
            return holders
        # A holder may be heard before the harness has read its Status, but not before it came.
        came = [each for each in holders if each.connecting < got.place] or holders[:1]
        came.sort(key=lambda each: (each.room == receiver.room, each.connecting), reverse=True)
        # One's own room before others, and the latest before the earlier ones; who said it decides.
        said = [each for each in came if _has_said(each, got)]
        # What nobody has said may have been made of what is no good message.
        return said or [each for each in came if _has_said_no_good(each, got)] or came[:1]


def _has_said(client: ClientHistory, got: ReceivedMessage) -> bool:
    numbers = client.numbers_of.get(got.text("Message"), ())
    return any(client.publishes[number].place < got.place for number in numbers)


def _has_said_no_good(client: ClientHistory, got: ReceivedMessage) -> bool:
    return any(sent.intent != "good" for sent in client.sent if sent.place < got.place)
