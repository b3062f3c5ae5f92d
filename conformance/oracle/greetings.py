"""Rules for the greeting (STAT)."""

from collections.abc import Iterator

from .client_story import NEVER, ClientStory, GotMessage
from .story import Story, Violation


def status_comes_first_and_once(story: Story) -> Iterator[Violation]:
    """STAT-1: the first message is Status, and there is one only."""
    allowed = "Status first, and exactly one"
    for client in story.clients.values():
        types = [got.type for got in client.got]
        if not types or _was_refused(client):
            continue
        if types[0] != "Status" and not _is_garbled_status(client.got[0]):
            seen = f"{client.name}'s first message is {types[0] or 'none of the protocol'}"
            yield Violation("STAT-1", client.name, client.got[0].at, allowed, seen)
        if types.count("Status") > 1:
            second = [got for got in client.got if got.type == "Status"][1]
            seen = f"{client.name} received {types.count('Status')} Status messages"
            yield Violation("STAT-1", client.name, second.at, allowed, seen)


def wsids_are_unique_among_the_living(story: Story) -> Iterator[Violation]:
    """STAT-2: no two connections alive at one time have the same WSID, whatever their rooms."""
    seen: dict[str, list[ClientStory]] = {}
    for client in story.clients.values():
        if client.status == NEVER or not client.wsid:
            continue
        for other in seen.setdefault(client.wsid, []):
            if client.status < _alive_until(story, other) and other.status < _alive_until(story, client):
                words = f"{other.name} and {client.name} both have {client.wsid!r}"
                yield Violation("STAT-2", client.name, client.got[0].at, "a WSID of its own", words)
        seen[client.wsid].append(client)


def _alive_until(story: Story, client: ClientStory) -> int:
    """Return the place up to which the server is known to have held a connection for alive.

    Of one that the server ended, or that did not read what there was, the end shows only later: there the
    last that it said and somebody heard, or that it heard and was said by then, is what is known.
    """
    if client.leaving == client.left and not client.paused:
        return client.left
    known = [client.status]
    for delivery in story.deliveries:
        if client in (delivery.sender, delivery.receiver):
            known += [delivery.sender.publishes[number].place for number in delivery.got]
    return max(known)


def _is_garbled_status(got: GotMessage) -> bool:
    """Whether it would be a Status but for its form, which is FMT-1's business."""
    return bool(got.fault) and b'"Status"' in got.payload


def _was_refused(client: ClientStory) -> bool:
    """Whether the server may have told why it refuses the room, instead of greeting (ROOM-5)."""
    return client.room is None and client.status == NEVER and client.closed_by_server != NEVER


RULES = (status_comes_first_and_once, wsids_are_unique_among_the_living)
