"""Servers that a bad message breaks, or that take it for a good one (BAD)."""

import json
import os
from http import HTTPStatus
from typing import Any

import msgspec
from websockets.http11 import Request
from websockets.server import ServerProtocol

from hubbub.protocol.codec import BadMessageError, ErrorCode
from hubbub.protocol.messages import Error, Publish
from mutants.machinery.registration import Registry
from reference_server.handshake import Answer, Handshake
from reference_server.parts import Parts
from reference_server.room import Member, Room
from reference_server.session import Session
from reference_server.wire.shared_frames import Batch, Outgoing

MUTANTS = Registry()


# BAD-1: how a refusal may look.


@MUTANTS.broken("bad-1011", "BAD-1")
class InternalError(Session):
    """Every bad message ends in close 1011, an unhandled exception."""

    def refuse(self, code: ErrorCode, reason: str) -> None:
        del code
        self.connection.close(1011, reason[:100])


@MUTANTS.broken("bad-1000", "BAD-1")
class NormalClosure(Session):
    """Every bad message ends in close 1000, as if all had been well."""

    def refuse(self, code: ErrorCode, reason: str) -> None:
        del code, reason
        self.connection.close(1000, "")


@MUTANTS.broken("bad-cut-off", "BAD-1")
class CutOff(Session):
    """Every bad message ends in a bare TCP end: the handler's exception closes the transport."""

    def refuse(self, code: ErrorCode, reason: str) -> None:
        raise RuntimeError(f"{code}: {reason}")


@MUTANTS.broken("bad-dies", "BAD-1")
class Dying(Session):
    """A bad message ends the whole process."""

    def refuse(self, code: ErrorCode, reason: str) -> None:
        del code, reason
        os._exit(1)


@MUTANTS.broken("json-unguarded", "BAD-1")
class UnguardedJson(Session):
    """What Python's json cannot read, deep nesting and long integers among it, ends in a bare TCP end."""

    def read(self, text: str) -> Publish:
        json.loads(text)
        return super().read(text)


@MUTANTS.broken("fields-unguarded", "BAD-1")
class UnguardedFields(Session):
    """What is no object, or has fields of other types, ends in a bare TCP end."""

    def refuse(self, code: ErrorCode, reason: str) -> None:
        if code is ErrorCode.BAD_MESSAGE:
            raise TypeError(reason)
        super().refuse(code, reason)


@MUTANTS.broken("binary-unguarded", "BAD-1")
class UnguardedBinary(Session):
    """A binary message ends in a bare TCP end."""

    def refuse(self, code: ErrorCode, reason: str) -> None:
        if code is ErrorCode.BINARY:
            raise TypeError(reason)
        super().refuse(code, reason)


# BAD-2: bystanders.


@MUTANTS.broken("bad-ends-room", "BAD-2")
class EndingRoom(Session):
    """A bad message closes the connections of all members of the room."""

    def refuse(self, code: ErrorCode, reason: str) -> None:
        super().refuse(code, reason)
        for member in tuple(self.room.members.values()):
            if isinstance(member, Session) and member is not self:
                member.connection.close(1008, reason[:100])


@MUTANTS.broken("bad-ends-others", "BAD-2")
class EndingOthers(Session):
    """A bad message closes the connections of the members of all other rooms."""

    def refuse(self, code: ErrorCode, reason: str) -> None:
        super().refuse(code, reason)
        rooms = [room for room in self.rooms.by_name.values() if room is not self.room]
        for member in [member for room in rooms for member in room.members.values()]:
            if isinstance(member, Session):
                member.connection.close(1008, reason[:100])


class DeafRoom(Room):
    """A room that can be made to say nothing more."""

    is_deaf = False

    def deliver(self, member: Member, batch: Batch) -> None:
        if not self.is_deaf:
            super().deliver(member, batch)


@MUTANTS.broken("bad-silences-room", "BAD-2", parts=Parts(room=DeafRoom))
class SilencingRoom(Session):
    """After a bad message the room's sender has crashed: all stay connected, and nobody hears a thing."""

    def refuse(self, code: ErrorCode, reason: str) -> None:
        super().refuse(code, reason)
        if isinstance(self.room, DeafRoom):
            self.room.is_deaf = True


# BAD-3: bad messages taken for good ones.


@MUTANTS.broken("bad-told-to-all", "BAD-3")
class ToldToAll(Session):
    """The room hears of every bad message, by an Error."""

    def tell(self, error: Error) -> None:
        self.room.post(Outgoing(self.room.encode(error)))


@MUTANTS.broken("bad-as-text", "BAD-3")
class BadAsText(Session):
    """What is no message is broadcast as if it had been the Message of one."""

    def refuse(self, code: ErrorCode, reason: str) -> None:
        del code, reason
        self.room.publish(self, "")


class Lenient(Session):
    """The base of servers that read messages as Python's json does, with no look at what they hold."""

    def read(self, text: str) -> Publish:
        try:
            return self.lenient(text)
        except (ValueError, RecursionError, TypeError, AttributeError, msgspec.ValidationError):
            return super().read(text)

    def lenient(self, text: str) -> Publish:
        """Return what the client may have meant; raises what json and the like raise."""
        return self.taken(json.loads(text))

    def taken(self, fields: dict[str, Any]) -> Publish:
        """Return what ``fields`` ask for; raises ValidationError for fields of wrong types."""
        self.vouch(fields)
        asked = {"message": fields.get("Message"), "author": fields.get("Author")}
        if asked == {"message": None, "author": None}:
            raise BadMessageError(ErrorCode.BAD_MESSAGE, "nothing in it")
        return msgspec.convert(asked, Publish)

    def vouch(self, fields: dict[str, Any]) -> None:
        """Refuse, as the reference server does, whatever json made of the text."""
        super().read(json.dumps(fields, ensure_ascii=False))


@MUTANTS.broken("json-lenient", "BAD-3")
class LenientJson(Lenient):
    """JSON is read as Python reads it: NaN, Infinity, lone surrogates and duplicate names pass."""

    def vouch(self, fields: dict[str, Any]) -> None:
        known = {name: fields[name] for name in ("Message", "Author", "Type") if name in fields}
        Session.read(self, json.dumps(known, ensure_ascii=False).encode(errors="replace").decode())

    def taken(self, fields: dict[str, Any]) -> Publish:
        publish = super().taken(fields)
        author = publish.author and publish.author.encode(errors="replace").decode()
        return msgspec.structs.replace(publish, author=author)


@MUTANTS.broken("base64-lenient", "BAD-3")
class LenientBase64(Lenient):
    """A Message is not looked at, so it may hold what is no base64."""

    def vouch(self, fields: dict[str, Any]) -> None:
        super().vouch(fields | {"Message": ""} if isinstance(fields.get("Message"), str) else fields)


@MUTANTS.broken("type-lenient", "BAD-3")
class LenientType(Lenient):
    """A client's Type is not looked at."""

    def vouch(self, fields: dict[str, Any]) -> None:
        super().vouch({name: value for name, value in fields.items() if name != "Type"})


@MUTANTS.broken("type-refused", "FMT-8")
class TypeRefused(Session):
    """Any Type of a client is refused, ``Chat`` too."""

    def read(self, text: str) -> Publish:
        if '"Type"' in text:
            raise BadMessageError(ErrorCode.BAD_MESSAGE, "a client's message has no Type")
        return super().read(text)


@MUTANTS.broken("numbers-as-text", "BAD-3")
class NumbersAsText(Lenient):
    """A Message or Author of a wrong type is turned into a string."""

    def taken(self, fields: dict[str, Any]) -> Publish:
        texts = {name: str(fields[name]) for name in ("Message", "Author") if name in fields}
        return Publish(texts.get("Message"), texts.get("Author"))


@MUTANTS.broken("nothing-as-text", "BAD-3")
class NothingAsText(Lenient):
    """An object with neither Message nor Author is an empty Chat."""

    def taken(self, fields: dict[str, Any]) -> Publish:
        if not fields.keys() & {"Message", "Author"}:
            return Publish("", None)
        return super().taken(fields)


@MUTANTS.broken("mark-lenient", "BAD-3")
class LenientMark(Lenient):
    """A byte-order mark before a message is passed over."""

    def lenient(self, text: str) -> Publish:
        return super().lenient(text.removeprefix("\ufeff"))


@MUTANTS.broken("rest-lenient", "BAD-3")
class LenientRest(Lenient):
    """Only the first JSON object of a message is read, whatever follows it."""

    def lenient(self, text: str) -> Publish:
        fields, _end = json.JSONDecoder().raw_decode(text)
        return self.taken(fields)


@MUTANTS.broken("binary-lenient", "BAD-3")
class LenientBinary(Session):
    """A binary message is read like a text one."""

    def receive(self, payload: bytes, *, is_text: bool) -> None:
        del is_text
        super().receive(payload, is_text=True)


@MUTANTS.broken("type-spoken", "BAD-3")
class SpokenType(Session):
    """A client's message with another Type than Chat is broadcast as it is, so anybody can send a Status."""

    def receive(self, payload: bytes, *, is_text: bool) -> None:
        try:
            kind = json.loads(payload).get("Type", "Chat")
        except (ValueError, AttributeError, RecursionError):
            kind = "Chat"
        if kind == "Chat":
            super().receive(payload, is_text=is_text)
        else:
            self.room.post(Outgoing(payload))


# BAD-4: newcomers.


class ClosableHandshake(Handshake):
    """A door that the first bad message shuts."""

    is_shut = False

    def answer(self, protocol: ServerProtocol, request: Request) -> Answer:
        if ClosableHandshake.is_shut:
            return Answer(protocol.reject(HTTPStatus.SERVICE_UNAVAILABLE, "worker lost\n"))
        return super().answer(protocol, request)


@MUTANTS.broken("bad-shuts-door", "BAD-4", parts=Parts(handshake=ClosableHandshake))
class ShuttingDoor(Session):
    """After a bad message nobody new gets in."""

    def refuse(self, code: ErrorCode, reason: str) -> None:
        super().refuse(code, reason)
        ClosableHandshake.is_shut = True


# BAD-5, BAD-6: the offender.


@MUTANTS.broken("bad-mutes", "BAD-5")
class Muting(Session):
    """Who sent one bad message is not heard any more."""

    _is_muted = False

    def refuse(self, code: ErrorCode, reason: str) -> None:
        super().refuse(code, reason)
        self._is_muted = True

    def accept(self, publish: Publish) -> None:
        if not self._is_muted:
            super().accept(publish)


@MUTANTS.broken("bad-mutes-in-the-end", "BAD-5")
class MutingInTheEnd(Session):
    """Who sent forty bad messages is not heard any more, and not told so."""

    _refused = 0

    def refuse(self, code: ErrorCode, reason: str) -> None:
        super().refuse(code, reason)
        self._refused += 1

    def accept(self, publish: Publish) -> None:
        if self._refused < 40:
            super().accept(publish)


@MUTANTS.broken("bad-lingers", "BAD-5")
class Lingering(Session):
    """A bad message goes out with the next good one."""

    _kept = 0

    def refuse(self, code: ErrorCode, reason: str) -> None:
        super().refuse(code, reason)
        self._kept += 1

    def accept(self, publish: Publish) -> None:
        for _ in range(self._kept):
            super().accept(publish)
        self._kept = 0
        super().accept(publish)


@MUTANTS.broken("bad-half-done", "BAD-5")
class HalfDone(Session):
    """The Author of a message counts even if its Message is bad."""

    def read(self, text: str) -> Publish:
        try:
            return super().read(text)
        except BadMessageError:
            self._take_name(text)
            raise

    def _take_name(self, text: str) -> None:
        try:
            author = json.loads(text).get("Author")
        except (ValueError, AttributeError, RecursionError):
            return
        if isinstance(author, str) and author and author.isprintable():
            self.room.rename(self, author)


@MUTANTS.broken("bad-untold", "BAD-6")
class Untold(Session):
    """A bad message is ignored in silence."""

    def refuse(self, code: ErrorCode, reason: str) -> None:
        """Say nothing."""
