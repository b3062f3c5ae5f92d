"""Rules for the greeting (STAT).

That no Status came proves nothing (O3). WSIDs are compared only while both holders are known to have been
alive.
"""

from collections.abc import Iterator

from .client_history import NEVER, ClientHistory, ReceivedMessage
from .history import History
from .violation import Violation


def status_comes_first_and_once(history: History) -> Iterator[Violation]:
    """STAT-1: the first message is Status, and there is one only."""
    allowed = "Status first, and exactly one"
    for client in history.clients.values():
        types = [got.type for got in client.got]
        # A server may refuse a room by an Error and a Close instead of a greeting (ROOM-5).
        if not types or _was_refused(client):
            continue
        if types[0] != "Status" and not _is_malformed_status(client.got[0]):
            seen = f"{client.name}'s first message is {types[0] or 'none of the protocol'}"
            yield Violation("STAT-1", client.name, client.got[0].at, allowed, seen)
        if types.count("Status") > 1:
            second = [got for got in client.got if got.type == "Status"][1]
            seen = f"{client.name} received {types.count('Status')} Status messages"
            yield Violation("STAT-1", client.name, second.at, allowed, seen)


def wsids_are_unique_among_the_living(history: History) -> Iterator[Violation]:
    """STAT-2: no two connections alive at one time have the same WSID, whatever their rooms."""
    seen: dict[str, list[ClientHistory]] = {}
    for client in history.clients.values():
        if client.status == NEVER or not client.wsid:
            continue
        # Two spans overlap if each begins before the other ends; the ends are where they are certain.
        for other in seen.setdefault(client.wsid, []):
            if client.status < _alive_until(history, other) and other.status < _alive_until(history, client):
                words = f"{other.name} and {client.name} both have {client.wsid!r}"
                yield Violation("STAT-2", client.name, client.got[0].at, "a WSID of its own", words)
        seen[client.wsid].append(client)


def _alive_until(history: History, client: ClientHistory) -> int:
    """Return the place up to which the server is known to have held a connection for alive.

    Of one that the server ended, or that did not read what there was, the end shows only later: there the
    last that it said and somebody heard, or that it heard and was said by then, is what is known.
    """
    # It ended the connection itself, and had read all before: alive up to there, whatever the server knew.
    if client.leaving == client.left and not client.paused:
        return client.left
    # Else its Status, what it was heard to say, and what it heard.
    known = [client.status]
    for delivery in history.deliveries:
        if client in (delivery.sender, delivery.receiver):
            known += [delivery.sender.publishes[number].place for number in delivery.got]
    return max(known)


def _is_malformed_status(got: ReceivedMessage) -> bool:
    """Whether it would be a Status but for its form, which is FMT-1's business."""
    return bool(got.fault) and b'"Status"' in got.payload


def _was_refused(client: ClientHistory) -> bool:
    """Whether the server may have sent why it refuses the room, instead of a greeting (ROOM-5)."""
    return client.room is None and client.status == NEVER and client.closed_by_server != NEVER


RULES = (status_comes_first_and_once, wsids_are_unique_among_the_living)
