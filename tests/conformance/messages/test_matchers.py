"""Patterns of messages: what they match, and how they print, which failure messages show."""

from typing import Any

import pytest

from conformance.messages.matchers import Matcher, brief, chat, one_of, status, userlist_of, userlist_with

CHAT = {"Type": "Chat", "Message": "aGk=", "Author": "Ann", "More": 1}
USERS = {"Type": "userlist", "Users": [{"Name": "Ann"}, {"Name": "Bob"}, {"Name": "Ann"}]}


@pytest.mark.parametrize(
    ("matcher", "document", "matches"),
    [
        (chat(), CHAT, True),
        (chat(Message="aGk="), CHAT, True),
        (chat(Message="aGk"), CHAT, False),
        (chat(Room="den"), CHAT, False),
        (chat(Author=one_of("Ann", "Bob")), CHAT, True),
        (chat(Author=one_of("Bob")), CHAT, False),
        (status(), CHAT, False),
        (userlist_of("Ann", "Ann", "Bob"), USERS, True),
        (userlist_of("Ann", "Bob"), USERS, False),
        (userlist_with("Ann", "Bob"), USERS, True),
        (userlist_with("Bob", "Bob"), USERS, False),
        (userlist_of(), {"Type": "userlist", "Users": "none"}, True),
    ],
)
def test_a_pattern_matches_what_has_at_least_its_fields(
    matcher: Matcher, document: Any, matches: bool
) -> None:
    assert matcher.matches(document) == matches


@pytest.mark.parametrize(
    ("shown", "words"),
    [
        (
            repr(chat(Message="aGk=", Author=one_of("Ann", "Bob"))),
            "chat(Message='aGk=', Author=one_of('Ann', 'Bob'))",
        ),
        (repr(status()), "status()"),
        (repr(userlist_of("Bob", "Ann")), "userlist_of('Ann', 'Bob')"),
        (repr(userlist_with("Ann")), "userlist_with('Ann')"),
        (brief(CHAT), "chat(Message='aGk=', Author='Ann')"),
        (brief(USERS), "userlist_of('Ann', 'Ann', 'Bob')"),
        (brief(b"nonsense"), "b'nonsense'"),
        (brief({"Type": "Chat", "Message": "x" * 100}), f"chat(Message='{'x' * 45}…(100 long))"),
    ],
)
def test_a_pattern_prints_as_the_code_that_makes_it(shown: str, words: str) -> None:
    assert shown == words
