"""What differs between what was due and what came."""

import base64
from typing import Any

import pytest

from conformance.messages import matchers
from conformance.messages.differences import closest, difference, differences, nearest


def encoded(words: str) -> str:
    return base64.b64encode(words.encode()).decode()


HELLO = encoded("hello")


@pytest.mark.parametrize(
    ("due", "came", "line"),
    [
        ("lobby-A", "lobby-a", "Room: due 'lobby-A', came 'lobby-a'"),
        ("abc", "", "Room: due 'abc', came ''"),
        (
            "caf\u00e9",
            "cafe\u0301",
            "Room: due 'caf\u00e9', came 'cafe\u0301'; "
            "character 4: U+00E9 LATIN SMALL LETTER E WITH ACUTE due, 'e' came",
        ),
        (
            "a b",
            "a\u00a0b",
            "Room: due 'a b', came 'a\\xa0b'; character 2: U+0020 SPACE due, U+00A0 NO-BREAK SPACE came",
        ),
        ("ab", "ab ", "Room: due 'ab', came 'ab '; character 3: the end due, U+0020 SPACE came"),
        (
            "x" * 500 + "A" + "y" * 500,
            "x" * 500 + "a" + "y" * 500,
            f"Room: due …'{'x' * 20}A{'y' * 20}'…, came …'{'x' * 20}a{'y' * 20}'…"
            "; character 501: 'A' due, 'a' came",
        ),
        ("1", 1, "Room: due '1', came 1, a number"),
        ("1", None, "Room: due '1', came None"),
        ("1", {"a": "b"}, "Room: due '1', came {'a': 'b'}, an object"),
        ("1", ["x" * 500], f"Room: due '1', came ['{'x' * 118}…, an array"),
    ],
)
def test_two_values_are_shown_around_where_they_part(due: str, came: Any, line: str) -> None:
    assert difference("Room", due, came) == line


def test_what_two_texts_of_any_length_differ_in_fits_a_line() -> None:
    assert len(difference("Room", "a" * 10_000, "b" * 20_000)) < 300


@pytest.mark.parametrize(
    ("due", "came", "line"),
    [
        (HELLO, encoded("Hello"), "Message, decoded: due 'hello', came 'Hello'"),
        (HELLO, "hello!", f"Message: due '{HELLO}', came 'hello!'"),
        ("aGk=", "aGl=", "Message: due 'aGk=', came 'aGl=': the same words in other base64"),
    ],
)
def test_a_message_is_shown_decoded_where_it_can_be(due: str, came: str, line: str) -> None:
    assert difference("Message", due, came) == line


CHAT = {"Type": "Chat", "Message": HELLO, "Author": "ann", "Room": "lobby-A", "WSID": "w1", "Sent": "now"}
DUE = matchers.chat(Message=HELLO, WSID="w1", Room="lobby-A")


@pytest.mark.parametrize(
    ("change", "lines"),
    [
        ({"Room": "lobby-a"}, ["Room: due 'lobby-A', came 'lobby-a'"]),
        ({"Room": None, "WSID": 7}, ["WSID: due 'w1', came 7, a number", "Room: due 'lobby-A', came None"]),
        ({"Type": "chat"}, ["Type: due 'Chat', came 'chat'"]),
        ({"Message": encoded("hello ")}, None),
        ({"Message": encoded("HELLO")}, None),
    ],
)
def test_the_fields_that_differ_are_named_and_no_others(
    change: dict[str, Any], lines: list[str] | None
) -> None:
    came = nearest(DUE, [{"Type": "Status", "WSID": "w1"}, CHAT | change])

    if lines is None and came is None:
        return
    assert came == CHAT | change
    assert lines is None or differences(DUE, came) == lines


def test_a_field_that_is_missing_is_told_with_one_that_is_written_otherwise() -> None:
    came = {"room" if name == "Room" else name: value for name, value in CHAT.items()}

    assert differences(DUE, came) == ["Room: due 'lobby-A', missing (there is 'room')"]


def test_of_several_the_nearest_is_meant_and_of_equal_ones_the_last() -> None:
    near = CHAT | {"Room": "lobby-a"}

    assert nearest(DUE, [near, CHAT | {"Room": "x", "WSID": "y"}, near | {"Sent": "later"}]) == near | {
        "Sent": "later"
    }


def test_another_message_that_was_said_is_not_near() -> None:
    other = encoded("ann says 252da59ed025"), encoded("ann says 252da59ed026")
    due = matchers.chat(Message=other[0], WSID="w1")
    came = CHAT | {"Message": other[1]}

    assert nearest(due, [came], said={other[1]}) is None
    assert nearest(due, [came]) == came


def test_what_matches_is_not_near() -> None:
    assert nearest(DUE, [CHAT]) is None


@pytest.mark.parametrize(
    ("due", "came", "line"),
    [
        (("ann", "bob"), ("ann",), "Users: missing 'bob'"),
        (("ann",), ("ann", "cy", "cy"), "Users: too many: 'cy' 2 times"),
        (("ann",), ("bob",), "Users: missing 'ann'; too many: 'bob'"),
        (("Anna", "bob"), ("anna", "bob"), "Users: due 'Anna', came 'anna'"),
        (
            ("abcdef ",),
            ("abcdefg", "abcdef"),
            "Users: due 'abcdef ', came 'abcdef'; character 7: U+0020 SPACE due, the end came",
        ),
    ],
)
def test_userlists_are_compared_as_multisets(due: tuple[str, ...], came: tuple[str, ...], line: str) -> None:
    document = {"Type": "userlist", "Users": [{"Name": name} for name in came]}

    assert nearest(matchers.userlist_of(*due), [document]) == document
    assert differences(matchers.userlist_of(*due), document) == [line]


def test_a_value_that_is_nothing_like_what_was_due_needs_no_closer_look() -> None:
    assert closest("Author", ["ann"], "unknown") == []
    assert closest("Author", ["unknown", "Ann Lee"], "ann lee") == ["Author: due 'Ann Lee', came 'ann lee'"]
    assert closest("Author", ["ann"], None) == []


@pytest.mark.parametrize(
    ("due", "came"), [("Zo\u00eb", "Zoe\u0308"), (" ", ""), ("a\u200b", "a"), ("A", "a")]
)
def test_what_looks_the_same_is_looked_at_closely_however_short_it_is(due: str, came: str) -> None:
    (line,) = closest("Author", [due], came)

    assert line.startswith("Author: due ")
