"""People at the chat page talk with each other."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page, WebSocketRoute

    from tests.reference_server.page.conftest import Member, Visitor

    Join = Callable[..., Visitor]


AS_TYPED = [
    "<b>bold</b>",
    "<img src=x onerror=alert(1)><script>alert(2)</script>",
    "🎉 emoji 👩‍👩‍👧‍👦",
    "שלום עולם",
    "Grüße, žluťoučký kůň, 你好",
    "two  spaces  kept",
    "&amp; &lt;",
    "/etc/passwd",
]


def garble(page: Page) -> None:
    """Cut what the page sends short on its way to the server."""

    def relay(route: WebSocketRoute) -> None:
        server = route.connect_to_server()
        route.on_message(lambda message: server.send(message[:-1]))

    page.route_web_socket("**", relay)


def test_two_browsers_chat(join: Join) -> None:
    ada, bob = join(), join()
    ada.say("Hello?")
    expect(bob.texts).to_have_text(["Hello?"])
    bob.say("Hello!")
    for visitor in (ada, bob):
        expect(visitor.texts).to_have_text(["Hello?", "Hello!"])
        expect(visitor.authors).to_have_text(["unknown", "unknown"])


def test_one_tells_ones_own_messages_from_those_of_others(join: Join) -> None:
    ada, bob = join(), join()
    ada.say("mine")
    bob.say("yours")
    expect(ada.texts).to_have_count(2)
    expect(ada.page.locator(".own .text")).to_have_text(["mine"])


@pytest.mark.parametrize("typed", AS_TYPED)
def test_a_text_comes_out_as_it_was_typed(join: Join, typed: str) -> None:
    ada, bob = join(), join()
    ada.say(typed)
    for visitor in (ada, bob):
        expect(visitor.texts).to_have_js_property("textContent", typed)
        expect(visitor.page.locator("#chat :is(b, img, script)")).to_have_count(0)


def test_a_new_name_is_in_everyones_list_at_once_and_on_the_next_message(join: Join) -> None:
    ada, bob = join(), join()
    ada.say("/nick Ada")
    for visitor in (ada, bob):
        expect(visitor.people).to_have_text(["Ada", "unknown"])
        expect(visitor.texts).to_have_count(0)
    ada.say("It is me")
    expect(bob.authors).to_have_text(["Ada"])


def test_a_third_joins_and_all_see_the_list(join: Join) -> None:
    ada, bob = join(), join()
    ada.say("/nick Ada")
    bob.say("/nick Bob")
    eve = join()
    for visitor in (ada, bob, eve):
        expect(visitor.people).to_have_text(["Ada", "Bob", "unknown"])
        expect(visitor.page.locator("#usercount")).to_have_text("3")


def test_one_who_closes_the_page_is_off_the_list(join: Join) -> None:
    ada, bob = join(), join()
    expect(ada.people).to_have_count(2)
    bob.page.close()
    expect(ada.people).to_have_count(1)


def test_a_name_with_markup_is_shown_as_text(join: Join) -> None:
    ada = join()
    ada.say("/nick <script>alert(1)</script>")
    ada.say("hello")
    expect(ada.people).to_have_text(["<script>alert(1)</script>"])
    expect(ada.authors).to_have_text(["<script>alert(1)</script>"])


def test_nick_without_a_name_becomes_default(join: Join) -> None:
    ada = join()
    ada.say("/nick")
    expect(ada.people).to_have_text(["default"])


def test_a_name_that_cannot_be_is_refused_and_the_old_one_stays(join: Join) -> None:
    ada = join()
    ada.say("/nick Ada")
    ada.say("/nick " + "x" * 65)
    expect(ada.notice).to_have_text("A name has at most 64 characters: please choose a shorter one.")
    expect(ada.people).to_have_text(["Ada"])
    expect(ada.input).to_have_value("/nick " + "x" * 65)


def test_the_name_outlives_a_reload(join: Join) -> None:
    ada = join()
    ada.say("/nick Ada")
    expect(ada.people).to_have_text(["Ada"])
    ada.page.reload()
    expect(ada.people).to_have_text(["Ada"])


def test_bytes_that_are_not_utf_8_do_not_break_the_page(join: Join, member: Member) -> None:
    ada = join()
    member.say(b"Gr\xfc\xdfe")
    member.say("still here")
    expect(ada.texts).to_have_text(["Grüße", "still here"])


def test_what_the_server_refuses_is_told_with_its_reason_and_given_back(join: Join) -> None:
    ada = join(prepare=garble)
    ada.say("hello")
    expect(ada.notice).to_contain_text("The server refused this")
    expect(ada.notice).to_contain_text("bad-json")
    expect(ada.input).to_have_value("hello")


def test_a_message_that_is_too_large_is_said_to_be_so_and_given_back(join: Join) -> None:
    ada = join()
    ada.say("x" * 70_000)
    expect(ada.status).to_contain_text("too large")
    expect(ada.page.locator("#chat .remark").first).to_contain_text("perhaps nobody got it: xxx")
    expect(ada.input).to_have_value("x" * 70_000)


def test_the_room_is_that_of_the_pages_address(join: Join, room: str) -> None:
    in_room, in_default = join(), join("")
    in_room.say("only here")
    expect(in_room.texts).to_have_text(["only here"])
    expect(in_room.page.get_by_label("Room")).to_have_value(room)
    expect(in_default.page.get_by_label("Room")).to_have_value("default")
    expect(in_default.texts).to_have_count(0)


def test_another_room_is_entered_by_its_name(join: Join, room: str) -> None:
    name = f"tea & ☕ + 100% {room[:20]}"
    ada = join()
    ada.page.get_by_label("Room").fill(name)
    ada.page.get_by_label("Room").press("Enter")
    ada.expect_connected()
    bob = join(f"?room={quote(name)}")
    ada.say("found it")
    expect(bob.texts).to_have_text(["found it"])
    expect(bob.page.get_by_label("Room")).to_have_value(name)


def test_a_room_that_cannot_be_is_said_to_be_so(visit: Join) -> None:
    lost = visit("?room=%ff")
    expect(lost.status).to_contain_text("badly encoded")
    expect(lost.headline).to_have_text("CHAT - disconnected")
