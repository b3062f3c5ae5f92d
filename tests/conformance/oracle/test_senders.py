"""Whom a Chat names where a WSID is given again, which it may be (STAT-2)."""

from typing import Any

import pytest


@pytest.fixture
def heirs(scene: Any) -> Any:
    """Ann, who has said something and left, and Bob, who has her WSID now; Cy hears both."""
    scene.join("cy", "ann")
    scene.say("ann", "ann speaks")
    scene.hear("ann", "ann speaks", "cy")
    scene.close("ann")
    scene.join("bob", greet=False)
    scene.get("bob", {"Type": "Status", "WSID": "#ann"})
    return scene


def test_what_the_heir_of_a_wsid_says_is_the_heirs(heirs: Any) -> None:
    heirs.say("bob", "bob speaks")
    heirs.hear("ann", "bob speaks", "cy", "bob")
    assert heirs.broken == []


def test_what_the_one_before_said_may_come_late(heirs: Any) -> None:
    heirs.say("bob", "bob speaks", Author="Bob")
    heirs.hear("ann", "bob speaks", "cy", Author="Bob")
    heirs.hear("ann", "ann speaks", "bob")
    assert heirs.broken == ["BCAST-6"], "it was delivered before he came, and is still hers"


def test_both_may_say_the_same(heirs: Any) -> None:
    heirs.say("bob", "ann speaks")
    heirs.hear("ann", "ann speaks", "cy", "bob")
    assert heirs.broken == []


def test_what_both_said_comes_once_of_each(heirs: Any) -> None:
    heirs.say("bob", "ann speaks")
    heirs.hear("ann", "ann speaks", "cy", "bob")
    heirs.hear("ann", "ann speaks", "cy")
    assert heirs.broken == ["BCAST-1"]


def test_the_name_of_the_one_before_is_not_the_heirs(heirs: Any) -> None:
    heirs.say("bob", "bob speaks")
    heirs.hear("ann", "bob speaks", "cy", Author="Ann")
    assert heirs.broken == ["NICK-3"]


def test_what_neither_said_is_invented(heirs: Any) -> None:
    heirs.hear("ann", "nobody spoke", "cy")
    assert heirs.broken == ["FMT-4"]


def test_what_may_be_made_of_a_bad_message_is_the_offenders(scene: Any) -> None:
    scene.join("cy", "ann")
    scene.say("ann", "bad", intent="bad")
    scene.close("ann")
    scene.join("bob", greet=False)
    scene.get("bob", {"Type": "Status", "WSID": "#ann"})
    scene.hear("ann", "made of it", "cy")
    assert scene.broken == ["BAD-3"]


def test_a_chat_that_is_read_before_its_senders_status_is_the_senders(heirs: Any) -> None:
    heirs.close("bob")
    heirs.join("dee", greet=False)
    heirs.say("dee", "early")
    heirs.hear("ann", "early", "cy")
    heirs.get("dee", {"Type": "Status", "WSID": "#ann"})
    assert heirs.broken == []


def test_the_heir_may_be_in_another_room(heirs: Any) -> None:
    heirs.close("bob")
    heirs.join("dee", "eve", room="attic", greet=False)
    heirs.get("dee", {"Type": "Status", "WSID": "#ann"})
    heirs.get("eve", {"Type": "Status", "WSID": "#eve"})
    heirs.say("dee", "dee speaks")
    heirs.hear("ann", "dee speaks", "eve", Room="attic")
    assert heirs.broken == []
