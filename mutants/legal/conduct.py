"""Odd but legal servers: other manners where the protocol leaves a choice."""

import asyncio
import json
import random
import re
import uuid
from itertools import count
from urllib.parse import unquote_to_bytes

from websockets.http11 import Request

from hubbub.protocol.codec import BadMessageError, ErrorCode
from hubbub.protocol.messages import Error, Publish, Userlist
from hubbub.protocol.names import NameRefusedError
from mutants.broken.delivery.rooms import raw_room
from mutants.broken.handshake.opening import ONE_ORIGIN
from mutants.broken.messages.bad_input import Untold
from mutants.machinery.registration import Registry
from reference_server.handshake import Handshake
from reference_server.parts import Parts
from reference_server.room import Member, Room, Rooms
from reference_server.session import Session
from reference_server.userlist_throttle import UserlistThrottle

MUTANTS = Registry()

REFUSED = "\0refused"
"""A room's name that no client can ask for."""

MALFORMED = re.compile("%(?![0-9A-Fa-f]{2})")
"""An escape that is none."""


# The user list.


class UnhurriedThrottle(UserlistThrottle):
    """Calls ``send`` half a second after the first change."""

    def changed(self) -> None:
        if self._timer is None:
            self._timer = self._loop.call_later(0.5, self._due)


@MUTANTS.legal("legal-coalesced-presence")
class CoalescedPresence(Room):
    """Changes of the user list are told together, twice a second at most."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._presence = UnhurriedThrottle(self._post_userlist)


@MUTANTS.legal("legal-userlists")
class ManyUserlists(Room):
    """The userlist is sent after every Chat too, and twice each time, in another order."""

    def publish(self, member: Member, message: str) -> None:
        super().publish(member, message)
        self._presence.changed()

    def _post_userlist(self) -> int:
        return super()._post_userlist() + super()._post_userlist()

    def userlist(self) -> Userlist:
        users = list(super().userlist().Users)
        random.shuffle(users)
        return Userlist(tuple(users))


@MUTANTS.legal("legal-no-presence", profile='lacks = ["presence"]\n')
class NoPresence(Room):
    """There is no user list, and it says so."""

    def _post_userlist(self) -> int:
        return 0


# Names.


@MUTANTS.legal("legal-no-nick", profile='lacks = ["nick"]\n')
class NoNick(Session):
    """An Author without Message is refused, and it says so."""

    def accept(self, publish: Publish) -> None:
        if publish.message is None:
            self.refuse(ErrorCode.BAD_MESSAGE, "send a Message")
        else:
            super().accept(publish)


def author_of(text: str) -> str | None:
    """Return the Author in a client's message, checked for nothing; None if there is none to be found."""
    try:
        author = json.loads(text).get("Author")
        str(author).encode()
    except (ValueError, AttributeError, RecursionError):
        return None
    return author if isinstance(author, str) else None


@MUTANTS.legal("legal-empty-name")
class EmptyName(Session):
    """An empty Author is taken as it is."""

    def read(self, text: str) -> Publish:
        publish = super().read(text)
        return Publish(publish.message, "") if author_of(text) == "" else publish


class AnyRoom(Handshake):
    """Takes a room's name whole, however many and whatever characters it has."""

    def room(self, request: Request) -> str:
        try:
            return super().room(request)
        except NameRefusedError:
            return self.taken_whole(raw_room(request))

    def taken_whole(self, raw: str) -> str:
        """Return the name that should be refused, as it is; raises NameRefusedError where it is no text."""
        try:
            name = unquote_to_bytes(raw.replace("+", " ")).decode()
        except UnicodeDecodeError as error:
            raise NameRefusedError("not UTF-8") from error
        if MALFORMED.search(raw):
            raise NameRefusedError("malformed escape")
        return name


@MUTANTS.legal("legal-any-name", parts=Parts(handshake=AnyRoom))
class AnyName(Session):
    """Rooms and Authors of any length and with any characters are taken as they are."""

    def read(self, text: str) -> Publish:
        try:
            return super().read(text)
        except BadMessageError as error:
            author = author_of(text)
            if error.code is not ErrorCode.BAD_NAME or author is None:
                raise
            return Publish(json.loads(text).get("Message"), author)


class RefusingRoom(Rooms):
    """The base of servers that take every handshake, and close those with an odd room's name."""

    says_status = False

    def join(self, name: str, member: Member) -> Room:
        if name != REFUSED:
            return super().join(name, member)
        lone = self._new_room(name)
        if self.says_status:
            lone.greet(member)
        if isinstance(member, Session):
            asyncio.get_running_loop().call_soon(member.connection.close, 1008, "no such room")
        return lone

    def leave(self, room: Room, member: Member) -> None:
        if room.name != REFUSED:
            super().leave(room, member)


class UnrefusingHandshake(Handshake):
    """Lets everybody in, and names a room that is none for those that should be refused."""

    def room(self, request: Request) -> str:
        try:
            return super().room(request)
        except NameRefusedError:
            return REFUSED


@MUTANTS.legal("legal-room-1008", parts=Parts(handshake=UnrefusingHandshake))
class RefusedBeforeStatus(RefusingRoom):
    """A room's name that is refused is so by close 1008, before a Status."""


@MUTANTS.legal("legal-room-1008-late", parts=Parts(handshake=UnrefusingHandshake))
class RefusedAfterStatus(RefusingRoom):
    """A room's name that is refused is so by close 1008, after the Status."""

    says_status = True


# WSIDs.


@MUTANTS.legal("legal-wsid-number")
class NumberWsid(Session):
    """WSIDs are numbers that count up."""

    _numbers = count(1)

    def new_wsid(self) -> str:
        return str(next(self._numbers))


@MUTANTS.legal("legal-wsid-emoji")
class EmojiWsid(Session):
    """WSIDs are long, and hold emoji, quotes and markup."""

    def new_wsid(self) -> str:
        return f'"\U0001f375" <b>&</b> \\ {uuid.uuid4()} ' + "=" * 100


# Bad input.


@MUTANTS.legal("legal-silent")
class Silent(Untold):
    """A bad message is ignored in silence."""


@MUTANTS.legal("legal-close-1008")
class ClosingAll(Session):
    """A bad message closes its sender's connection with 1008."""

    def refuse(self, code: ErrorCode, reason: str) -> None:
        self.connection.close(1008, f"{code}: {reason}"[:100])


@MUTANTS.legal("legal-close-by-kind")
class ClosingByKind(Session):
    """A bad message closes its sender's connection: a binary one with 1003, others with 1007."""

    def refuse(self, code: ErrorCode, reason: str) -> None:
        del reason
        self.connection.close(1003 if code is ErrorCode.BINARY else 1007, "")

    def tell(self, error: Error) -> None:
        self.connection.close(1013, error.Reason[:100])


@MUTANTS.legal("legal-strict")
class StrictFields(Session):
    """A message with any other field than Type, Message and Author is refused, and so are empty strings."""

    def read(self, text: str) -> Publish:
        publish = super().read(text)
        fields = json.loads(text)
        if fields.keys() - {"Type", "Message", "Author"} or "" in fields.values():
            raise BadMessageError(ErrorCode.BAD_MESSAGE, "send Message and Author, and nothing else")
        return publish


@MUTANTS.legal("legal-strict-close-1008")
class StrictClosing(StrictFields, ClosingAll):
    """A message with other fields than Type, Message and Author closes its connection with 1008."""


# What an operator may declare.


MUTANTS.configured(
    "legal-small-limit",
    "A message may have 40 KiB, and it says so.",
    profile="[limits]\nmessage = 40960\n",
    max_message=40960,
)
MUTANTS.configured(
    "legal-hasty",
    "A member is disconnected as soon as it is 1 MiB behind, and a Ping comes every second.",
    max_backlog=1 << 20,
    ping_interval=1.0,
)
MUTANTS.configured(
    "legal-one-origin",
    "Pages of one Origin are let in, and it says so.",
    profile=ONE_ORIGIN["profile"],
    **ONE_ORIGIN["settings"],
)
