"""FMT: every message from the server."""

import base64
import json
from collections.abc import Callable
from typing import Any

from ...findings import Broken
from ...messages.differences import differences
from ...messages.matchers import chat, error, userlist
from ...requirement import cases, requirement
from ...steps.common import expect_taken_or_refused
from ...wire.client import Client
from ...wire.messages import Said
from ...wire.wire import Wire

KIB = 1024
FIELDS = ("Message", "Author", "Room", "WSID", "Sent")


def talk(wire: Wire, *authors: str) -> tuple[Client, Client]:
    """Let two members talk under each of the names, then let one of them send nonsense; return both.

    Each kind of message has then been sent, and the oracle holds all of them against FMT.
    """
    room = wire.new_room()
    ann, bob = wire.join_many(room, room)
    for author in authors:
        wire.expect_chat(ann.say(Author=author), ann, bob)
    wire.fence(bob, ann)
    ann.send_text("nonsense", "bad")
    wire.moment(lambda: bool(ann.received(error())) or not ann.is_open)
    wire.fence(bob)
    return ann, bob


@requirement("FMT-1")
@cases(
    "authors",
    {
        "plain": ("Ann", "Ann B."),
        "quotes-and-backslashes": ('"', "\\", '\\"', "a\\u0041b", "'", "/"),
        "beyond-ascii": (
            "\u00fc",
            "\u6771\u4eac",
            "\U0001f600",
            "\U0001d11e\U0001f468\u200d\U0001f469",
            "\uffff",
        ),
        "like-json": ("{}", '{"Type":"Chat"}', "NaN", "null", '","Type":"Status'),
    },
)
def test_messages_are_strict_json_objects(wire: Wire, authors: tuple[str, ...]) -> None:
    """A text message holding one strict JSON object (RFC 8259: no NaN or Infinity, no duplicate names, no
    lone surrogate escapes, no byte-order mark, nothing after it), valid UTF-8, with a string `Type`.
    """
    for client in talk(wire, *authors):
        for message in client.messages:
            if not isinstance(message.document.get("Type"), str):
                raise Broken("a JSON object with a string Type", repr(message.payload[:200]), client.name)


@requirement("FMT-2")
def test_types_are_known_and_have_their_fields(wire: Wire) -> None:
    """`Type` is one of `Chat`, `Status`, `userlist`, `Error`; and each has its fields with their types.
    Further fields are allowed.
    """
    for client in talk(wire, "Ann"):
        for message in client.messages:
            kind = message.document.get("Type")
            if kind not in ("Chat", "Status", "userlist", "Error"):
                raise Broken("Type is Chat, Status, userlist or Error", f"Type {kind!r}", client.name)


@requirement("FMT-3")
def test_chat_has_its_five_strings(wire: Wire) -> None:
    """Chat has the strings `Message`, `Author`, `Room`, `WSID`, `Sent`."""
    room = wire.new_room()
    ann, bob = wire.join_many(room, room)
    for said in (ann.say(), ann.say(Author="Ann"), ann.say(Type="Chat")):
        for client in (ann, bob):
            seen = wire.expect(client, chat(Message=said.message))
            lacking = [name for name in FIELDS if not isinstance(seen.get(name), str)]
            if lacking:
                raise Broken(f"the strings {', '.join(FIELDS)}", f"{lacking} lacking in {seen}", client.name)


# FMT-4

CONTENTS: dict[str, bytes] = {
    "1-byte": b"a",
    "2-bytes": b"ab",
    "3-bytes": b"abc",
    "4-bytes": b"abcd",
    "1-KiB": bytes(range(256)) * 4,
    "16-KiB": bytes(range(256)) * 64,
    "latin": "Grüße, ça va?".encode(),
    "cyrillic": "Привет, мир".encode(),
    "right-to-left": "שלום مرحبا".encode(),
    "han-and-kana": "東京へようこそ".encode(),
    "emoji": "\U0001f468\u200d\U0001f469\u200d\U0001f467 \U0001f600".encode(),
    "control-characters": "\0\n\r\t\x7f\x85\u2028\u202e".encode(),
    "not-UTF-8": b"\xff\xfe\x00\xc3\x28\xed\xa0\x80",
    "alphabet": base64.b64decode("+/+/" * 16),
    "markup": b"<script>alert(1)</script>&amp;",
}


@requirement("FMT-4")
@cases("content", CONTENTS)
def test_message_is_the_senders_string(wire: Wire, content: bytes) -> None:
    """`Message` is the sender's string, character for character: sizes 1, 2, 3, 4 bytes, 1 KiB, 16 KiB; text
    of any script; bytes that are not UTF-8.
    """
    room = wire.new_room()
    ann, bob = wire.join_many(room, room)
    said = ann.say(content)
    for client in (ann, bob):
        seen = wire.expect(client, chat(WSID=said.wsid))
        if seen.get("Message") != said.message:
            raise Broken.of_field("Message", said.message, seen.get("Message"), client.name)


@requirement("FMT-4", "non-zero-trailing-bits")
def test_message_with_trailing_bits_is_the_senders_string_or_refused(wire: Wire) -> None:
    """`Message` is the sender's string, character for character."""
    room = wire.new_room()
    ann, bob = wire.join_many(room, room)
    reaction = expect_taken_or_refused(wire, ann, lambda: ann.publish({"Message": "aGVsbG9="}, "open"))
    if reaction.chat is not None:
        wire.expect(bob, chat(Message="aGVsbG9=", WSID=ann.wsid))
    wire.fence(bob)


@requirement("FMT-5")
def test_room_and_wsid_are_the_senders(wire: Wire) -> None:
    """`Room` is the room's name as decoded; `WSID` equals the WSID of the sender's own Status."""
    room = "Caf\u00e9 +/%41 " + wire.new_room()
    members = wire.join_many(room, room, room)
    for speaker in members:
        said = speaker.say()
        for client in members:
            seen = wire.expect(client, chat(Message=said.message))
            got = (seen.get("Room"), seen.get("WSID"))
            if got != (room, speaker.wsid):
                allowed = f"Room {room!r} and WSID {speaker.wsid!r}"
                words = f"Room {got[0]!r} and WSID {got[1]!r}"
                differs = differences(chat(Room=room, WSID=speaker.wsid), seen)
                raise Broken(allowed, words, client.name, speaker.name, differs=differs)


@requirement("FMT-6")
def test_sent_is_a_real_date_and_time(wire: Wire) -> None:
    """`Sent` is a real date and time in the form `YYYY-MM-DD HH:MM:SS`."""
    ann = wire.join(wire.new_room())
    wire.expect(ann, ann.say().as_chat)  # the oracle reads each Sent


@requirement("FMT-7")
def test_sent_is_now_in_utc_and_does_not_go_back(wire: Wire) -> None:
    """`Sent` is UTC, within 6 s of the harness's clock (the profile may widen it), and does not go back
    within a room.
    """
    room = wire.new_room()
    members = wire.join_many(*[room] * 4)
    said = [speaker.say() for _ in range(10) for speaker in members]
    for member in members:
        wire.expect_all(member, *said)
        stamps = [seen.get("Sent", "") for seen in member.chats()]
        if stamps != sorted(stamps):
            raise Broken("Sent does not go back within a room", f"{stamps}", member.name)


# FMT-8

CLAIMS: dict[str, dict[str, Any]] = {
    "Room": {"Room": "another-room"},
    "WSID": {"WSID": "somebody-else"},
    "Sent": {"Sent": "1999-12-31 23:59:59"},
    "all": {"Room": "another-room", "WSID": "somebody-else", "Sent": "1999-12-31 23:59:59"},
    "of-another-type": {"Room": 7, "WSID": None, "Sent": ["now"]},
}


@requirement("FMT-8")
@cases("claims", CLAIMS)
def test_what_a_client_claims_is_never_passed_on(wire: Wire, claims: dict[str, Any]) -> None:
    """Values of `Room`, `WSID`, `Sent` that the client supplied are replaced, or the message is refused; they
    are never passed on.
    """
    room = wire.new_room()
    ann, bob = wire.join_many(room, room)
    reaction = expect_taken_or_refused(wire, ann, lambda: ann.say(intent="open", **claims))
    seen = [*([reaction.chat] if reaction.chat else []), *bystanders_chats(wire, bob, reaction.chat)]
    for each in seen:
        passed_on = [name for name, value in claims.items() if each.get(name) == value]
        if passed_on:
            raise Broken(
                f"{', '.join(claims)} replaced", f"{passed_on[0]} passed on in {each}", ann.name, bob.name
            )


@requirement("FMT-8", "Type-Chat")
def test_a_clients_type_may_be_chat(wire: Wire) -> None:
    """A client's `Type` is absent or `Chat`; any other is a bad message (BAD)."""
    room = wire.new_room()
    ann, bob = wire.join_many(room, room)
    wire.expect_chat(ann.say(Type="Chat"), ann, bob)


# FMT-9

DEEP = "[" * 10_000 + "]" * 10_000
FURTHER: dict[str, str] = {
    "plain": '"Mood":"fine"',
    "nested": '"Extra":{"Message":"x","Author":"y"},"List":[1,"two",null]',
    "other-case": '"message":"x","AUTHOR":"y","type":"Status"',
    "prototype": '"__proto__":{"admin":true},"constructor":{"prototype":{"admin":true}}',
    "2500-names": ",".join(f'"name{number}":{number}' for number in range(2500)),
    "20-kB-name": f'"{"n" * 20_000}":1',
    "1e999": '"Big":1e999',
    "5000-digits": f'"Big":{"7" * 5000}',
    "10000-deep": f'"Deep":{DEEP}',
}


@requirement("FMT-9")
@cases("further", FURTHER)
def test_further_fields_are_not_passed_on(wire: Wire, further: str) -> None:
    """Client fields other than `Type` and those of FMT-3 are not passed on to others. A message that is good
    but for such fields (whatever they hold) goes out without them or is refused as bad, whole.
    """
    room = wire.new_room()
    ann, bob = wire.join_many(room, room)
    message = base64.b64encode(wire.new_name().encode()).decode()

    def send() -> Said:
        ann.send_text(f'{{"Message":"{message}",{further}}}', "open")
        return Said(ann.wsid, room, message)

    reaction = expect_taken_or_refused(wire, ann, send)
    for seen in bystanders_chats(wire, bob, reaction.chat):
        passed_on = [name for name in seen if f'"{name}":' in further and name not in ("Type", *FIELDS)]
        if passed_on:
            raise Broken(
                "a Chat without the client's further fields", f"{passed_on[0][:40]!r} in it", bob.name
            )


def bystanders_chats(wire: Wire, bob: Client, sent_out: dict[str, Any] | None) -> list[dict[str, Any]]:
    """Return the Chats that ``bob`` got of others, once he has got what the server sent out."""
    if sent_out is not None:
        wire.expect(bob, chat(Message=sent_out["Message"]))
    wire.fence(bob)
    return [each for each in bob.chats() if each.get("WSID") != bob.wsid]


# FMT-10 and FMT-11


@requirement("FMT-10")
def test_userlist_is_an_array_of_named_users(wire: Wire) -> None:
    """userlist has `Users`, an array of objects each with a string `Name`."""
    room = wire.new_room()
    ann, bob = wire.join_many(room, room)
    ann.say(Author='Ann "the" <b>\U0001f600')
    wire.fence(ann, bob)
    for client in (ann, bob):
        wire.expect_so_far(client, userlist(), within=wire.deadlines.presence)
        for seen in client.received(userlist()):
            users = seen.get("Users")
            rows = users if isinstance(users, list) else [None]
            if not all(isinstance(row, dict) and isinstance(row.get("Name"), str) for row in rows):
                raise Broken("Users is an array of objects with a string Name", f"{seen}", client.name)


OFFENCES: dict[str, Callable[[Client], None]] = {
    "not-JSON": lambda client: client.send_text("nonsense", "bad"),
    "wrong-type": lambda client: client.send_text(json.dumps({"Message": 5}), "bad"),
    "not-base64": lambda client: client.send_text(json.dumps({"Message": "!!!"}), "bad"),
}


@requirement("FMT-11")
@cases("offend", OFFENCES)
def test_an_error_goes_to_the_offender_alone(wire: Wire, offend: Callable[[Client], None]) -> None:
    """Error, where it is used, goes to the offender alone, and has the strings `Code` and `Reason`."""
    room = wire.new_room()
    ann, bob = wire.join_many(room, room)
    cy = wire.join(wire.new_room())
    offend(ann)
    wire.moment(lambda: bool(ann.received(error())) or not ann.is_open)
    wire.fence(bob)
    wire.fence(cy)
    for client in (bob, cy):
        wire.expect_none(client, error())
    seen = ann.received(error())
    if not seen:
        wire.note("no Error is used")
    for each in seen:
        if not all(isinstance(each.get(name), str) for name in ("Code", "Reason")):
            raise Broken("an Error with the strings Code and Reason", f"{each}", ann.name)
