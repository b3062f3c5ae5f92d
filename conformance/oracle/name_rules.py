"""Rules for names: the Author of each Chat (NICK), and whom a userlist may show (PRES-4).

A connection's name is followed message by message as a *set* of what it may be: one name after a good
message, more after one that may or may not have been taken, and None, which allows any, after one that
nobody can read or whose name a server may change (a control character, more than 64 characters).
"""

import re
from collections.abc import Iterator

from .client_history import NEVER, UNNAMED, ClientHistory
from .history import History
from .violation import Violation

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202d\u202e\u2066-\u2069]")
_LONGEST = 64

Names = frozenset[str] | None
"""The names that a message may carry; None where anything may have become of them."""


def chats_carry_the_senders_name(history: History) -> Iterator[Violation]:
    """NICK-1, NICK-3, NICK-4: Author is what the message says, else the connection's current name."""
    expected = {client.name: _names_of_publishes(client) for client in history.clients.values()}
    for delivery in history.deliveries:
        for number, got in delivery.got.items():
            requirement, names = expected[delivery.sender.name][number]
            author = got.document.get("Author")
            if names is not None and author not in names:
                allowed = "Author " + " or ".join(repr(name) for name in sorted(names))
                seen = f"{delivery.receiver.name} received Author {author!r} from {delivery.sender.name}"
                field = ("Author", sorted(names), author)
                yield Violation(requirement, delivery.receiver.name, got.at, allowed, seen, field)


def userlists_show_ones_own_room(history: History) -> Iterator[Violation]:
    """PRES-4: no name is listed that only members of other rooms have used."""
    names = {client.name: _used_names(client) for client in history.clients.values()}
    for client in history.clients.values():
        if client.room is None or client.shares_its_room:
            continue
        # A name is foreign if members of other rooms have used it and none of this room has, at any time: a
        # name that both have used proves nothing, nor does one that nobody in the transcript has.
        own = {UNNAMED}.union(*(names[each.name] for each in history.members_of(client.room)))
        others = [each for each in history.clients.values() if each.room not in (None, client.room)]
        foreign = set[str]().union(*(names[each.name] for each in others)) - own
        for got in client.got:
            users = got.document.get("Users") if got.type == "userlist" else None
            listed = {row.get("Name") for row in users or () if isinstance(row, dict)} if users else set()
            for name in sorted(foreign & {each for each in listed if isinstance(each, str)}):
                seen = f"{client.name}'s userlist shows {name!r}, who is in another room"
                yield Violation("PRES-4", client.name, got.at, "members of one's own room only", seen)


def _names_of_publishes(client: ClientHistory) -> list[tuple[str, Names]]:
    """Return for each publish of ``client`` the requirement that rules its Author, and what it may be."""
    current: Names = frozenset({UNNAMED})
    renamed_alone = False
    found: list[tuple[str, Names]] = []
    for sent in client.sent:
        author = sent.author
        if sent.message is not None:
            requirement = "NICK-1" if author else "NICK-4" if renamed_alone else "NICK-3"
            found.append((requirement, _expected_authors(author, current)))
        # A bad message changes nothing, its name included (BAD-3).
        if sent.intent == "bad":
            continue
        renamed_alone = (author is not None and sent.message is None) or (renamed_alone and author is None)
        current = _names_after(author, sent.intent == "good", bool(sent.fields), current)
    return found


def _expected_authors(author: str | None, current: Names) -> Names:
    if author is None:
        return current
    # An empty Author may be taken for a name or for none at all (NICK-3).
    if not author:
        return None if current is None else current | {""}
    return frozenset({author}) if _is_legal(author) else None


def _names_after(author: str | None, accepted: bool, readable: bool, current: Names) -> Names:
    """Return what the connection's current name may be behind a message."""
    if not readable:
        return None  # the server may have read it otherwise, a name in it too
    if author is None or (current is None and not accepted):
        return current
    if not _is_legal(author):
        return None
    if author and accepted:
        return frozenset({author})
    # It may have been taken, or not: both names are possible from here on.
    return None if current is None else current | {author}


def _is_legal(name: str) -> bool:
    return len(name) <= _LONGEST and not _CONTROL.search(name)


def _used_names(client: ClientHistory) -> set[str]:
    return {sent.author for sent in client.sent if sent.author} if client.status != NEVER else set()


RULES = (chats_carry_the_senders_name, userlists_show_ones_own_room)
