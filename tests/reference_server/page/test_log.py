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
    expect(reader.presence).to_have_text(["unknown is now called member"])
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


def test_ones_own_message_is_scrolled_to_while_one_is_still_scrolling_up(reader: Visitor) -> None:
    reader.page.evaluate("""() => {
        chatdiv.scrollTop = 300;
        const scrollOn = () => { chatdiv.scrollTop -= 50; };
        new MutationObserver(scrollOn).observe(chat, { childList: true });
    }""")
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


def test_two_who_talk_by_turns_are_followed_beyond_a_thousand_messages(join: Join, member: Member) -> None:
    # From there on each message that comes takes the place of one as high: nothing changes its size.
    reader = join()
    for number in range(1000):
        member.say(f"line {number}", "AB"[number % 2])
    expect(reader.texts.last).to_have_text("line 999", timeout=30_000)
    for number in range(1000, 1040):
        member.say(f"line {number}", "AB"[number % 2])
        expect(reader.texts.last).to_have_text(f"line {number}")
        expect(reader.texts.last).to_be_in_viewport(ratio=1)
        expect(reader.page.locator("#newest")).to_be_hidden()


def test_messages_of_all_heights_are_followed_beyond_a_thousand(join: Join, member: Member) -> None:
    reader = join()
    heights = [1, 9, 2, 1, 14, 1, 3]
    for number in range(1300):
        lines = heights[number % len(heights)] * heights[number % 5]
        member.say("\n".join([f"line {number}"] * min(lines, 15)), "ABC"[number % 3])
    expect(reader.texts.last).to_contain_text("line 1299", timeout=30_000)
    expect(reader.texts.last).to_be_in_viewport()
    expect(reader.page.locator("#newest")).to_be_hidden()
    reader.expect_at_end()


def test_a_reader_who_went_up_keeps_their_place_beyond_a_thousand_messages(
    join: Join, member: Member
) -> None:
    reader = join()
    for number in range(1000):
        member.say(f"line {number}", "AB"[number % 2])
    expect(reader.texts.last).to_have_text("line 999", timeout=30_000)
    reader.log.hover()
    reader.page.mouse.wheel(0, -3000)
    expect(reader.texts.last).not_to_be_in_viewport()
    read = reader.texts.filter(has_text="line 940")
    read.scroll_into_view_if_needed()
    expect(read).to_be_in_viewport()
    for number in range(1000, 1030):
        member.say(f"line {number}", "AB"[number % 2])
    expect(reader.texts.last).to_have_text("line 1029")
    expect(reader.page.get_by_role("button", name="30 new messages")).to_be_visible()
    expect(read).to_be_in_viewport()


def test_one_can_go_up_while_messages_pour_in(reader: Visitor, member: Member) -> None:
    reader.log.hover()
    for number in range(400):
        member.say(f"more {number}")
        if number % 40 == 20:
            reader.page.mouse.wheel(0, -400)
    expect(reader.texts.last).to_have_text("more 399")
    expect(reader.page.locator("#newest")).to_be_visible()
    expect(reader.texts.last).not_to_be_in_viewport()


@pytest.mark.parametrize("sizes", [[(360, 400), (1280, 900), (500, 300)], [(1600, 1000), (320, 500)]])
def test_the_newest_stays_in_sight_however_the_window_is_resized(
    reader: Visitor, member: Member, sizes: list[tuple[int, int]]
) -> None:
    for number, (width, height) in enumerate(sizes):
        reader.page.set_viewport_size({"width": width, "height": height})
        member.say("word " * 100 + str(number))
        expect(reader.texts).to_have_count(61 + number)
        expect(reader.texts.last).to_be_in_viewport()
        expect(reader.page.locator("#newest")).to_be_hidden()


def test_what_comes_to_a_reader_who_sees_all_is_not_counted_as_new(join: Join, member: Member) -> None:
    reader = join(viewport={"width": 800, "height": 400})
    for number in range(12):
        member.say(f"line {number}")
    expect(reader.texts).to_have_count(12)
    go_to_the_start(reader)
    reader.page.set_viewport_size({"width": 800, "height": 2000})
    expect(reader.texts.last).to_be_in_viewport()
    member.say("newest")
    expect(reader.texts).to_have_count(13)
    expect(reader.page.locator("#newest")).to_be_hidden()


def test_a_long_text_is_folded_and_unfolded_where_its_reader_is(reader: Visitor, member: Member) -> None:
    text = "\n".join(f"row {row}" for row in range(200))
    member.say(text)
    long = reader.texts.last
    expect(long).to_have_js_property("textContent", text)
    folded = reader.page.get_by_role("button", name="Show all")
    expect(folded).to_have_attribute("aria-expanded", "false")
    assert long.bounding_box()["height"] < 400  # type: ignore[index]  # it is shown
    top = long.bounding_box()["y"]  # type: ignore[index]
    folded.click()
    assert long.bounding_box()["height"] > 3000  # type: ignore[index]
    assert long.bounding_box()["y"] == top  # type: ignore[index]
    reader.page.get_by_role("button", name="Show less").click()
    expect(long).to_be_in_viewport()
    assert long.bounding_box()["height"] < 400  # type: ignore[index]


def test_what_is_long_at_one_width_is_not_at_another(join: Join, member: Member) -> None:
    reader = join(viewport={"width": 1280, "height": 700})
    member.say("word " * 200)
    expect(reader.texts).to_have_count(1)
    unfold = reader.page.get_by_role("button", name="Show all")
    expect(unfold).to_be_hidden()
    reader.page.set_viewport_size({"width": 390, "height": 700})
    expect(unfold).to_be_visible()
    reader.page.set_viewport_size({"width": 1280, "height": 700})
    expect(unfold).to_be_hidden()


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
