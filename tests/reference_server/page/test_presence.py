"""Joins, leaves and renames leave a remark in the log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.reference_server.page.conftest import Member, Visitor

    Call = Callable[..., Any]
    Join = Callable[..., Visitor]


CHANGES: list[tuple[str, str, dict[str, Any]]] = [
    ("A B", "A B", {}),
    ("A", "A B", {"joined": ["B"]}),
    ("A B", "B", {"left": ["A"]}),
    ("A B C", "A X C", {"renamed": [{"from": "B", "to": "X"}]}),
    ("A B", "A X", {"renamed": [{"from": "B", "to": "X"}]}),
    ("A B C", "A C X", {"joined": ["X"], "left": ["B"]}),
    ("u u u", "u A u", {"renamed": [{"from": "u", "to": "A"}]}),
    ("A u", "A B C", {"joined": ["C"], "renamed": [{"from": "u", "to": "B"}]}),
    ("A B u", "B C", {"left": ["A"], "renamed": [{"from": "u", "to": "C"}]}),
    ("A B C D", "D C B A", {}),
    ("A B", "B C", {"joined": ["C"], "left": ["A"]}),
    ("A A B", "A B B", {"renamed": [{"from": "A", "to": "B"}]}),
    ("", "A A", {"joined": ["A", "A"]}),
    ("A B C", "", {"left": ["A", "B", "C"]}),
]
REMARKS: list[tuple[dict[str, Any], list[str]]] = [
    ({"joined": ["A"]}, ["A joined"]),
    ({"joined": ["A", "B"], "left": ["C"]}, ["A and B joined", "C left"]),
    ({"left": ["A", "B", "C"]}, ["A, B and C left"]),
    ({"joined": ["u", "A", "u"]}, ["u (2) and A joined"]),
    ({"joined": list("ABCDEF")}, ["A, B, C, D, E and 1 other joined"]),
    ({"joined": list("ABCDEFGG")}, ["A, B, C, D, E and 3 others joined"]),
    ({"renamed": [{"from": "A", "to": "B"}]}, ["A is now called B"]),
    ({"renamed": [{"from": "A", "to": "B", "isOwn": True}]}, ["You are now called B"]),
    (
        {"renamed": [{"from": "A", "to": str(number)} for number in range(7)]},
        [*(f"A is now called {number}" for number in range(5)), "2 others changed their names"],
    ),
]


@pytest.mark.parametrize(("before", "after", "changed"), CHANGES)
def test_who_came_left_and_was_renamed_is_read_off_two_lists(
    call: Call, before: str, after: str, changed: dict[str, Any]
) -> None:
    expected = {"joined": [], "left": [], "renamed": []} | changed
    assert call("presence", "changes", before.split(), after.split()) == expected


def test_large_rooms_are_compared_at_once(call: Call) -> None:
    before = [f"user{number}" for number in range(5_000)]
    changed = call("presence", "changes", before, [*reversed(before[1:]), "Ada"])
    assert (changed["joined"], changed["left"]) in ((["Ada"], ["user0"]), ([], []))


@pytest.mark.parametrize(("changed", "told"), REMARKS)
def test_changes_are_told_in_a_few_words(call: Call, changed: dict[str, Any], told: list[str]) -> None:
    remarks = call("presence", "remarks", {"joined": [], "left": [], "renamed": []} | changed)
    said = ["".join(part if isinstance(part, str) else part["name"] for part in remark) for remark in remarks]
    assert said == told


def test_who_joins_is_renamed_and_leaves_leaves_a_remark_each(join: Join) -> None:
    ada = join()
    bob = join()
    expect(ada.presence).to_have_text(["unknown joined"])
    bob.say("/nick Bob")
    expect(ada.presence.last).to_have_text("unknown is now called Bob")
    bob.page.close()
    expect(ada.presence.last).to_have_text("Bob left")


def test_ones_own_new_name_is_said_to_oneself(join: Join) -> None:
    ada, bob = join(), join()
    ada.say("/nick Ada")
    expect(ada.presence.filter(has_text="You are now called Ada")).to_have_count(1)
    expect(bob.presence).to_have_text(["unknown is now called Ada"])


def test_who_is_there_already_and_a_name_that_one_comes_with_leave_no_remark(
    join: Join, member: Member
) -> None:
    ada = join()
    ada.say("/nick Ada")
    expect(ada.presence).to_have_text(["You are now called Ada"])
    ada.page.reload()
    ada.expect_connected()
    expect(ada.people).to_have_text(["unknown", "Ada"])
    member.rename("Bob")
    expect(ada.presence).to_have_text(["unknown is now called Bob"])


def test_a_name_with_markup_is_shown_as_text_in_remarks(join: Join, member: Member) -> None:
    ada = join()
    member.rename("<img src=x onerror=alert(1)>")
    expect(ada.presence).to_have_text(["unknown is now called <img src=x onerror=alert(1)>"])
    expect(ada.page.locator("#chat img")).to_have_count(0)


def test_remarks_of_comings_and_goings_are_no_new_messages(join: Join, member: Member) -> None:
    ada = join(viewport={"width": 800, "height": 400})
    for number in range(30):
        member.say(f"line {number}")
    expect(ada.texts).to_have_count(30)
    ada.log.press("Home")
    expect(ada.texts.first).to_be_in_viewport()
    member.rename("Grace")
    expect(ada.presence.last).to_contain_text("Grace")
    expect(ada.page.locator("#newest")).to_be_hidden()
