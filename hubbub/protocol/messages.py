"""The messages of Room Chat 1.0 as frozen types; the fields bear the names they have on the wire."""

import msgspec


class Publish(msgspec.Struct, frozen=True):
    """What a client sends: a message, a new name, or both (NICK-1 to NICK-4).

    An empty ``Author`` counts as absent (NICK-6) and is never stored here.
    """

    message: str | None
    """Standard base64, passed on character for character (FMT-4); None for a rename alone."""
    author: str | None
    """The name that counts from this message on; None keeps the connection's current one."""


class Chat(msgspec.Struct, frozen=True, tag_field="Type", tag="Chat"):
    """One message as every member of the room receives it (FMT-3)."""

    Message: str
    Author: str
    Room: str
    WSID: str
    Sent: str
    """UTC, as ``YYYY-MM-DD HH:MM:SS`` (FMT-6, FMT-7)."""


class Status(msgspec.Struct, frozen=True, tag_field="Type", tag="Status"):
    """The greeting: first on a connection, once, and the start of its membership (STAT-1 to STAT-3)."""

    WSID: str


class User(msgspec.Struct, frozen=True):
    """One row of a user list."""

    Name: str


class Userlist(msgspec.Struct, frozen=True, tag_field="Type", tag="userlist"):
    """The names of a room's live members, a multiset in any order (PRES-1 to PRES-6)."""

    Users: tuple[User, ...]


class Error(msgspec.Struct, frozen=True, tag_field="Type", tag="Error"):
    """Why a message was refused; goes to the offender alone (FMT-11)."""

    Code: str
    """One of ``ErrorCode``'s values, for programs."""
    Reason: str
    """What was wrong and what to do, for people."""


ServerMessage = Chat | Status | Userlist | Error
