"""Patterns for messages of a server. Their reprs print as the code that makes them.

A pattern says what must be there; whatever else a message holds is allowed (FMT-2).

Example::

    wire.expect(bob, chat(Author="Ann"))  # any Chat by Ann
    wire.expect(bob, error(Code=one_of("bad-json", "bad-base64")))
    wire.expect(bob, userlist_of("Ann", "Ann", "unknown"))  # just these three, in any order
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol


class Matcher(Protocol):
    """Anything that can tell whether a message is meant."""

    def matches(self, document: Mapping[str, Any]) -> bool:
        """Whether ``document``, one decoded message, is meant."""


@dataclass(frozen=True, repr=False)
class MessageLike:
    """A message of this ``Type`` with at least these fields and values."""

    type: str
    fields: Mapping[str, Any]

    def matches(self, document: Mapping[str, Any]) -> bool:
        """Whether type and fields agree; a value may be a pattern of its own, see ``one_of``."""
        return document.get("Type") == self.type and all(
            name in document and _agrees(document[name], value) for name, value in self.fields.items()
        )

    def __repr__(self) -> str:
        """Return the code that makes it."""
        fields = ", ".join(f"{name}={_short(value)}" for name, value in self.fields.items())
        return f"{self.type.lower()}({fields})"


@dataclass(frozen=True, repr=False)
class OneOf:
    """Any of these values."""

    values: tuple[Any, ...]

    def agrees(self, value: Any) -> bool:
        """Whether ``value`` is among them."""
        return value in self.values

    def __repr__(self) -> str:
        """Return the code that makes it."""
        return f"one_of({', '.join(_short(value) for value in self.values)})"


@dataclass(frozen=True, repr=False)
class UserlistOf:
    """A userlist of exactly these names, as a multiset; or at least of them."""

    names: tuple[str, ...]
    exactly: bool = True

    def matches(self, document: Mapping[str, Any]) -> bool:
        """Whether the names agree."""
        if document.get("Type") != "userlist":
            return False
        listed, wanted = Counter(names_of(document)), Counter(self.names)
        return listed == wanted if self.exactly else wanted <= listed

    def __repr__(self) -> str:
        """Return the code that makes it."""
        names = ", ".join(map(repr, sorted(self.names)))
        return f"userlist_of({names})" if self.exactly else f"userlist_with({names})"


def chat(**fields: Any) -> MessageLike:
    """Return the pattern of a Chat with these fields."""
    return MessageLike("Chat", fields)


def status(**fields: Any) -> MessageLike:
    """Return the pattern of a Status with these fields."""
    return MessageLike("Status", fields)


def error(**fields: Any) -> MessageLike:
    """Return the pattern of an Error with these fields."""
    return MessageLike("Error", fields)


def userlist(**fields: Any) -> MessageLike:
    """Return the pattern of any userlist with these fields."""
    return MessageLike("userlist", fields)


def userlist_of(*names: str) -> UserlistOf:
    """Return the pattern of a userlist of exactly these names, in any order."""
    return UserlistOf(names)


def userlist_with(*names: str) -> UserlistOf:
    """Return the pattern of a userlist of at least these names."""
    return UserlistOf(names, exactly=False)


def one_of(*values: Any) -> OneOf:
    """Return the pattern of a field that has any of these values."""
    return OneOf(values)


def names_of(userlist: Mapping[str, Any]) -> list[str]:
    """Return the names that a userlist holds; rows without a string ``Name`` are FMT-10's business."""
    users = userlist.get("Users")
    rows = users if isinstance(users, list) else []
    return [row["Name"] for row in rows if isinstance(row, dict) and isinstance(row.get("Name"), str)]


def brief(message: Any) -> str:
    """Return a message (its document, or its payload where it has none) as the pattern that shows it best."""
    if not isinstance(message, dict) or not isinstance(message.get("Type"), str):
        return _short(message)
    if message["Type"] == "userlist":
        return repr(UserlistOf(tuple(names_of(message)[:_LISTED])))
    shown = {name: message[name] for name in _TELLING if name in message}
    return repr(MessageLike(message["Type"], shown))


_TELLING = ("Message", "Author", "Code", "Reason")
_LISTED = 10


def _agrees(value: Any, wanted: Any) -> bool:
    return wanted.agrees(value) if isinstance(wanted, OneOf) else bool(value == wanted)


def _short(value: Any, longest: int = 60) -> str:
    text = repr(value)
    return text if len(text) <= longest else f"{text[: longest - 14]}…({len(value)} long)"
