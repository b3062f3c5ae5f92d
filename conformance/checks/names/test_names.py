"""NICK: names."""

import base64
import secrets
from collections.abc import Callable

from ...findings import Broken
from ...messages.matchers import chat
from ...requirement import cases, requirement
from ...steps.common import expect_taken_or_refused
from ...wire.client import Client
from ...wire.messages import Said
from ...wire.wire import Wire

LONGEST = 64


def expect_author(wire: Wire, said: Said, author: str, *clients: Client) -> None:
    """Wait until each client has what was said, and fail unless its Author is ``author``."""
    for client in clients:
        seen = wire.expect(client, said.as_chat)
        if seen.get("Author") != author:
            raise Broken.of_field("Author", author, seen.get("Author"), client.name)


# NICK-1

NAMES = {
    "1-code-point": "x",
    "64-code-points": "n" * LONGEST,
    "64-emoji": "\U0001f600" * LONGEST,
    "latin": "Zoë Ångström",
    "decomposed": "Zoe\u0308",
    "right-to-left": "שלום مرحبا",
    "han": "東京太郎",
    "emoji": "\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "quotes": '"it\'s" `me`',
    "markup": "<b onclick=alert(1)>&amp;",
    "backslashes": "\\n\\u0041\\",
    "spaces-around": "  ann  ",
    "like-a-literal": "null",
    "like-a-number": "007",
    "prototype": "__proto__",
    "inherited": "constructor",
    "undefined": "undefined",
    "false": "false",
    "zero": "0",
    "blank": " ",
    "full-width": "\uff21\ufb01",
}


@requirement("NICK-1")
@cases("name", NAMES)
def test_author_is_the_senders_string(wire: Wire, name: str) -> None:
    """`Author` of a Chat is the sender's `Author` string exactly (1 to 64 code points of any script, quotes,
    markup).
    """
    room = wire.new_room()
    ann, bob = wire.join_many(room, room)
    expect_author(wire, ann.say(Author=name), name, ann, bob)


@requirement("NICK-2")
def test_a_changed_author_counts_from_that_message_on(wire: Wire) -> None:
    """A changed `Author` counts from that message on; earlier messages are not sent again."""
    room = wire.new_room()
    ann, bob = wire.join_many(room, room)
    names = [wire.new_name() for _ in range(3)]
    said = [ann.say(Author=name) for name in names]
    for each, name in zip(said, names, strict=True):
        expect_author(wire, each, name, ann, bob)
    wire.fence(ann, bob)
    for each in said:
        wire.expect_count(bob, each.as_chat_anywhere, 1)


# NICK-3


@requirement("NICK-3", "before-any")
def test_a_message_without_author_is_by_unknown(wire: Wire) -> None:
    """A message without `Author` carries the connection's current name: its last accepted `Author`, or
    `unknown` before any.
    """
    room = wire.new_room()
    ann, bob = wire.join_many(room, room)
    expect_author(wire, ann.say(), "unknown", ann, bob)


@requirement("NICK-3", "after-an-author")
def test_a_message_without_author_carries_the_last_one(wire: Wire) -> None:
    """A message without `Author` carries the connection's current name: its last accepted `Author`."""
    room = wire.new_room()
    ann, bob = wire.join_many(room, room)
    for name in (wire.new_name(), wire.new_name()):
        expect_author(wire, ann.say(Author=name), name, ann, bob)
        expect_author(wire, ann.say(), name, ann, bob)
        expect_author(wire, ann.say(), name, ann, bob)


@requirement("NICK-3", "of-each-connection")
def test_each_connection_has_a_name_of_its_own(wire: Wire) -> None:
    """A message without `Author` carries the connection's current name."""
    room = wire.new_room()
    ann, bob, cy = wire.join_many(room, room, room)
    names = {ann: wire.new_name(), bob: wire.new_name()}
    for speaker, name in names.items():
        expect_author(wire, speaker.say(Author=name), name, ann, bob, cy)
    for speaker, name in names.items():
        expect_author(wire, speaker.say(), name, ann, bob, cy)
    expect_author(wire, cy.say(), "unknown", ann, bob, cy)


@requirement("NICK-3", "after-a-bad-message")
def test_a_name_that_was_not_accepted_does_not_count(wire: Wire) -> None:
    """A message without `Author` carries the connection's current name: its last accepted `Author`."""
    room = wire.new_room()
    ann, bob = wire.join_many(room, room)
    name = wire.new_name()
    expect_author(wire, ann.say(Author=name), name, ann, bob)
    reaction = expect_taken_or_refused(
        wire, ann, lambda: ann.publish({"Author": wire.new_name(), "Message": "not base64!"}, "bad")
    )
    if not reaction.end:
        expect_author(wire, ann.say(), name, ann, bob)


# NICK-4


@requirement("NICK-4")
def test_an_author_alone_renames_and_is_no_chat(wire: Wire) -> None:
    """`{"Author": NAME}` without `Message` renames and is not broadcast as Chat."""
    room = wire.new_room()
    ann, bob = wire.join_many(room, room)
    for name in (wire.new_name(), wire.new_name()):
        ann.rename(name)
        expect_author(wire, ann.say(), name, ann, bob)
    wire.fence(bob, ann)
    for client in (ann, bob):
        wire.expect_count(client, chat(WSID=ann.wsid), 2)


# NICK-5

REFUSABLE = {
    "65-code-points": "n" * 65,
    "1000-code-points": "n" * 1000,
    "65-emoji": "\U0001f600" * 65,
    "NUL": "a\0b",
    "LF": "a\nb",
    "ESC": "a\x1b[31mb",
    "DEL": "a\x7fb",
    "C1": "a\x85b",
    "line-separator": "a\u2028b",
    "paragraph-separator": "a\u2029b",
    "left-to-right-override": "a\u202db",
    "right-to-left-override": "a\u202eb",
    "isolates": "a\u2066b\u2067c\u2068d\u2069",
}


@requirement("NICK-5")
@cases("name", REFUSABLE)
def test_a_name_with_control_characters_or_too_long_is_refused(wire: Wire, name: str) -> None:
    """A name over 64 code points or with control characters (C0, DEL, C1, U+2028, U+2029, U+202D, U+202E,
    U+2066 to U+2069) is refused, and the message with it; if it is taken, all receivers get it alike.
    """
    room = wire.new_room()
    ann, bob, cy = wire.join_many(room, room, room)
    reaction = expect_taken_or_refused(wire, ann, lambda: ann.say(intent="open", Author=name))
    if reaction.chat is None:
        wire.fence(bob, cy)
        for client in (bob, cy):
            wire.expect_none(client, chat(Author=name))
        return
    for client in (ann, bob, cy):
        seen = wire.expect_so_far(client, chat(WSID=ann.wsid, Message=reaction.chat["Message"]))
        if seen.get("Author") != name:
            allowed = "the name is refused, and the message with it, or all get it alike"
            raise Broken(allowed, f"the message goes out with Author {seen.get('Author')!r}", client.name)


# NICK-6


def publish_empty_author(client: Client) -> Said:
    """Send a good message with an empty Author."""
    message = base64.b64encode(secrets.token_bytes(9)).decode()
    return client.publish({"Message": message, "Author": ""}, "open")


def publish_empty_message(client: Client) -> Said:
    """Send an empty Message."""
    return client.publish({"Message": "", "Author": "Ann"}, "open")


@requirement("NICK-6")
@cases("publish", {"empty-Author": publish_empty_author, "empty-Message": publish_empty_message})
def test_an_empty_string_is_taken_or_not(wire: Wire, publish: Callable[[Client], Said]) -> None:
    """An empty `Author` counts as absent, is taken as it is, or is refused. An empty `Message` goes out as it
    is, is ignored, or is refused.
    """
    room = wire.new_room()
    ann, bob = wire.join_many(room, room)
    reaction = expect_taken_or_refused(wire, ann, lambda: publish(ann))
    if reaction.chat is not None:
        wire.note(f"it goes out with Author {reaction.chat.get('Author')!r}")
    if reaction.chat is not None and reaction.chat.get("Author") not in ("", "unknown", "Ann"):
        raise Broken("Author '' or 'unknown'", f"Author {reaction.chat.get('Author')!r}", ann.name)
    wire.fence(bob)
