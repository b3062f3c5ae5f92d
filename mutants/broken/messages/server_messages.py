"""Servers whose messages are not what they should be: JSON, fields, payloads, Errors (FMT)."""

import base64
import json
from typing import Any

import msgspec

from hubbub.protocol.codec import ErrorCode, encode_server_message
from hubbub.protocol.messages import Chat, Error, ServerMessage
from mutants.machinery.outgoing_frames import Frame, RewritingConnection
from mutants.machinery.registration import Registry
from reference_server.room import Member, Room
from reference_server.session import Session
from reference_server.wire.shared_frames import Outgoing, text_frame

MUTANTS = Registry()


def fields_of(message: ServerMessage) -> dict[str, Any]:
    """Return the message as the JSON object that it is on the wire."""
    fields: dict[str, Any] = json.loads(encode_server_message(message))
    return fields


class ChangedFields(Room):
    """The base of servers that send other fields than they should."""

    def encode(self, message: ServerMessage) -> bytes:
        return json.dumps(self.changed(fields_of(message)), ensure_ascii=False).encode()

    def changed(self, fields: dict[str, Any]) -> dict[str, Any]:
        """Return what goes out instead of ``fields``."""
        raise NotImplementedError


class ChangedChat(Room):
    """The base of servers whose Chats say something else than was said."""

    def chat(self, member: Member, message: str) -> Chat:
        return self.changed(super().chat(member, message))

    def changed(self, chat: Chat) -> Chat:
        """Return what goes out instead of ``chat``."""
        raise NotImplementedError


# FMT-1: strict JSON in text messages.


@MUTANTS.broken("json-in-binary", "FMT-1")
class BinaryConnection(RewritingConnection):
    """Messages go out as binary ones."""

    def rewrite(self, frame: Frame) -> Frame:
        return frame.but(first=frame.first ^ 0x03) if frame.is_text else frame


@MUTANTS.broken("json-nan", "FMT-1")
class NanRoom(ChangedFields):
    """Chats have a further field that is NaN."""

    def changed(self, fields: dict[str, Any]) -> dict[str, Any]:
        return fields | {"Score": float("nan")}


@MUTANTS.broken("json-duplicate-names", "FMT-1")
class DuplicateNameRoom(Room):
    """Each object names its Type twice."""

    def encode(self, message: ServerMessage) -> bytes:
        return super().encode(message)[:-1] + b',"Type":"Chat"}'


@MUTANTS.broken("json-byte-order-mark", "FMT-1")
class MarkedRoom(Room):
    """Messages begin with a byte-order mark."""

    def encode(self, message: ServerMessage) -> bytes:
        return b"\xef\xbb\xbf" + super().encode(message)


@MUTANTS.broken("json-lone-surrogates", "FMT-1")
class SurrogateRoom(Room):
    """A Chat holds an emoji of which only one half was escaped: a lone surrogate."""

    def encode(self, message: ServerMessage) -> bytes:
        fields = fields_of(message)
        if isinstance(message, Chat):
            fields["Mood"] = "\ud83d"
        return json.dumps(fields).encode()


@MUTANTS.broken("json-nul", "FMT-1")
class NulRoom(Room):
    """Messages are followed by a NUL, as C strings are."""

    def encode(self, message: ServerMessage) -> bytes:
        return super().encode(message) + b"\0"


@MUTANTS.broken("json-two-objects", "FMT-1")
class JoinedRoom(Room):
    """A Chat is followed by a second object in the same message."""

    def encode(self, message: ServerMessage) -> bytes:
        return super().encode(message) + (b'\n{"Type":"Chat"}' if isinstance(message, Chat) else b"")


@MUTANTS.broken("json-latin-1", "FMT-1")
class Latin1Room(Room):
    """Messages are in Latin-1 wherever that can be."""

    def encode(self, message: ServerMessage) -> bytes:
        text = super().encode(message).decode()
        return text.encode("latin-1" if all(char < "\u0100" for char in text) else "utf-8")


@MUTANTS.broken("json-in-array", "FMT-1")
class ArrayRoom(Room):
    """Messages are wrapped in an array, as batches are."""

    def encode(self, message: ServerMessage) -> bytes:
        return b"[" + super().encode(message) + b"]"


@MUTANTS.broken("type-missing", "FMT-1")
class TypelessRoom(ChangedFields):
    """A Chat has no Type."""

    def changed(self, fields: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in fields.items() if value != "Chat"}


# FMT-2, FMT-3, FMT-10: the fields that each Type has.


@MUTANTS.broken("type-unknown", "FMT-2")
class AnnouncingRoom(Room):
    """Arrivals are announced by a message of a Type that the protocol does not have."""

    def join(self, member: Member) -> None:
        super().join(member)
        self.post(Outgoing(b'{"Type":"Joined","WSID":"' + member.wsid.encode() + b'"}'))


@MUTANTS.broken("type-capitalised", "FMT-2")
class CapitalRoom(ChangedFields):
    """The userlist's Type is ``Userlist``."""

    def changed(self, fields: dict[str, Any]) -> dict[str, Any]:
        return fields | {"Type": fields["Type"].capitalize()}


@MUTANTS.broken("wsid-number", "FMT-2")
class NumberedRoom(ChangedFields):
    """A Status has a number for a WSID."""

    def changed(self, fields: dict[str, Any]) -> dict[str, Any]:
        return fields | {"WSID": 7} if fields["Type"] == "Status" else fields


@MUTANTS.broken("chat-without-wsid", "FMT-3")
class WsidlessRoom(ChangedFields):
    """A Chat does not say whose it is."""

    def changed(self, fields: dict[str, Any]) -> dict[str, Any]:
        if fields["Type"] == "Chat":
            del fields["WSID"]
        return fields


@MUTANTS.broken("chat-without-sent", "FMT-3")
class TimelessRoom(ChangedFields):
    """A Chat does not say when it was sent."""

    def changed(self, fields: dict[str, Any]) -> dict[str, Any]:
        fields.pop("Sent", None)
        return fields


@MUTANTS.broken("chat-null-author", "FMT-3")
class NullAuthorRoom(ChangedFields):
    """The Author of a Chat is null until its sender has a name."""

    def changed(self, fields: dict[str, Any]) -> dict[str, Any]:
        return fields | {"Author": None} if fields.get("Author") == "unknown" else fields


@MUTANTS.broken("users-as-strings", "FMT-10")
class StringUsersRoom(ChangedFields):
    """Users is an array of names, not of objects."""

    def changed(self, fields: dict[str, Any]) -> dict[str, Any]:
        return fields | {"Users": [user["Name"] for user in fields["Users"]]} if "Users" in fields else fields


@MUTANTS.broken("users-null-name", "FMT-10")
class NullNameRoom(ChangedFields):
    """A nameless member is listed with the name null."""

    def changed(self, fields: dict[str, Any]) -> dict[str, Any]:
        for user in fields.get("Users", ()):
            if user["Name"] == "unknown":
                user["Name"] = None
        return fields


@MUTANTS.broken("users-as-object", "FMT-10")
class ObjectUsersRoom(ChangedFields):
    """Users is an object, a property for each name."""

    def changed(self, fields: dict[str, Any]) -> dict[str, Any]:
        return (
            fields | {"Users": {user["Name"]: user for user in fields["Users"]}}
            if "Users" in fields
            else fields
        )


# FMT-4: the Message, character for character.


@MUTANTS.broken("base64-unpadded", "FMT-4")
class UnpaddedRoom(ChangedChat):
    """The padding of base64 is cut off."""

    def changed(self, chat: Chat) -> Chat:
        return msgspec.structs.replace(chat, Message=chat.Message.rstrip("="))


@MUTANTS.broken("base64-as-text", "FMT-4")
class TextRoom(ChangedChat):
    """A Message is decoded as text and encoded again, so that bytes that are not UTF-8 are lost."""

    def changed(self, chat: Chat) -> Chat:
        text = base64.b64decode(chat.Message).decode(errors="replace")
        return msgspec.structs.replace(chat, Message=base64.b64encode(text.encode()).decode())


@MUTANTS.broken("base64-stripped", "FMT-4")
class StrippedRoom(ChangedChat):
    """White space around what was said is cut off."""

    def changed(self, chat: Chat) -> Chat:
        said = base64.b64decode(chat.Message).strip()
        return msgspec.structs.replace(chat, Message=base64.b64encode(said).decode())


@MUTANTS.broken("base64-in-lines", "FMT-4")
class MimeRoom(ChangedChat):
    """A long Message is broken into lines, as in mail."""

    def changed(self, chat: Chat) -> Chat:
        lines = base64.encodebytes(base64.b64decode(chat.Message)).decode()
        return msgspec.structs.replace(chat, Message=lines.rstrip("\n"))


@MUTANTS.broken("base64-url", "FMT-4")
class UrlAlphabetRoom(ChangedChat):
    """A Message goes out in the alphabet for URLs."""

    def changed(self, chat: Chat) -> Chat:
        message = chat.Message.replace("+", "-").replace("/", "_")
        return msgspec.structs.replace(chat, Message=message)


@MUTANTS.broken("message-cut", "FMT-4")
class CuttingRoom(ChangedChat):
    """A Message is cut after 8 KiB."""

    def changed(self, chat: Chat) -> Chat:
        return msgspec.structs.replace(chat, Message=chat.Message[:8192])


@MUTANTS.broken("message-line-ends", "FMT-4")
class LineEndRoom(ChangedChat):
    """The line ends in what was said are made uniform."""

    def changed(self, chat: Chat) -> Chat:
        said = base64.b64decode(chat.Message).replace(b"\r\n", b"\n")
        return msgspec.structs.replace(chat, Message=base64.b64encode(said).decode())


# FMT-11: Errors.


@MUTANTS.broken("error-to-all", "FMT-11")
class TellingAll(Session):
    """An Error goes to the whole room."""

    def tell(self, error: Error) -> None:
        self.room.post(Outgoing(self.room.encode(error)))


@MUTANTS.broken("error-without-reason", "FMT-11")
class TellingNoReason(Session):
    """An Error has a Code and no Reason."""

    def refuse(self, code: ErrorCode, reason: str) -> None:
        del reason
        self.write(text_frame(json.dumps({"Type": "Error", "Code": code}).encode()))


@MUTANTS.broken("error-number", "FMT-11")
class TellingNumber(Session):
    """An Error's Code is a number."""

    def refuse(self, code: ErrorCode, reason: str) -> None:
        del code
        self.write(text_frame(json.dumps({"Type": "Error", "Code": 400, "Reason": reason}).encode()))
