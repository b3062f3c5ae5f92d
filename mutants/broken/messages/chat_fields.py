"""Servers that put the wrong things beside a Message, or believe what a client claims (FMT-5 to FMT-9)."""

import json
import secrets
import time
from typing import Any
from urllib.parse import quote

import msgspec

from hubbub.protocol.messages import Chat, Publish
from mutants.broken.messages.server_messages import ChangedChat, fields_of
from mutants.machinery.registration import Registry
from reference_server.log import Log
from reference_server.parts import Parts
from reference_server.room import Member, Room, Rooms
from reference_server.session import ClientConnection, Session
from reference_server.wire.shared_frames import Batch, Outgoing

MUTANTS = Registry()


@MUTANTS.broken("room-escaped", "FMT-5")
class EscapedRoom(ChangedChat):
    """A Chat names its room with percent escapes."""

    def changed(self, chat: Chat) -> Chat:
        return msgspec.structs.replace(chat, Room=quote(chat.Room, safe=""))


@MUTANTS.broken("room-lowered", "FMT-5")
class LoweredRoom(ChangedChat):
    """A Chat names its room in lower case."""

    def changed(self, chat: Chat) -> Chat:
        return msgspec.structs.replace(chat, Room=chat.Room.lower())


@MUTANTS.broken("wsid-fresh", "FMT-5")
class FreshWsid(ChangedChat):
    """Each Chat has a WSID of its own."""

    def changed(self, chat: Chat) -> Chat:
        return msgspec.structs.replace(chat, WSID=secrets.token_urlsafe(12))


@MUTANTS.broken("wsid-of-receiver", "FMT-5")
class ReceiverWsid(Room):
    """A Chat bears the WSID of who receives it."""

    def deliver(self, member: Member, batch: Batch) -> None:
        member.write(Batch([self._for(member, message) for message in batch.messages]).frames(member.window))

    def _for(self, member: Member, message: Outgoing) -> Outgoing:
        if message.chat is None:
            return message
        return Outgoing(self.encode(msgspec.structs.replace(message.chat, WSID=member.wsid)))


class OtherTime(Room):
    """The base of servers that write another ``Sent``."""

    format = "%Y-%m-%d %H:%M:%S"

    def now(self) -> time.struct_time:
        return time.gmtime()

    def sent(self) -> str:
        return time.strftime(self.format, self.now())


@MUTANTS.broken("sent-iso", "FMT-6")
class IsoTime(OtherTime):
    """Sent is in the form of ISO 8601."""

    format = "%Y-%m-%dT%H:%M:%SZ"


@MUTANTS.broken("sent-minutes-for-months", "FMT-6")
class MinutesForMonths(OtherTime):
    """Sent has minutes where the month should be."""

    format = "%Y-%M-%d %H:%m:%S"

    def now(self) -> time.struct_time:
        now = super().now()
        return time.struct_time((*now[:4], now.tm_min if now.tm_min > 12 else 59, *now[5:]))


@MUTANTS.broken("sent-number", "FMT-6")
class EpochTime(OtherTime):
    """Sent is the number of seconds since 1970."""

    format = "%s"


@MUTANTS.broken("sent-12-hours", "FMT-6")
class TwelveHours(OtherTime):
    """Sent has a twelve-hour clock."""

    format = "%Y-%m-%d %I:%M:%S %p"


@MUTANTS.broken("sent-local", "FMT-7")
class LocalTime(OtherTime):
    """Sent is in the server's own time zone, an hour ahead of UTC."""

    def now(self) -> time.struct_time:
        return time.gmtime(time.time() + 3600)


@MUTANTS.broken("sent-back", "FMT-7")
class BackwardTime(OtherTime):
    """Sent goes back now and then, as a clock that is set does."""

    _calls = 0

    def now(self) -> time.struct_time:
        self._calls += 1
        return time.gmtime(time.time() - 3 * (self._calls % 2))


class Trusting(Session):
    """The base of servers that keep a whole client message and use more of it than they should."""

    def __init__(self, connection: ClientConnection, rooms: Rooms, room: str, log: Log) -> None:
        self.claims: dict[str, Any] = {}
        super().__init__(connection, rooms, room, log)

    def read(self, text: str) -> Publish:
        publish = super().read(text)
        self.claims = json.loads(text)
        return publish


class TrustingRoom(Room):
    """The base of rooms that let a client's fields stand."""

    trusted = ""

    def chat(self, member: Member, message: str) -> Chat:
        chat = super().chat(member, message)
        claims = member.claims if isinstance(member, Trusting) else {}
        return (
            msgspec.structs.replace(chat, **{self.trusted: claims[self.trusted]})
            if self.trusted in claims
            else chat
        )


@MUTANTS.broken("forged-wsid", "FMT-8", parts=Parts(session=Trusting))
class TrustedWsid(TrustingRoom):
    """A client's WSID field is passed on, so anybody can speak as another."""

    trusted = "WSID"


@MUTANTS.broken("forged-room", "FMT-8", parts=Parts(session=Trusting))
class TrustedRoom(TrustingRoom):
    """A client's Room field is passed on."""

    trusted = "Room"


@MUTANTS.broken("forged-sent", "FMT-8", parts=Parts(session=Trusting))
class TrustedSent(TrustingRoom):
    """A client's Sent field is passed on."""

    trusted = "Sent"


@MUTANTS.broken("fields-passed-on", "FMT-9", parts=Parts(session=Trusting))
class PassingOnRoom(Room):
    """Whatever further fields a client sends reach everybody."""

    def publish(self, member: Member, message: str) -> None:
        claims = member.claims if isinstance(member, Trusting) else {}
        self.post(Outgoing(json.dumps(claims | fields_of(self.chat(member, message))).encode()))


@MUTANTS.broken("fields-crash", "FMT-9")
class CrashingOnFields(Session):
    """A message with an unknown field that Python cannot parse ends in a crash."""

    def read(self, text: str) -> Publish:
        json.loads(text)
        return super().read(text)
