"""Rules for who gets what: no phantom, no leak, no duplicate, no gap, one sender's order (BCAST, BAD-3).

A loss is seen here only as a gap: a later message of the same sender arrived, an earlier one did not. A
message that is missing at the end may still have been under way; the checks wait for those (O3).

Each rule reads ``Delivery`` objects, one for each pair of a sender and a receiver in one room. In each,
every Chat stands in exactly one of: ``got`` (the first delivery of a publish), ``repeated`` and
``invented``; those in ``got`` that came behind later ones stand in ``out_of_order``, too.
"""

from collections.abc import Iterator
from itertools import pairwise

from .client_history import NEVER, ClientHistory, ReceivedMessage
from .history import History
from .matching import Delivery
from .violation import Violation

_COMPARED = 50
"""The last so many messages of a sender are held against one that it has not sent, for what it was."""
_MOST_UNLIMITED = 500
"""A sender of more may be limited, so gaps prove nothing once it received an Error (SEC-5)."""


def each_member_gets_each_chat_once(history: History) -> Iterator[Violation]:
    """BCAST-1, BCAST-2: nothing arrives twice."""
    for delivery in history.deliveries:
        for got in delivery.repeated:
            own = delivery.sender is delivery.receiver
            allowed = f"each Chat of {delivery.sender.name} once"
            seen = f"{delivery.receiver.name} received {got.text('Message')!r} once more"
            yield _violation("BCAST-2" if own else "BCAST-1", delivery.receiver, got, allowed, seen)


def nothing_is_missing_between(history: History) -> Iterator[Violation]:
    """BCAST-1, BCAST-2, BCAST-9, STAT-3: between two delivered messages none is missing that was owed."""
    for delivery in history.deliveries:
        # A sender that was limited may have had any of its later messages dropped (O6).
        missing = [] if _may_be_limited(delivery.sender) else _missing(delivery)
        if missing:
            last = delivery.got[max(delivery.got)]
            words = delivery.sender.publishes[missing[0]].message
            allowed = (
                f"every Chat that {delivery.sender.name} sent while {delivery.receiver.name} was a member"
            )
            seen = (
                f"{delivery.receiver.name} missed {len(missing)} of them, {words!r} first, and got later ones"
            )
            yield _violation(
                _requirement_of_loss(delivery, missing[0]), delivery.receiver, last, allowed, seen
            )


def one_senders_order_is_kept(history: History) -> Iterator[Violation]:
    """BCAST-4: each receiver gets one sender's Chats in the order sent."""
    for delivery in history.deliveries:
        for got in delivery.out_of_order:
            allowed = f"{delivery.sender.name}'s Chats in the order sent"
            seen = f"{delivery.receiver.name} received {got.text('Message')!r} behind later ones"
            yield _violation("BCAST-4", delivery.receiver, got, allowed, seen)


def all_members_see_one_order(history: History) -> Iterator[Violation]:
    """BCAST-5: the Chats of several senders come to all members in the same order."""
    for room in {client.room for client in history.clients.values() if client.room is not None}:
        # Two orders can differ only in what both have. The longest shares the most with the others, so it is
        # what they are compared with: n comparisons, not n squared, at the price of a few pairs unseen.
        orders = {client.name: _order(history, client) for client in history.members_of(room)}
        reference = max(orders.values(), key=len, default=[])
        rank = {key: place for place, key in enumerate(reference)}
        for name, order in orders.items():
            swapped = _swapped([key for key in order if key in rank], rank)
            if swapped:
                client = history.clients[name]
                seen = f"{name} got {swapped[0]} before {swapped[1]}, another member the other way round"
                yield _violation("BCAST-5", client, client.chats[-1], "one order for all members", seen)


def nothing_bad_goes_out(history: History) -> Iterator[Violation]:
    """BAD-3: nobody receives anything made of a bad message."""
    for delivery in history.deliveries:
        for number, got in delivery.got.items():
            if delivery.sender.publishes[number].intent == "bad":
                seen = f"{delivery.receiver.name} received {got.text('Message')[:80]!r} out of a bad message"
                yield _violation("BAD-3", delivery.receiver, got, "nothing made of a bad message", seen)


def nothing_is_invented(history: History) -> Iterator[Violation]:
    """BAD-3, BCAST-7, FMT-4, NICK-4: a Chat holds what the sender that it names has sent."""
    for delivery in history.deliveries:
        for got in delivery.invented:
            requirement = _requirement_of_invention(delivery.sender, got)
            if requirement:
                # What it may have been made of is shown beside it, so the last messages sent are compared.
                allowed = f"a Message that {delivery.sender.name} has sent"
                seen = f"{delivery.receiver.name} received {got.text('Message')[:80]!r} in its name"
                sent = [each.message for each in delivery.sender.publishes[-_COMPARED:]]
                field = ("Message", sent, got.text("Message"))
                yield Violation(requirement, delivery.receiver.name, got.at, allowed, seen, field)


def rooms_do_not_leak(history: History) -> Iterator[Violation]:
    """BCAST-3: no Chat of one room reaches a member of another."""
    rooms_of: dict[str, set[str | None]] = {}
    for client in history.clients.values():
        for sent in client.publishes:
            rooms_of.setdefault(sent.message or "", set()).add(client.room)
    for receiver in history.clients.values():
        for got in receiver.chats if receiver.room is not None else ():
            # Words are fresh in every check, so who has them from elsewhere shows where they came from. What
            # a client without a known room has said (None) may have been said anywhere.
            rooms = rooms_of.get(got.text("Message"), set())
            if rooms and None not in rooms and receiver.room not in rooms:
                seen = f"{receiver.name} received {got.text('Message')[:80]!r} of another room"
                yield _violation("BCAST-3", receiver, got, "Chats of one's own room only", seen)


def joiners_get_no_history(history: History) -> Iterator[Violation]:
    """BCAST-6: nothing that all had who were there, before a joiner began to connect, reaches it.

    What some have and others are still to get is under way, and on a busy machine that may take a while.
    """
    all_had: dict[tuple[str, int], int] = {}
    for delivery in history.deliveries:
        for number, got in delivery.got.items():
            # Only those who were members when it was sent count: a joiner that has it is what is judged.
            if delivery.receiver.status < delivery.sender.publishes[number].place:
                key = (delivery.sender.name, number)
                all_had[key] = max(all_had.get(key, got.place), got.place)
    for delivery in history.deliveries:
        for number, got in delivery.got.items():
            if all_had.get((delivery.sender.name, number), NEVER) < delivery.receiver.connecting:
                words = got.text("Message")[:80]
                seen = f"{delivery.receiver.name} received {words!r}, delivered before it came"
                yield _violation("BCAST-6", delivery.receiver, got, "no history", seen)


def _violation(
    requirement: str, client: ClientHistory, got: ReceivedMessage, allowed: str, seen: str
) -> Violation:
    return Violation(requirement, client.name, got.at, allowed, seen)


def _may_be_limited(sender: ClientHistory) -> bool:
    warned = any(got.type == "Error" for got in sender.got)
    return warned and len(sender.publishes) > _MOST_UNLIMITED


def _missing(delivery: Delivery) -> list[int]:
    receiver = delivery.receiver
    # Up to the last publish that arrived (O3), and of those the good ones (O5) inside the window (O2).
    return [
        number
        for number, sent in enumerate(delivery.sender.publishes[: max(delivery.got, default=0)])
        if number not in delivery.got
        and sent.intent == "good"
        and receiver.status < sent.place < receiver.leaving
    ]


def _requirement_of_loss(delivery: Delivery, missing: int) -> str:
    """Return the requirement that a loss breaks."""
    # From the most particular to the most general: who did not read, who lost its own, who had just come.
    if delivery.receiver.paused:
        return "BCAST-9"
    if delivery.sender is delivery.receiver:
        return "BCAST-2"
    return "STAT-3" if missing < min(delivery.got) else "BCAST-1"


def _requirement_of_invention(sender: ClientHistory, got: ReceivedMessage) -> str:
    """Return the requirement that a Chat breaks which its sender has not sent; empty where it may have."""
    before = [sent for sent in sender.sent if sent.place < got.place]
    # What cannot be read here (broken base64, an open message that is no JSON) may have become anything.
    if any(sent.intent == "open" and not sent.fields for sent in before):
        return ""
    # A bad message was sent before, and this is none of the good ones: the likeliest cause.
    if any(sent.intent == "bad" for sent in before):
        return "BAD-3"
    # A rename has no Message, so an empty Chat of one who renamed itself is made of that.
    if not got.text("Message") and any(sent.message is None for sent in before):
        return "NICK-4"
    return "BCAST-7" if sender.leaving < got.place else "FMT-4"


def _order(history: History, receiver: ClientHistory) -> list[tuple[str, int]]:
    """Return the receiver's Chats as (sender, number of its publish), in the order received."""
    own = [delivery for delivery in history.deliveries if delivery.receiver is receiver]
    places = [(got.place, (each.sender.name, number)) for each in own for number, got in each.got.items()]
    return [key for _, key in sorted(places)]


def _swapped(
    order: list[tuple[str, int]], rank: dict[tuple[str, int], int]
) -> tuple[tuple[str, int], tuple[str, int]] | None:
    """Return two neighbours of different senders that the reference has the other way round."""
    # Two messages of one sender in the wrong order are BCAST-4's, so a swap is of different senders.
    for earlier, later in pairwise(order):
        if rank[earlier] > rank[later] and earlier[0] != later[0]:
            return earlier, later
    return None


RULES = (
    each_member_gets_each_chat_once,
    nothing_is_missing_between,
    one_senders_order_is_kept,
    all_members_see_one_order,
    nothing_bad_goes_out,
    nothing_is_invented,
    rooms_do_not_leak,
    joiners_get_no_history,
)
