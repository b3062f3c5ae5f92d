"""Who gets what: each rule on a transcript that breaks it, and on the nearest one that does not."""

from typing import Any

import pytest

from conformance.oracle.judge import judge
from conformance.wire import transcript as events


def test_a_talk_that_all_hear_breaks_nothing(talk: Any) -> None:
    talk.close("ann")
    talk.close("bob")
    assert talk.broken == []


@pytest.mark.parametrize(("listener", "requirement"), [("bob", "BCAST-1"), ("ann", "BCAST-2")])
def test_what_comes_twice_is_a_duplicate(talk: Any, listener: str, requirement: str) -> None:
    talk.hear("ann", "ann speaks", listener)
    assert talk.broken == [requirement]


def test_what_was_said_twice_may_come_twice(talk: Any) -> None:
    talk.say("ann", "ann speaks")
    talk.hear("ann", "ann speaks", "ann", "bob")
    assert talk.broken == []


@pytest.mark.parametrize("times", [1, 2])
def test_of_equal_messages_a_joiner_may_get_the_earlier_one_or_not(talk: Any, times: int) -> None:
    talk.join("cy")
    for _ in range(times):
        talk.say("ann", "ann speaks")
        talk.hear("ann", "ann speaks", "ann", "bob", "cy")
    talk.say("ann", "later")
    talk.hear("ann", "later", "ann", "bob", "cy")
    assert talk.broken == []


def test_an_equal_message_that_was_said_before_a_joiner_came_is_history(talk: Any) -> None:
    talk.join("cy")
    talk.hear("ann", "ann speaks", "cy")
    talk.say("ann", "ann speaks")
    talk.hear("ann", "ann speaks", "ann", "bob", "cy")
    assert talk.broken == ["BCAST-6"]


def test_of_equal_messages_the_one_that_need_not_go_out_is_the_one_that_is_missing(talk: Any) -> None:
    talk.say("ann", "again", intent="open", Mood="fine")
    talk.say("ann", "again")
    talk.say("ann", "later")
    talk.hear("ann", "again", "ann", "bob")
    talk.hear("ann", "later", "ann", "bob")
    assert talk.broken == []


@pytest.mark.parametrize("heard", [1, 3])
def test_equal_messages_are_owed_as_often_as_they_were_said(talk: Any, heard: int) -> None:
    for words in ("again", "again", "later"):
        talk.say("ann", words)
    for _ in range(heard):
        talk.hear("ann", "again", "bob")
    talk.hear("ann", "later", "bob")
    assert talk.broken == ["BCAST-1"]


@pytest.mark.parametrize(("listener", "requirement"), [("bob", "BCAST-1"), ("ann", "BCAST-2")])
def test_a_gap_is_a_loss(talk: Any, listener: str, requirement: str) -> None:
    talk.say("ann", "lost")
    talk.say("ann", "later")
    talk.hear("ann", "later", listener)
    assert talk.broken == [requirement]


def test_a_gap_of_one_who_paused_is_a_slow_readers(talk: Any) -> None:
    talk.add(events.Paused, "bob", reading=False)
    talk.say("ann", "lost")
    talk.say("ann", "later")
    talk.add(events.Paused, "bob", reading=True)
    talk.hear("ann", "later", "bob")
    assert talk.broken == ["BCAST-9"]


def test_a_gap_right_behind_the_status_is_a_members_that_was_none_yet(talk: Any) -> None:
    talk.join("cy")
    talk.say("ann", "lost")
    talk.say("ann", "later")
    talk.hear("ann", "later", "cy")
    assert talk.broken == ["STAT-3"]


def test_what_is_missing_at_the_end_may_be_under_way(talk: Any) -> None:
    talk.say("ann", "under way")
    assert talk.broken == []


def test_what_need_not_go_out_leaves_no_gap(talk: Any) -> None:
    talk.say("ann", "doubtful", intent="open")
    talk.say("ann", "later")
    talk.hear("ann", "later", "bob")
    assert talk.broken == []


def test_what_was_said_before_one_joined_leaves_no_gap(talk: Any) -> None:
    talk.say("ann", "before")
    talk.join("cy")
    talk.say("ann", "after")
    talk.hear("ann", "after", "cy")
    assert talk.broken == []


def test_who_was_told_to_slow_down_may_have_gaps(talk: Any) -> None:
    for number in range(501):
        talk.say("ann", f"flood {number}", intent="open")
    talk.say("ann", "shed")
    talk.get("ann", {"Type": "Error", "Code": "flood", "Reason": "slower"})
    talk.say("ann", "later")
    talk.hear("ann", "later", "bob")
    assert talk.broken == []


def test_one_senders_order_is_kept(talk: Any) -> None:
    for words in ("one", "two"):
        talk.say("ann", words)
    for words in ("two", "one"):
        talk.hear("ann", words, "bob")
    assert talk.broken == ["BCAST-4"]


def test_several_senders_come_to_all_in_one_order(talk: Any) -> None:
    talk.join("cy")
    for speaker in ("ann", "bob"):
        talk.say(speaker, f"{speaker} again")
    for first, second, listener in (("ann", "bob", "ann"), ("bob", "ann", "cy")):
        talk.hear(first, f"{first} again", listener)
        talk.hear(second, f"{second} again", listener)
    assert talk.broken == ["BCAST-5"]


def test_nothing_bad_goes_out(talk: Any) -> None:
    talk.say("ann", "bad", intent="bad")
    talk.hear("ann", "bad", "bob")
    assert talk.broken == ["BAD-3"]


def test_what_nobody_said_is_invented(talk: Any) -> None:
    talk.hear("ann", "ann never said this", "bob")
    assert talk.broken == ["FMT-4"]


def test_what_is_invented_behind_a_bad_message_is_made_of_it(talk: Any) -> None:
    talk.publish("ann", {"Message": 5}, intent="bad")
    talk.hear("ann", "5", "bob")
    assert talk.broken == ["BAD-3"]


def test_an_empty_chat_behind_a_rename_is_the_rename(talk: Any) -> None:
    talk.publish("ann", {"Author": "Ann"})
    talk.hear("ann", "", "bob", Author="Ann")
    assert talk.broken == ["NICK-4"]


def test_nobody_speaks_when_gone(talk: Any) -> None:
    talk.close("ann")
    talk.hear("ann", "goodbye", "bob")
    assert talk.broken == ["BCAST-7"]


def test_last_words_may_come_behind_the_close(talk: Any) -> None:
    talk.say("ann", "last words")
    talk.close("ann")
    talk.hear("ann", "last words", "bob")
    assert talk.broken == []


def test_rooms_do_not_leak(talk: Any) -> None:
    talk.join("zoe", room="attic")
    talk.hear("ann", "ann speaks", "zoe", Room="attic")
    assert talk.broken == ["BCAST-3"]


def test_the_same_words_in_two_rooms_are_no_leak(talk: Any) -> None:
    talk.join("zoe", room="attic")
    talk.say("zoe", "ann speaks")
    talk.hear("zoe", "ann speaks", "zoe", Room="attic")
    assert talk.broken == []


def test_a_joiner_gets_no_history(talk: Any) -> None:
    talk.join("cy")
    talk.hear("ann", "ann speaks", "cy")
    assert "BCAST-6" in talk.broken


def test_what_others_get_while_one_joins_is_no_history(scene: Any) -> None:
    scene.join("ann")
    scene.say("ann", "hello")
    scene.join("bob")
    scene.hear("ann", "hello", "ann", "bob")
    assert scene.broken == []


def test_what_others_are_still_to_get_is_no_history(scene: Any) -> None:
    scene.join("ann", "bob")
    scene.say("ann", "hello")
    scene.hear("ann", "hello", "ann")
    scene.join("cy")
    scene.hear("ann", "hello", "bob", "cy")
    assert scene.broken == []


def test_at_most_three_of_a_kind_are_told(talk: Any) -> None:
    for _ in range(9):
        talk.hear("ann", "ann speaks", "bob")
    assert talk.broken == ["BCAST-1"] * 3


def test_a_violation_says_who_saw_it_when_and_what(talk: Any) -> None:
    talk.hear("ann", "ann speaks", "bob")
    (violation,) = judge(talk.transcript)
    assert (violation.client, violation.at) == ("bob", talk.transcript.events[-1].at)
    assert violation.allowed == "each Chat of ann once"
    assert violation.seen == "bob received 'YW5uIHNwZWFrcw==' once more"
