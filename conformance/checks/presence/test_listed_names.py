"""PRES and NICK: many members in a userlist, and names of every kind."""

from collections.abc import Sequence

from ...findings import Broken
from ...messages.matchers import userlist
from ...requirement import cases, requirement
from ...steps.crowd import MANY, join_all
from ...steps.userlists import UNNAMED, expect_list
from ...wire.client import Client
from ...wire.wire import Wire

LONGEST_NAME = 64


@requirement("PRES-7", "260-members")
def test_the_list_holds_many_members(wire: Wire) -> None:
    """The userlist holds every member, however many there are (260) and whatever their names."""
    room = wire.new_room()
    members = join_all(wire, [room] * MANY)
    named = {members[number]: wire.new_name() for number in (0, 100, 128, 255, 256, MANY - 1)}
    for member, name in named.items():
        wire.expect_chat(member.say(Author=name), member)
    expect_list(wire, *named.values(), *[UNNAMED] * (MANY - len(named)), at=members)
    wire.leave(*(member for member in members[:130] if member not in named))
    left = [member for member in members[130:] if member not in named]
    expect_list(wire, *named.values(), *[UNNAMED] * len(left), at=[*named, *left])


@requirement("PRES-7", "over-64-KiB")
def test_the_list_may_be_long_in_bytes(wire: Wire) -> None:
    """The userlist holds every member, however many there are (260) and whatever their names."""
    wire.needs("nick")
    room = wire.new_room()
    members = join_all(wire, [room] * MANY)
    expect_list(wire, *[UNNAMED] * MANY, at=members)
    if len(members[0].received(userlist())) > MANY // 2:
        wire.note("each change has a userlist of its own: too much to be sent, where each has 64 KiB")
        return
    names = [chr(0x1F300 + number) * LONGEST_NAME for number in range(MANY)]
    for member, name in zip(members, names, strict=True):
        member.rename(name)
    expect_list(wire, *names, at=members)


@requirement("PRES-7", "long-names")
def test_the_list_holds_long_names(wire: Wire) -> None:
    """The userlist holds every member, however many there are and whatever their names."""
    room = wire.new_room()
    members = wire.join_many(*[room] * 64)
    names = [chr(0x1F300 + number) * LONGEST_NAME for number in range(len(members))]
    said = [member.say(Author=name) for member, name in zip(members, names, strict=True)]
    wire.expect_all(members[0], *said)
    expect_list(wire, *names, at=members)


KINDS: dict[str, Sequence[str]] = {
    "of-JavaScript": (
        "__proto__",
        "constructor",
        "prototype",
        "toString",
        "valueOf",
        "hasOwnProperty",
        "length",
    ),
    "of-other-languages": (
        "__class__",
        "__init__",
        "self",
        "nil",
        "None",
        "NULL",
        "this",
        "$ref",
        "_id",
        "map[]",
    ),
    "nothing": ("null", "undefined", "NaN", "false", "true", "0", "-1", "-0", "1e999", "Infinity"),
    "numbers": ("7", "007", "7.0", "07", "1", "2", "10", "0x7", "\u0667", "4294967296"),
    "case": ("Ann", "ann", "ANN", "aNN", "\u0131nn", "\u0130nn", "stra\u00dfe", "STRASSE"),
    "normalisation": (
        "Zo\u00eb",
        "Zoe\u0308",
        "\u212bngstr\u00f6m",
        "\u00c5ngstr\u00f6m",
        "\uff21nn",
        "\ufb01n",
        "fin",
    ),
    "white-space": ("Bo", " Bo", "Bo ", "  Bo  ", "B o", "B  o", " ", "\u00a0", "Bo\u00a0", "\u3000Bo"),
    "invisible": ("Cy", "C\u200by", "Cy\u200d", "\ufeffCy", "C\u00ady"),
    "equal": ("Dee", "Dee", "Dee", "__proto__", "__proto__", UNNAMED, UNNAMED, "null", "null"),
    "markup": (
        "<b>",
        "&lt;b&gt;",
        '"',
        "'",
        "\\",
        "\\n",
        "`${1}`",
        "%s",
        "%00",
        "{}",
        "[]",
        ",",
        ";",
        "--",
        "../..",
    ),
    "scripts": (
        "\u05e9\u05dc\u05d5\u05dd",
        "\u6771\u4eac",
        "\U0001f468\u200d\U0001f469",
        "\U0001d11e",
        "\ue000",
        "\uffff",
    ),
    "of-the-protocol": (
        "Chat",
        "Status",
        "userlist",
        "Error",
        "Users",
        "Name",
        "default",
        "unknown",
        "Unknown",
    ),
}
"""Names that a server may mistake for others, or for none; each list is of one room."""


@requirement("PRES-7", "names")
@cases("names", KINDS)
def test_the_list_holds_names_of_every_kind(wire: Wire, names: Sequence[str]) -> None:
    """The userlist holds every member, however many there are and whatever their names."""
    room = wire.new_room()
    ann, *members = wire.join_many(*[room] * (1 + len(names)))
    for member, name in zip(members, names, strict=True):
        expect_by(wire, member, name, ann)
    expect_list(wire, UNNAMED, *names, at=[ann, *members])
    # One who leaves, and one who gives its name up and takes it again, leave the names of all others there.
    wire.leave(members[0])
    expect_by(wire, members[1], "Eve", ann)
    expect_by(wire, members[2], names[0], ann)
    expect_list(wire, UNNAMED, "Eve", names[0], *names[3:], at=[ann, *members[1:]])
    expect_by(wire, members[1], names[1], ann)
    expect_list(wire, UNNAMED, names[1], names[0], *names[3:], at=[ann, *members[1:]])
    # A name that differs a little from the one before is a change, too.
    expect_by(wire, members[1], names[0], ann)
    expect_list(wire, UNNAMED, names[0], names[0], *names[3:], at=[ann, *members[1:]])
    # Who has had several names leaves under the last.
    wire.leave(members[1])
    expect_list(wire, UNNAMED, names[0], *names[3:], at=[ann, *members[2:]])


@requirement("PRES-7", "named-as-others-are-known")
def test_the_list_holds_names_that_are_ids_of_others(wire: Wire) -> None:
    """The userlist holds every member, however many there are and whatever their names."""
    room = wire.new_room()
    ann, *members = wire.join_many(*[room] * 5)
    ids = [ann.wsid, members[0].wsid, room, members[3].wsid]
    names = [each if len(each) <= LONGEST_NAME else wire.new_name() for each in ids]
    for member, name in zip(members, names, strict=True):
        expect_by(wire, member, name, ann)
    expect_list(wire, UNNAMED, *names, at=[ann, *members])
    wire.leave(members[0])
    expect_list(wire, UNNAMED, *names[1:], at=[ann, *members[1:]])


def expect_by(wire: Wire, speaker: Client, name: str, listener: Client) -> None:
    """Let one take a name, and fail unless what it says is by that name, at once and later."""
    for said in (speaker.say(Author=name), speaker.say()):
        author = wire.expect(listener, said.as_chat).get("Author")
        if author != name:
            raise Broken.of_field("Author", name, author, listener.name)
