"""All that the engine knows of the server's wire format; another chat protocol needs another such class."""

from typing import NamedTuple
from urllib.parse import quote, urlsplit, urlunsplit
from zlib import crc32

import msgspec

from hubbub.protocol.codec import BadMessageError, decode_server_message, encode_publish
from hubbub.protocol.messages import Chat, Error, Publish, Status, Userlist

_PLACE = "AA=="
"""Where the message will stand; ``encode_publish`` writes it before the author."""


class Ready(NamedTuple):
    """The server's word that the connection is a member now."""

    identity: str
    """What the server calls this connection in the messages that it sends."""


class Delivery(msgspec.Struct, frozen=True, gc=False):
    """Somebody's published text, as the server delivers it."""

    text: str
    origin: int
    """What the server says of room and sender, condensed; see ``Dialect.origin``."""


class Notice(NamedTuple):
    """Any other message that the protocol knows."""

    complaint: str | None
    """Why the server refused something; None where it is no complaint."""
    names: tuple[str, ...] | None = None
    """The names of the room's members, sorted; None where it is no list of them."""


class UnreadableError(ValueError):
    """A message that the protocol does not know."""


class Dialect:
    """Room Chat 1.0, from a client's side."""

    nameless = "unknown"
    """What lists call a member that has not published yet (NICK-3, PRES-2)."""

    def url(self, host: str, room: str) -> str:
        """Return the URL that joins ``room``; path and query of ``host`` are kept (ROOM-1)."""
        parts = urlsplit(host)
        query = f"{parts.query}&" if parts.query else ""
        return urlunsplit(parts._replace(query=f"{query}room={quote(room, safe='')}"))

    def around(self, author: str) -> tuple[bytes, bytes]:
        """Return what stands before and after the base64 of a message that ``author`` publishes (FMT-2).

        The three together are the payload of a text message.
        """
        before, after = encode_publish(Publish(_PLACE, author)).split(_PLACE.encode(), 1)
        return before, after

    def origin(self, room: str, author: str, identity: str) -> int:
        """Condense to 32 bits what a delivery must say of its room and sender (FMT-5, NICK-1)."""
        return crc32("\0".join((room, author, identity)).encode())

    def recognise(self, payload: bytes) -> Ready | Delivery | Notice:
        """Read the payload of one text message of the server.

        Raises UnreadableError where it is none of the protocol's messages.
        """
        try:
            message = decode_server_message(payload)
        except BadMessageError as error:
            raise UnreadableError(str(error)) from error
        match message:
            case Chat():
                return Delivery(message.Message, self.origin(message.Room, message.Author, message.WSID))
            case Status():
                return Ready(message.WSID)
            case Error():
                return Notice(f"{message.Code}: {message.Reason}")
            case Userlist():
                return Notice(None, tuple(sorted(user.Name for user in message.Users)))
