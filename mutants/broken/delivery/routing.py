"""Servers that let a client choose who hears it (FMT-8)."""

import base64
import json
from collections.abc import Sequence
from typing import Any

from hubbub.protocol.messages import Publish
from mutants.broken.delivery.broadcast import send
from mutants.broken.messages.chat_fields import Trusting
from mutants.machinery.registration import Registry
from reference_server.room import Member, Room
from reference_server.session import Session
from reference_server.wire.shared_frames import Outgoing

MUTANTS = Registry()


class Routing(Trusting):
    """The base of servers that look at what a client says to find who is to hear it."""

    def accept(self, publish: Publish) -> None:
        hearers = self.hearers(publish)
        if hearers is None or publish.message is None:
            super().accept(publish)
            return
        if publish.author is not None:
            self.room.rename(self, publish.author)
        chat = self.room.chat(self, publish.message)
        for hearer in hearers:
            send(hearer, Outgoing(self.room.encode(chat), chat))

    def hearers(self, publish: Publish) -> Sequence[Member] | None:
        """Return who is to hear the message; None for all of the room."""
        raise NotImplementedError

    def all_of(self, room: Any) -> list[Member]:
        """Return the members of a room by its name; none where there is no such room."""
        found = self.rooms.by_name.get(room) if isinstance(room, str) else None
        return list(found.members.values()) if found else []

    def mates_called(self, whom: Any) -> list[Member]:
        """Return the members of the own room that have this name or WSID."""
        return [member for member in self.room.members.values() if whom in (member.name, member.wsid)]


@MUTANTS.broken("routed-by-room", "FMT-8")
class RoutedByRoom(Routing):
    """A Room field decides which room hears a message."""

    def hearers(self, publish: Publish) -> Sequence[Member] | None:
        del publish
        return self.all_of(self.claims.get("Room")) or None


@MUTANTS.broken("routed-by-room-too", "FMT-8")
class RoutedByRoomToo(Routing):
    """A ``room`` field, in whatever case, lets another room hear a message as well."""

    def hearers(self, publish: Publish) -> Sequence[Member] | None:
        del publish
        named = [value for name, value in self.claims.items() if name.lower() == "room"]
        foreign = [member for value in named for member in self.all_of(value) if value != self.room.name]
        return [*self.room.members.values(), *foreign] if foreign else None


@MUTANTS.broken("routed-by-channel", "FMT-8")
class RoutedByChannel(Routing):
    """Every field that names a room in a list decides that it hears the message."""

    def hearers(self, publish: Publish) -> Sequence[Member] | None:
        del publish
        lists = [value for name, value in self.claims.items() if name != "WSID" and isinstance(value, list)]
        return [member for rooms in lists for room in rooms for member in self.all_of(room)] or None


@MUTANTS.broken("moved-by-room", "FMT-8")
class MovedByRoom(Routing):
    """A rename with a Room field moves its sender's messages to that room."""

    def hearers(self, publish: Publish) -> Sequence[Member] | None:
        other = self.rooms.by_name.get(str(self.claims.get("Room")))
        if publish.message is None and other is not None:
            self._voice = other
        return None

    _voice: Room | None = None

    def accept(self, publish: Publish) -> None:
        super().accept(publish)
        if self._voice is not None and publish.message is not None:
            self._voice.publish(self, publish.message)


@MUTANTS.broken("routed-by-metadata", "FMT-8")
class RoutedByMetadata(Routing):
    """A Room in the ``metadata`` of a message decides which room hears it."""

    def hearers(self, publish: Publish) -> Sequence[Member] | None:
        del publish
        metadata = self.claims.get("metadata")
        return self.all_of(metadata.get("Room")) or None if isinstance(metadata, dict) else None


@MUTANTS.broken("routed-by-wsid", "FMT-8")
class RoutedByWsid(Routing):
    """A WSID field sends a message to that member alone."""

    def hearers(self, publish: Publish) -> Sequence[Member] | None:
        del publish
        return self.mates_called(self.claims.get("WSID")) or None


@MUTANTS.broken("whispered", "FMT-8")
class Whispered(Routing):
    """A ``To`` field sends a message to whom it names, and back to its sender."""

    def hearers(self, publish: Publish) -> Sequence[Member] | None:
        del publish
        named = self.mates_called(self.claims.get("To"))
        return [self, *named] if named and self not in named else None


@MUTANTS.broken("whispered-to-many", "FMT-8")
class WhisperedToMany(Routing):
    """A list of members in a ``To`` field sends a message to these, and back to its sender."""

    def hearers(self, publish: Publish) -> Sequence[Member] | None:
        del publish
        whom = self.claims.get("To")
        named = [mate for each in whom for mate in self.mates_called(each)] if isinstance(whom, list) else []
        return [self, *named] if named and self not in named else None


@MUTANTS.broken("kept-private", "FMT-8")
class KeptPrivate(Routing):
    """A message that says it is private is shown to its sender alone."""

    def hearers(self, publish: Publish) -> Sequence[Member] | None:
        del publish
        return [self] if self.claims.get("Private") is True else None


@MUTANTS.broken("not-echoed", "FMT-8")
class NotEchoed(Routing):
    """Who asks for no echo gets none."""

    def hearers(self, publish: Publish) -> Sequence[Member] | None:
        del publish
        others = [member for member in self.room.members.values() if member is not self]
        return others if self.claims.get("Echo") is False else None


@MUTANTS.broken("whispered-by-name", "FMT-8")
class WhisperedByName(Routing):
    """An Author that begins with an at sign is taken for whom the message is to."""

    def hearers(self, publish: Publish) -> Sequence[Member] | None:
        author = publish.author or ""
        named = self.mates_called(author[1:]) if author.startswith("@") else []
        return [self, *named] if named else None


@MUTANTS.broken("commands-in-content", "FMT-8")
class CommandsInContent(Session):
    """What a message says is read, and a line that begins with a slash is a command."""

    def accept(self, publish: Publish) -> None:
        if publish.message is None or not base64.b64decode(publish.message).startswith(b"/"):
            super().accept(publish)


@MUTANTS.broken("envelope-in-content", "FMT-8")
class EnvelopeInContent(Routing):
    """A message whose content is JSON with a Room goes to that room, too."""

    def hearers(self, publish: Publish) -> Sequence[Member] | None:
        try:
            inner = json.loads(base64.b64decode(publish.message or ""))
        except ValueError:
            return None
        foreign = self.all_of(inner.get("Room")) if isinstance(inner, dict) else []
        return [*self.room.members.values(), *foreign] if foreign else None
