"""ROOM: joining."""

import secrets
from collections.abc import Callable
from urllib.parse import quote

from ...findings import Broken
from ...messages.differences import difference
from ...messages.matchers import userlist_of
from ...requirement import cases, requirement
from ...steps.common import expect_apart, expect_together
from ...wire.client import Client
from ...wire.transcript import WORDS
from ...wire.wire import Wire

LONGEST = 64
ROOMS = 100


def unique(stem: str = "") -> str:
    """Return a fresh name that begins with ``stem``."""
    return stem + secrets.token_hex(5)


# ROOM-1


@requirement("ROOM-1")
@cases("query", {"absent": "", "empty": "room=", "only-other-parameters": "rooms=lobby&x=room"})
def test_a_room_that_is_not_named_is_default(wire: Wire, query: str) -> None:
    """The `room` query parameter names the room; absent or empty means `default`."""
    ann = wire.join("default", query=query)
    bob = wire.join("default")
    expect_together(wire, ann, bob)


@requirement("ROOM-1", "other-parameters")
def test_other_parameters_do_not_change_the_room(wire: Wire) -> None:
    """The path and other parameters do not change the room."""
    room = wire.new_room()
    ann = wire.join(room, query=f"Room=elsewhere&a=b&room={room}&name=room")
    bob = wire.join(room)
    expect_together(wire, ann, bob)


@requirement("ROOM-1", "path")
def test_the_path_does_not_change_the_room(wire: Wire) -> None:
    """The path and other parameters do not change the room."""
    room = wire.new_room()
    ann = wire.join(room)
    for path in ("/csp/user/Chat.Server.cls", "/another/path"):
        bob = wire.begin(room, query=f"room={room}", path=path)
        wire.expect_answered(bob)
        if bob.upgraded:
            wire.expect_greeted(bob)
            expect_together(wire, ann, bob)
        else:
            wire.note(f"the server has no chat at {path}: {bob.end}")
            wire.fence(ann)


# ROOM-2

PAIRS = {
    "case": ("lobby-A", "lobby-a"),
    "composed-and-decomposed": ("caf\u00e9", "cafe\u0301"),
    "ligature": ("\ufb01sh", "fish"),
    "leading-space": (" lobby", "lobby"),
    "trailing-space": ("lobby ", "lobby"),
    "no-break-space": ("a\u00a0b", "a b"),
    "trailing-slash": ("lobby/", "lobby"),
    "trailing-dot": ("lobby.", "lobby"),
    "escaped-twice": ("%41", "A"),
    "number": ("007", "7"),
    "full-width": ("\uff21", "A"),
    "zero-width": ("a\u200bb", "ab"),
}


@requirement("ROOM-2")
@cases("pair", PAIRS)
def test_names_that_differ_at_all_are_two_rooms(wire: Wire, pair: tuple[str, str]) -> None:
    """Room names are percent-decoded as UTF-8 and compared exactly: case-sensitive, no Unicode
    normalisation, no trimming.
    """
    fresh = unique("-")
    one, other = pair
    # What is fresh goes where it does not shield the difference.
    if one.isdecimal():
        digits = str(secrets.randbelow(10**12))
        rooms = (one + digits, other + digits)
    elif one.strip(" /.") == one:
        rooms = (fresh + one, fresh + other)
    else:
        rooms = (one.replace("lobby", "lobby" + fresh), other.replace("lobby", "lobby" + fresh))
    ann, bob = wire.join_many(*rooms)
    expect_apart(wire, ann, bob)


SPELLINGS: dict[str, Callable[[str], str]] = {
    "letters-escaped": lambda name: "".join(f"%{octet:02X}" for octet in name.encode()),
    "lower-case-escapes": lambda name: "".join(f"%{octet:02x}" for octet in name.encode()),
    "parameter-name-escaped": lambda name: quote(name, safe=""),
}


@requirement("ROOM-2")
@cases("spelling", SPELLINGS)
def test_spellings_of_one_name_are_one_room(wire: Wire, spelling: Callable[[str], str]) -> None:
    """Room names are percent-decoded as UTF-8 and compared exactly."""
    room = unique("z\u00fcrich-\u6771-")
    key = "%72oom" if spelling is SPELLINGS["parameter-name-escaped"] else "room"
    ann = wire.join(room, query=f"{key}={spelling(room)}")
    bob = wire.join(room)
    expect_together(wire, ann, bob)


# ROOM-3


@requirement("ROOM-3")
@cases("first_is_empty", {"first-counts": False, "empty-first-counts": True})
def test_of_several_room_parameters_the_first_counts(wire: Wire, first_is_empty: bool) -> None:
    """Of several `room` parameters the first counts (the tutorial's rule), an empty first one too."""
    first, second = wire.new_room(), wire.new_room()
    written = "" if first_is_empty else first
    ann = wire.join("default" if first_is_empty else first, query=f"room={written}&room={second}")
    bob = wire.join(second)
    expect_apart(wire, ann, bob)
    cy = wire.join("default" if first_is_empty else first)
    expect_together(wire, ann, cy)


# ROOM-4

NAMES: dict[str, Callable[[], str]] = {
    "1-code-point": lambda: chr(0x4E00 + secrets.randbelow(20_000)),
    "64-code-points": lambda: unique().ljust(LONGEST, "x"),
    "64-emoji": lambda: "".join(chr(0x1F300 + secrets.randbelow(200)) for _ in range(LONGEST)),
    "dots-and-slashes": lambda: "../../" + unique(),
    "spaces": lambda: f"a  {unique()}  b",
    "quotes": lambda: f'"it\'s" `{unique()}`',
    "emoji": lambda: "\U0001f468\u200d\U0001f469\u200d\U0001f467 " + unique(),
    "right-to-left": lambda: "\u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627 " + unique(),
    "markup": lambda: f"<b>{unique()}</b>&amp;",
    "delimiters": lambda: f"a&room=b#c?d=e;f%g+h/{unique()}",
    "backslashes": lambda: f"\\n\\u0041\\{unique()}",
    "prototype": lambda: "__proto__",
}


@requirement("ROOM-4")
@cases("new_name", NAMES)
def test_names_of_1_to_64_code_points_are_accepted(wire: Wire, new_name: Callable[[], str]) -> None:
    """Names of 1 to 64 code points are accepted, `../`, spaces, quotes, emoji and right-to-left text
    included.
    """
    room = new_name()
    ann, bob = wire.join_many(room, room)
    expect_together(wire, ann, bob)


@requirement("ROOM-4", "words")
@cases("word", {word: word for word in WORDS})
def test_words_with_a_meaning_are_names(wire: Wire, word: str) -> None:
    """Words that a language gives a meaning (`__proto__`, `null`, `0`) are names like others."""
    ann, bob, cy = wire.join_many(word, word, f"{word}{unique()}")
    expect_together(wire, ann, bob)
    expect_apart(wire, ann, cy)


# ROOM-5


REFUSABLE: dict[str, tuple[str, str | None]] = {
    "65-code-points": ("x" * 65, "x" * 64),
    "200-code-points": ("y" * 200, "y" * 64),
    "65-emoji": ("\U0001f600" * 65, "\U0001f600" * 64),
    "NUL": ("a\0b", "a"),
    "LF": ("a\nb", "ab"),
    "CRLF": ("a\r\nb", "a"),
    "DEL": ("a\x7fb", "ab"),
    "C1": ("a\x85b", "ab"),
    "line-separator": ("a\u2028b", "ab"),
    "paragraph-separator": ("a\u2029b", "ab"),
    "right-to-left-override": ("a\u202eb", "ab"),
    "isolate": ("a\u2066b", "ab"),
}
"""Names that may be refused, each with what it must not be cut or mapped to; their heads are made fresh."""


@requirement("ROOM-5")
@cases("case", REFUSABLE)
def test_a_name_is_refused_or_taken_whole(wire: Wire, case: tuple[str, str]) -> None:
    """A name that the server will not take (over 64 code points; the characters of NICK-5) is refused at
    the handshake (HTTP 4xx) or by close 1008 (before or after Status), or taken whole where it can be;
    never cut, replaced or mapped to another room.
    """
    fresh = unique()
    name, cut = (freshly(each, fresh) for each in case)
    bob = wire.join(cut)
    ann = wire.begin(query="room=" + quote(name, safe=""))
    if was_taken(wire, ann):
        expect_room(wire, ann, name)
        expect_apart(wire, ann, bob)
    wire.fence(bob)


ESCAPES = {
    "percent-alone": "%",
    "one-digit": "%4",
    "not-hexadecimal": "%zz",
    "lone-byte": "%ff",
    "cut-off-character": "%e2%82",
    "overlong": "%c0%af",
    "surrogate": "%ed%a0%80",
    "beyond-unicode": "%f5%80%80%80",
}


@requirement("ROOM-5")
@cases("escape", ESCAPES)
def test_escapes_that_are_no_text_are_refused(wire: Wire, escape: str) -> None:
    """A name that the server will not take (escapes that are malformed or not UTF-8) is refused at the
    handshake (HTTP 4xx) or by close 1008 (before or after Status), or taken whole where it can be; never
    cut, replaced or mapped to another room.
    """
    fresh = unique("room-")
    bob = wire.join(fresh)
    ann = wire.begin(query=f"room={fresh}{escape}")
    if was_taken(wire, ann):
        expect_room(wire, ann, fresh + escape)
        expect_apart(wire, ann, bob)
    wire.fence(bob)


def freshly(name: str, fresh: str) -> str:
    """Return ``name`` made fresh without a change to its length, or with its head replaced."""
    if len(name) >= LONGEST:
        return fresh + name[len(fresh) :]
    return name.replace("a", fresh, 1)


def was_taken(wire: Wire, client: Client) -> bool:
    """Whether the server took a doubtful room name; fails if it refused it in a way that is not allowed."""
    allowed = "a member, HTTP 4xx, or close 1008"
    wire.until(lambda: client.greeted or client.is_over or client.close_code is not None, allowed, client)
    if client.greeted:
        wire.moment(lambda: not client.is_open)
    has_spoken = client.is_open
    if has_spoken:
        # Who is to be closed is not heard: that, and not the time that it takes, tells the two apart.
        said = client.say(intent="open").as_chat_anywhere
        wire.until(lambda: bool(client.received(said)) or not client.is_open, allowed, client)
    if client.is_open:
        return True
    wire.expect_over(client, "the connection ends behind a Close frame")
    refused = client.response is not None and 400 <= client.response.status < 500
    # What is said to a server that is closing may come back as a reset, which hides its Close frame.
    is_hidden = has_spoken and client.close_code is None and str(client.end) == "RST"
    if not refused and client.close_code != 1008 and not is_hidden:
        wire.canary()
        raise Broken(allowed, f"the connection ended with {client.end}", client.name)
    wire.note(f"the name is refused by {client.end}")
    return False


def expect_room(wire: Wire, client: Client, name: str) -> None:
    """Fail unless the client's Chats bear this room name."""
    said = client.say()
    seen = wire.expect(client, said.as_chat)
    if seen.get("Room") != name:
        allowed = f"the name is refused, or Room is {name!r}"
        differs = [difference("Room", name, seen.get("Room"))]
        raise Broken(allowed, f"Room {seen.get('Room')!r}", client.name, differs=differs)
    wire.note("the name is taken whole")


# ROOM-6


@requirement("ROOM-6", "100-rooms")
def test_100_rooms_at_once_work(wire: Wire) -> None:
    """100 rooms at once work."""
    rooms = [wire.new_room() for _ in range(ROOMS)]
    first = wire.join_many(*rooms)
    second = wire.join_many(*rooms)
    said = [client.say() for client in first]
    for each, one, other in zip(said, first, second, strict=True):
        wire.expect_chat(each, one, other)


@requirement("ROOM-6", "joined-anew")
def test_a_room_whose_last_member_left_is_empty(wire: Wire) -> None:
    """A room whose last member left can be joined anew and is empty."""
    room = wire.new_room()
    ann, bob = wire.join_many(room, room)
    said = ann.say(Author=wire.new_name())
    wire.expect_chat(said, ann, bob)
    wire.leave(ann, bob)
    cy = wire.join(room)
    if "presence" not in wire.transcript.head.lacks:
        wire.expect(cy, userlist_of("unknown"), within=wire.deadlines.presence)
    wire.fence(cy)
    wire.expect_none(cy, said.as_chat_anywhere)


# ROOM-7


@requirement("ROOM-7", "space")
def test_a_plus_is_a_space(wire: Wire) -> None:
    """A `+` in the query is a space, as in forms."""
    fresh = unique()
    ann = wire.join(f"tea {fresh}", query=f"room=tea+{fresh}")
    bob = wire.join(f"tea {fresh}")
    expect_together(wire, ann, bob)


@requirement("ROOM-7", "plus")
def test_an_escaped_plus_is_a_plus(wire: Wire) -> None:
    """A literal plus is sent as `%2B`."""
    fresh = unique()
    ann = wire.join(f"tea+{fresh}", query=f"room=tea%2B{fresh}")
    bob = wire.join(f"tea {fresh}")
    expect_apart(wire, ann, bob)
