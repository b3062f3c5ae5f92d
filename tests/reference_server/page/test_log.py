"""The log of messages follows its newest entry, and leaves a reader alone who went up."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.reference_server.page.conftest import Member, Visitor

    Join = Callable[..., Visitor]


@pytest.fixture
def reader(join: Join, member: Member) -> Visitor:
    """Someone whose log is far longer than their screen."""
    reader = join()
    for number in range(60):
        member.say(f"line {number}")
    expect(reader.texts).to_have_count(60)
    return reader


def go_to_the_start(reader: Visitor) -> None:
    reader.log.press("Home")
    expect(reader.texts.first).to_be_in_viewport()


def test_the_log_scrolls_to_the_newest(reader: Visitor, member: Member) -> None:
    expect(reader.texts.last).to_be_in_viewport()
    member.say("newest")
    expect(reader.texts.last).to_have_text("newest")
    expect(reader.texts.last).to_be_in_viewport()
    expect(reader.texts.first).not_to_be_in_viewport()


def test_a_reader_who_went_up_stays_there_and_is_told_of_new_messages(
    reader: Visitor, member: Member
) -> None:
    go_to_the_start(reader)
    member.say("newest")
    expect(reader.page.get_by_role("button", name="1 new message")).to_be_visible()
    expect(reader.texts.first).to_be_in_viewport()
    expect(reader.texts.last).not_to_be_in_viewport()


def test_a_press_on_new_messages_goes_there_and_back_to_writing(reader: Visitor, member: Member) -> None:
    go_to_the_start(reader)
    member.say("newest")
    reader.page.get_by_role("button", name="1 new message").click()
    expect(reader.texts.last).to_be_in_viewport()
    expect(reader.page.locator("#newest")).to_be_hidden()
    expect(reader.input).to_be_focused()


def test_ones_own_message_is_scrolled_to(reader: Visitor) -> None:
    go_to_the_start(reader)
    reader.say("my answer")
    expect(reader.texts.last).to_have_text("my answer")
    expect(reader.texts.last).to_be_in_viewport()


def test_a_reader_who_came_back_down_follows_again(reader: Visitor, member: Member) -> None:
    go_to_the_start(reader)
    reader.log.press("End")
    expect(reader.texts.last).to_be_in_viewport()
    member.say("newest")
    expect(reader.texts.last).to_have_text("newest")
    expect(reader.texts.last).to_be_in_viewport()


def test_the_newest_stays_in_sight_when_the_window_shrinks(reader: Visitor) -> None:
    reader.page.set_viewport_size({"width": 360, "height": 400})
    expect(reader.texts.last).to_be_in_viewport()


def test_the_latest_thousand_messages_are_kept_and_followed(join: Join, member: Member) -> None:
    reader = join()
    for number in range(1100):
        member.say(f"line {number}")
    expect(reader.texts.last).to_have_text("line 1099", timeout=30_000)
    expect(reader.texts).to_have_count(1000)
    expect(reader.texts.first).to_have_text("line 100")
    expect(reader.texts.last).to_be_in_viewport()


def test_messages_of_one_author_in_a_row_name_the_author_once(join: Join, member: Member) -> None:
    reader = join()
    for author in ("Bob", "Bob", "Ada"):
        member.say("hello", author)
    expect(reader.page.locator("#chat li:not(.follows) .author")).to_have_text(["Bob", "Ada"])
    expect(reader.authors).to_have_text(["Bob", "Bob", "Ada"])


def test_the_time_is_the_readers_own_and_keeps_the_utc_of_the_server(join: Join, member: Member) -> None:
    in_tokyo = join(timezone_id="Asia/Tokyo", locale="en-GB")
    in_london = join(timezone_id="Etc/UTC", locale="en-GB")
    member.say("what time is it?")
    expect(in_tokyo.page.locator("time")).to_have_attribute("datetime", re.compile(r"T\d\d:\d\d:\d\d\.000Z$"))
    utc = in_london.page.locator("time")
    expect(utc).to_have_text(re.compile(r"^\d\d:\d\d$"))
    hour, minute = (utc.text_content() or "").split(":")
    expect(in_tokyo.page.locator("time")).to_have_text(f"{(int(hour) + 9) % 24:02}:{minute}")
