"""Servers that change names, lose them, or mix them up (NICK)."""

import html
import unicodedata

import msgspec

from hubbub.protocol.codec import ErrorCode, decode_publish
from hubbub.protocol.messages import Chat, Publish
from hubbub.protocol.names import DEFAULT_AUTHOR
from mutants.broken.messages.server_messages import ChangedChat
from mutants.machinery.registration import Registry
from reference_server.log import Log
from reference_server.room import Member, Room, Rooms
from reference_server.session import ClientConnection, Session

MUTANTS = Registry()


class ChangedAuthor(ChangedChat):
    """The base of servers that change the Author of a Chat."""

    def changed(self, chat: Chat) -> Chat:
        return msgspec.structs.replace(chat, Author=self.author(chat.Author))

    def author(self, author: str) -> str:
        """Return what becomes of ``author``."""
        raise NotImplementedError


# NICK-1: exactly as sent.


@MUTANTS.broken("name-trimmed", "NICK-1")
class TrimmedName(ChangedAuthor):
    """White space around an Author is cut off."""

    def author(self, author: str) -> str:
        return author.strip()


@MUTANTS.broken("name-normalised", "NICK-1")
class NormalisedName(ChangedAuthor):
    """An Author is put into Unicode's form NFC."""

    def author(self, author: str) -> str:
        return unicodedata.normalize("NFC", author)


@MUTANTS.broken("name-escaped", "NICK-1")
class EscapedName(ChangedAuthor):
    """Markup in an Author is escaped for HTML."""

    def author(self, author: str) -> str:
        return html.escape(author)


@MUTANTS.broken("name-ascii", "NICK-1")
class AsciiName(ChangedAuthor):
    """Letters beyond ASCII become question marks in an Author."""

    def author(self, author: str) -> str:
        return author.encode("ascii", "replace").decode()


@MUTANTS.broken("name-cut", "NICK-1")
class CutName(ChangedAuthor):
    """An Author is cut after 32 characters."""

    def author(self, author: str) -> str:
        return author[:32]


@MUTANTS.broken("name-three-bytes", "NICK-1")
class ThreeByteName(ChangedAuthor):
    """Characters of four bytes are lost from an Author, as in MySQL's utf8."""

    def author(self, author: str) -> str:
        return "".join(char for char in author if char < "\U00010000")


@MUTANTS.broken("name-in-quotes", "NICK-1")
class UnquotedName(ChangedAuthor):
    """Quotation marks are taken out of an Author."""

    def author(self, author: str) -> str:
        return author.replace('"', "").replace("'", "")


@MUTANTS.broken("name-for-nothing", "NICK-1")
class NameForNothing(ChangedAuthor):
    """An Author that is a word for nothing counts as none."""

    def author(self, author: str) -> str:
        return DEFAULT_AUTHOR if author in ("undefined", "false", "0") else author


@MUTANTS.broken("name-inherited", "NICK-1")
class InheritedName(ChangedAuthor):
    """An Author that is also the name of what every object has is taken for that."""

    def author(self, author: str) -> str:
        return "function Object() { [native code] }" if author == "constructor" else author


# NICK-2: from that message on, and not before.


class History(Session):
    """The base of servers that remember what a client said."""

    def __init__(self, connection: ClientConnection, rooms: Rooms, room: str, log: Log) -> None:
        self.said: list[str] = []
        super().__init__(connection, rooms, room, log)

    def accept(self, publish: Publish) -> None:
        if publish.author not in (None, self.name):
            self.renamed(publish)
        super().accept(publish)
        if publish.message is not None:
            self.said.append(publish.message)

    def renamed(self, publish: Publish) -> None:
        """Do what this server does before a rename."""
        raise NotImplementedError


@MUTANTS.broken("rename-resends", "NICK-2")
class Resending(History):
    """A rename sends the client's last messages again, under the new name."""

    def renamed(self, publish: Publish) -> None:
        assert publish.author is not None
        self.room.rename(self, publish.author)
        for message in self.said[-3:]:
            self.room.publish(self, message)


@MUTANTS.broken("name-sticks", "NICK-2")
class StickyName(Session):
    """A client keeps its first Author for good."""

    def accept(self, publish: Publish) -> None:
        if self.name != DEFAULT_AUTHOR:
            publish = msgspec.structs.replace(publish, author=None)
        super().accept(publish)


@MUTANTS.broken("rename-late", "NICK-2")
class LateRename(Session):
    """A changed Author counts only from the next message on."""

    def accept(self, publish: Publish) -> None:
        if publish.message is not None and self.name != DEFAULT_AUTHOR:
            self.room.publish(self, publish.message)
            publish = msgspec.structs.replace(publish, message=None)
        super().accept(publish)


# NICK-3: a message without Author.


@MUTANTS.broken("nameless-unknown", "NICK-3")
class ForgottenName(Session):
    """A message without Author is by ``unknown``, whatever its sender was called before."""

    def accept(self, publish: Publish) -> None:
        super().accept(msgspec.structs.replace(publish, author=publish.author or DEFAULT_AUTHOR))


@MUTANTS.broken("nameless-empty", "NICK-3")
class EmptyName(ChangedAuthor):
    """The Author of a Chat is empty before its sender has a name."""

    def author(self, author: str) -> str:
        return "" if author == DEFAULT_AUTHOR else author


@MUTANTS.broken("nameless-default", "NICK-3")
class DefaultName(ChangedAuthor):
    """The Author of a Chat is ``default`` before its sender has a name."""

    def author(self, author: str) -> str:
        return "default" if author == DEFAULT_AUTHOR else author


@MUTANTS.broken("nameless-refused", "NICK-3")
class NamelessRefused(Session):
    """A message without Author is refused."""

    def accept(self, publish: Publish) -> None:
        if publish.author is None:
            self.refuse(ErrorCode.BAD_MESSAGE, "send an Author")
        else:
            super().accept(publish)


@MUTANTS.broken("name-of-another", "NICK-3")
class SharedName(Room):
    """A message without Author bears the name of who spoke last."""

    _last = DEFAULT_AUTHOR

    def chat(self, member: Member, message: str) -> Chat:
        chat = super().chat(member, message)
        if member.name == DEFAULT_AUTHOR:
            return msgspec.structs.replace(chat, Author=self._last)
        self._last = member.name
        return chat


# NICK-4: an Author alone.


@MUTANTS.broken("rename-as-chat", "NICK-4")
class RenameAsChat(Session):
    """A rename is broadcast as an empty Chat."""

    def accept(self, publish: Publish) -> None:
        super().accept(msgspec.structs.replace(publish, message=publish.message or ""))


@MUTANTS.broken("rename-ignored", "NICK-4")
class RenameIgnored(Session):
    """An Author without Message is ignored."""

    def accept(self, publish: Publish) -> None:
        if publish.message is not None:
            super().accept(publish)


@MUTANTS.broken("rename-refused", "NICK-4")
class RenameRefused(Session):
    """An Author without Message is refused."""

    def accept(self, publish: Publish) -> None:
        if publish.message is None:
            self.refuse(ErrorCode.BAD_MESSAGE, "send a Message")
        else:
            super().accept(publish)


# NICK-5: names that should be refused.


@MUTANTS.broken("name-mended", "NICK-5")
class MendedName(Session):
    """A name that should be refused is cut and cleaned of control characters instead."""

    def read(self, text: str) -> Publish:
        fields = msgspec.json.decode(text)
        author = fields.get("Author") if isinstance(fields, dict) else None
        if isinstance(author, str):
            fields["Author"] = "".join(char for char in author if char.isprintable())[:64]
            text = msgspec.json.encode(fields).decode()
        return decode_publish(text)


@MUTANTS.broken("name-refused-alone", "NICK-5")
class NameRefusedAlone(Session):
    """A name that should be refused is, but the message under it goes out."""

    def read(self, text: str) -> Publish:
        fields = msgspec.json.decode(text)
        author = fields.get("Author") if isinstance(fields, dict) else None
        if isinstance(author, str) and (len(author) > 64 or not author.isprintable()):
            del fields["Author"]
            text = msgspec.json.encode(fields).decode()
        return decode_publish(text)
