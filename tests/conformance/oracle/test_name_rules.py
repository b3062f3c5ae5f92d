"""Names: each rule on a transcript that breaks it, and on the nearest one that does not."""

from typing import Any

import pytest


def test_a_chat_carries_its_messages_author(talk: Any) -> None:
    talk.say("ann", "one", Author="Ann")
    talk.hear("ann", "one", "ann", Author="Ann")
    assert talk.broken == []
    talk.hear("ann", "one", "bob", Author="ann")
    assert talk.broken == ["NICK-1"]


def test_a_message_without_author_carries_the_current_name(talk: Any) -> None:
    talk.say("ann", "one", Author="Ann")
    talk.say("ann", "two")
    talk.hear("ann", "one", "bob", Author="Ann")
    talk.hear("ann", "two", "bob", Author="unknown")
    assert talk.broken == ["NICK-3"]


def test_a_rename_counts_from_then_on(talk: Any) -> None:
    talk.publish("ann", {"Author": "Ann"})
    talk.say("ann", "two")
    talk.hear("ann", "two", "ann", Author="Ann")
    assert talk.broken == []
    talk.hear("ann", "two", "bob", Author="unknown")
    assert talk.broken == ["NICK-4"]


@pytest.mark.parametrize("name", ["", "x" * 65, "a\nb"])
def test_of_a_doubtful_name_anything_may_become(name: str, talk: Any) -> None:
    talk.say("ann", "one", intent="open", Author=name)
    talk.hear("ann", "one", "ann", "bob", Author="unknown")
    assert talk.broken == []


@pytest.mark.parametrize("author", ["unknown", "Ann"])
def test_a_name_that_was_perhaps_taken_may_be_the_current_one(author: str, talk: Any) -> None:
    talk.publish("ann", {"Author": "Ann"}, intent="open")
    talk.say("ann", "one")
    talk.hear("ann", "one", "bob", Author=author)
    assert talk.broken == []


def test_the_name_of_a_bad_message_does_not_count(talk: Any) -> None:
    talk.publish("ann", {"Author": "Mallory", "Message": "*"}, intent="bad")
    talk.say("ann", "one")
    talk.hear("ann", "one", "bob", Author="Mallory")
    assert talk.broken == ["NICK-3"]


def test_a_userlist_shows_ones_own_room(talk: Any) -> None:
    talk.join("zoe", room="attic")
    talk.say("zoe", "hello", Author="Zoe")
    talk.get("zoe", {"Type": "userlist", "Users": [{"Name": "Zoe"}]})
    assert talk.broken == []
    talk.get("ann", {"Type": "userlist", "Users": [{"Name": "unknown"}, {"Name": "Zoe"}]})
    assert talk.broken == ["PRES-4"]


def test_a_name_that_is_in_both_rooms_may_be_listed_in_both(talk: Any) -> None:
    talk.join("zoe", room="attic")
    for client in ("ann", "zoe"):
        talk.publish(client, {"Author": "Twin"})
    talk.get("ann", {"Type": "userlist", "Users": [{"Name": "Twin"}]})
    assert talk.broken == []
