"""Rules for names: the Author of each Chat (NICK), and whom a userlist may show (PRES-4)."""

import re
from collections.abc import Iterator

from .client_story import NEVER, UNNAMED, ClientStory
from .story import Story, Violation

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202d\u202e\u2066-\u2069]")
_LONGEST = 64

Names = frozenset[str] | None
"""The names that a message may carry; None where anything may have become of them."""


def chats_carry_the_senders_name(story: Story) -> Iterator[Violation]:
    """NICK-1, NICK-3, NICK-4: Author is what the message says, else the connection's current name."""
    expected = {client.name: _names_of_publishes(client) for client in story.clients.values()}
    for delivery in story.deliveries:
        for number, got in delivery.got.items():
            requirement, names = expected[delivery.sender.name][number]
            author = got.document.get("Author")
            if names is not None and author not in names:
                allowed = "Author " + " or ".join(repr(name) for name in sorted(names))
                seen = f"{delivery.receiver.name} received Author {author!r} from {delivery.sender.name}"
                field = ("Author", sorted(names), author)
                yield Violation(requirement, delivery.receiver.name, got.at, allowed, seen, field)


def userlists_show_ones_own_room(story: Story) -> Iterator[Violation]:
    """PRES-4: no name is listed that only members of other rooms have used."""
    names = {client.name: _used_names(client) for client in story.clients.values()}
    for client in story.clients.values():
        if client.room is None or client.shares_its_room:
            continue
        own = {UNNAMED}.union(*(names[each.name] for each in story.members_of(client.room)))
        others = [each for each in story.clients.values() if each.room not in (None, client.room)]
        foreign = set[str]().union(*(names[each.name] for each in others)) - own
        for got in client.got:
            users = got.document.get("Users") if got.type == "userlist" else None
            listed = {row.get("Name") for row in users or () if isinstance(row, dict)} if users else set()
            for name in sorted(foreign & {each for each in listed if isinstance(each, str)}):
                seen = f"{client.name}'s userlist shows {name!r}, who is in another room"
                yield Violation("PRES-4", client.name, got.at, "members of one's own room only", seen)


def _names_of_publishes(client: ClientStory) -> list[tuple[str, Names]]:
    """Return for each publish of ``client`` the requirement that rules its Author, and what it may be."""
    current: Names = frozenset({UNNAMED})
    renamed_alone = False
    found: list[tuple[str, Names]] = []
    for sent in client.sent:
        author = sent.author
        if sent.message is not None:
            requirement = "NICK-1" if author else "NICK-4" if renamed_alone else "NICK-3"
            found.append((requirement, _carried(author, current)))
        if sent.intent == "bad":
            continue
        renamed_alone = (author is not None and sent.message is None) or (renamed_alone and author is None)
        current = _after(author, sent.intent == "good", bool(sent.fields), current)
    return found


def _carried(author: str | None, current: Names) -> Names:
    if author is None:
        return current
    if not author:
        return None if current is None else current | {""}
    return frozenset({author}) if _is_legal(author) else None


def _after(author: str | None, accepted: bool, readable: bool, current: Names) -> Names:
    """Return what the connection's current name may be behind a message."""
    if not readable:
        return None
    if author is None or (current is None and not accepted):
        return current
    if not _is_legal(author):
        return None
    if author and accepted:
        return frozenset({author})
    return None if current is None else current | {author}


def _is_legal(name: str) -> bool:
    return len(name) <= _LONGEST and not _CONTROL.search(name)


def _used_names(client: ClientStory) -> set[str]:
    return {sent.author for sent in client.sent if sent.author} if client.status != NEVER else set()


RULES = (chats_carry_the_senders_name, userlists_show_ones_own_room)
