"""FMT-8: a client's words do not decide who hears them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ...findings import Broken
from ...messages.matchers import userlist_with
from ...payloads.chat_payload import new_message
from ...requirement import cases, requirement
from ...steps.common import outlive
from ...wire.client import Client
from ...wire.messages import Said
from ...wire.wire import Wire

LONGEST_NAME = 64

FIELDS: dict[str, Sequence[str]] = {
    "Room": ("Room", "room", "ROOM", "Rooms", "rooms", "RoomName", "RoomId"),
    "other-words-for-room": ("Channel", "channel", "Topic", "Group", "Namespace", "Scope", "Path"),
    "WSID": ("WSID", "wsid", "Id", "id", "ClientId", "Session", "Socket"),
    "To": ("To", "to", "Target", "Recipient", "recipients", "Receiver", "Users", "User", "users", "Whisper"),
    "what-holds-more": ("Meta", "metadata", "Options", "Headers", "Context", "Data", "data", "payload"),
    "flags": ("Private", "Broadcast", "broadcast", "Echo", "Self", "Silent", "Local", "Except", "Exclude"),
}
"""Words by which a client might choose its hearers."""


@dataclass
class Rooms:
    """A speaker and two more in its room, and a listener in another."""

    wire: Wire
    speaker: Client
    mates: list[Client]
    stranger: Client
    own_name: str
    """What the speaker calls itself, where it does that alone."""
    names: dict[Client, str]
    said: list[tuple[Client, Said]]
    """Who of those that were the speaker in turn said what."""

    def send(self, fields: dict[str, Any]) -> None:
        """Let the speaker send what may be refused."""
        self.said.append((self.speaker, self.speaker.publish(fields, "open")))
        self.speaker = outlive(self.wire, self.speaker, *self.mates)

    def say(self, content: str, name: str | None = None) -> None:
        """Let the speaker say what must go out."""
        said = self.speaker.say(content) if name is None else self.speaker.say(content, Author=name)
        self.said.append((self.speaker, said))
        self.wire.expect_chat(said, self.speaker, *self.mates)

    @property
    def values(self) -> list[Any]:
        """What a client might call a room, a member or a choice."""
        stranger, mate = self.stranger, self.mates[0]
        one_each = [stranger.room, stranger.wsid, self.names[stranger], mate.wsid, self.names[mate]]
        several = [
            one_each[:3],
            [mate.wsid],
            [self.names[mate]],
            [{"Name": self.names[mate]}],
            {"Room": stranger.room, "WSID": mate.wsid},
        ]
        return [*one_each, *several, self.speaker.room, self.wire.new_room(), "*", "", True, False, 0, None]

    def expect_heard_by_own_room_alone(self) -> None:
        """Fail unless all of the speaker's room have heard each message or none, and nobody else any."""
        self.wire.fence(self.stranger)
        for speaker in (self.speaker, *self.mates):
            self.wire.fence(speaker, self.speaker, *self.mates)
        ours = {said.message for _, said in self.said if said.message}
        one, other = ([each for each in words(mate) if each in ours] for mate in self.mates)
        own = [each for each in words(self.speaker) if each in ours]
        expected = [each.message for who, each in self.said if who is self.speaker and each.message in one]
        if own != expected:
            raise Broken("the speaker hears what its room hears", f"{own[-1:]} last", self.speaker.name)
        if one != other:
            seen = f"{self.mates[0]} heard {len(one)} messages, {self.mates[1]} {len(other)}"
            raise Broken("all members of the room hear a message, or none", seen, *map(str, self.mates))
        self._expect_unheard(ours)

    def _expect_unheard(self, ours: set[str]) -> None:
        heard = [each for each in words(self.stranger) if each in ours]
        if heard:
            seen = f"{self.stranger} heard {heard[0]!r}"
            raise Broken("nobody in another room hears it", seen, self.stranger.name)
        self.wire.expect_none(self.stranger, userlist_with(self.own_name))


def words(client: Client) -> list[str]:
    """Return the Messages of the Chats that a client got."""
    return [str(each.get("Message")) for each in client.chats()]


def new_rooms(wire: Wire) -> Rooms:
    """Fill two rooms."""
    own = wire.new_room()
    ann, bob, cy, dee = wire.join_many(own, own, own, wire.new_room())
    names = {client: wire.new_name() for client in (bob, cy, dee)}
    for client, name in names.items():
        wire.expect_chat(client.say(Author=name), client)
    return Rooms(wire, ann, [bob, cy], dee, wire.new_name(), names, [])


@requirement("FMT-8", "routing-by")
@cases("fields", FIELDS)
def test_no_field_decides_who_hears_a_message(wire: Wire, fields: Sequence[str]) -> None:
    """Nothing that a client says decides who hears it: the members of its own room do, or the message is
    refused.
    """
    rooms = new_rooms(wire)
    for field in fields:
        for value in rooms.values:
            rooms.send({"Message": new_message(), field: value})
        for value in (rooms.stranger.room, [rooms.stranger.room], rooms.mates[0].wsid):
            rooms.send({"Author": rooms.own_name, field: value})
    rooms.expect_heard_by_own_room_alone()


@requirement("FMT-8", "routing-by-the-name")
def test_no_name_decides_who_hears_a_message(wire: Wire) -> None:
    """Nothing that a client says decides who hears it: the members of its own room do."""
    rooms = new_rooms(wire)
    stranger, mate = rooms.stranger, rooms.mates[0]
    whom = [f"{stranger.room}", stranger.wsid, mate.wsid, rooms.names[stranger], rooms.names[mate]]
    for name in (*whom, *(f"@{each}" for each in whom), f"#{stranger.room}", "*", "all", "Server", "/away"):
        if len(name) <= LONGEST_NAME:
            rooms.say(f"I am {name}", name)
    rooms.expect_heard_by_own_room_alone()


@requirement("FMT-8", "routing-by-the-content")
def test_no_content_decides_who_hears_a_message(wire: Wire) -> None:
    """Nothing that a client says decides who hears it: the members of its own room do."""
    rooms = new_rooms(wire)
    stranger, mate = rooms.stranger, rooms.mates[0]
    for whom in (stranger.room, rooms.names[mate], mate.wsid):
        for command in (
            "/join",
            "/nick",
            "/msg",
            "/w",
            "/whisper",
            "/invite",
            "/kick",
            "/me",
            "JOIN",
            "PRIVMSG",
        ):
            rooms.say(f"{command} {whom} hello")
        rooms.say(f"@{whom} hello")
        rooms.say(f"#{whom} hello")
        rooms.say(json.dumps({"Type": "Chat", "Message": "aGk=", "Room": whom, "To": whom}))
    for command in ("/quit", "/leave", "/help", "/list", "/nick", "/", "ping", "subscribe", "close"):
        rooms.say(command)
    rooms.expect_heard_by_own_room_alone()
