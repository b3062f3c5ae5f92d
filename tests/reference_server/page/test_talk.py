"""People at the chat page talk with each other."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from tests.reference_server.page.conftest import CONNECTED

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page, WebSocketRoute

    from tests.conftest import StartServer
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


def test_nick_without_a_name_says_what_it_does_and_changes_nothing(join: Join) -> None:
    ada = join()
    ada.say("/nick Ada")
    ada.say("/nick")
    expect(ada.notice).to_contain_text("You are called Ada. /nick NAME gives you another name")
    expect(ada.people).to_have_text(["Ada"])
    expect(ada.texts).to_have_count(0)
    expect(ada.input).to_have_value("/nick")


@pytest.mark.parametrize("line", ["/quit", "/msg Bob hello", "/NICKNAME x", "/leave\nnow"])
def test_an_unknown_command_is_told_and_not_sent(join: Join, line: str) -> None:
    ada, bob = join(), join()
    ada.say(line)
    expect(ada.notice).to_contain_text(
        f"There is no command {line.split()[0].lower()}, and nothing was sent."
    )
    expect(ada.notice).to_contain_text("/nick NAME")
    expect(ada.input).to_have_value(line)
    ada.say(f" {line}")
    expect(bob.texts).to_have_js_property("textContent", f" {line}")
    expect(ada.notice).to_be_empty()


def test_help_names_the_commands(join: Join) -> None:
    ada = join()
    ada.say("/help")
    expect(ada.notice).to_contain_text("/nick NAME")
    expect(ada.notice).to_contain_text("Shift+Enter")
    expect(ada.input).to_have_value("")


def test_shift_and_enter_begin_a_new_line(join: Join) -> None:
    ada, bob = join(), join()
    ada.page.keyboard.type("first")
    ada.page.keyboard.press("Shift+Enter")
    ada.page.keyboard.type("second")
    expect(ada.input).to_have_value("first\nsecond")
    height = ada.input.bounding_box()["height"]  # type: ignore[index]  # it is shown
    ada.page.keyboard.press("Enter")
    expect(bob.texts).to_have_js_property("textContent", "first\nsecond")
    expect(ada.input).to_have_value("")
    assert ada.input.bounding_box()["height"] < height  # type: ignore[index]


def test_blank_lines_say_nothing(join: Join) -> None:
    ada = join()
    for line in ("", " ", "\n \n"):
        ada.say(line)
        expect(ada.input).to_have_value("")
    ada.say("something")
    expect(ada.texts).to_have_text(["something"])


def test_addresses_are_links_that_open_elsewhere_and_get_no_hold_of_the_page(join: Join) -> None:
    ada, bob = join(), join()
    ada.say("see http://example.org/a?b=<c>, or javascript:alert(1)")
    for visitor in (ada, bob):
        links = visitor.page.locator("#chat a")
        expect(links).to_have_text(["http://example.org/a?b="])
        expect(links).to_have_attribute("href", "http://example.org/a?b=")
        expect(links).to_have_attribute("target", "_blank")
        expect(links).to_have_attribute("rel", "noopener noreferrer")


def test_a_link_is_no_way_to_bring_in_markup(join: Join, member: Member) -> None:
    ada = join()
    text = """http://a.example/"onmouseover="alert(1) http://a.example/'><img/src=x/onerror=alert(1)>"""
    member.say(text)
    expect(ada.texts).to_have_js_property("textContent", text)
    expect(ada.page.locator("#chat img")).to_have_count(0)
    attributes = ada.page.locator("#chat a").evaluate_all(
        "links => links.flatMap((a) => a.getAttributeNames())"
    )
    assert set(attributes) == {"href", "title", "target", "rel"}


def test_ones_own_name_is_marked_in_what_others_say(join: Join, member: Member) -> None:
    ada = join()
    ada.say("/nick Ada")
    expect(ada.people.last).to_have_text("Ada")
    member.say("is ada here, or Adam?", "Grace")
    ada.say("Ada is here")
    expect(ada.texts).to_have_count(2)
    expect(ada.page.locator("#chat mark")).to_have_text(["ada"])
    expect(ada.page.locator("#chat .mention .text")).to_have_text(["is ada here, or Adam?"])


def test_ones_own_name_is_marked_among_the_people(join: Join) -> None:
    ada, bob = join(), join()
    for visitor in (ada, bob):
        expect(visitor.page.locator("#userlist .self")).to_have_text(["unknown"])
    bob.say("/nick Bob")
    expect(bob.page.locator("#userlist .self")).to_have_text(["Bob"])
    expect(ada.people).to_have_text(["unknown", "Bob"])
    expect(ada.page.locator("#userlist .self")).to_have_text(["unknown"])


def test_a_name_that_nobody_chose_is_not_looked_for(join: Join, member: Member) -> None:
    ada = join()
    member.say("for reasons unknown")
    expect(ada.texts).to_have_count(1)
    expect(ada.page.locator("#chat mark")).to_have_count(0)


def test_the_rooms_name_is_what_one_reads_and_the_wsid_is_in_the_title(join: Join, room: str) -> None:
    ada = join()
    expect(ada.headline).to_have_text(room)
    expect(ada.headline).to_have_attribute("title", CONNECTED)
    expect(ada.state).to_have_text("connected")
    assert ada.page.title() == f"{room} - CHAT"


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


def test_a_message_that_is_too_long_is_refused_before_it_is_sent(join: Join) -> None:
    ada = join()
    ada.say("before")
    ada.say("x" * 70_000)
    expect(ada.notice).to_have_text(
        "This is too long to be sent: it takes 93,369 bytes, and the server reads at most 65,536. "
        "Leave out about 20,875 characters."
    )
    expect(ada.input).to_have_value("x" * 70_000)
    expect(ada.state).to_have_text("connected")
    ada.say("x" * (70_000 - 20_875))
    expect(ada.texts).to_have_text(["before", "x" * (70_000 - 20_875)])
    expect(ada.notice).to_be_empty()


def test_the_limit_is_the_servers_own_to_the_byte(join: Join, start_server: StartServer) -> None:
    limit = len('{"Message":"","Author":"unknown"}') + 400
    ada = join(server=start_server("--max-message", str(limit)))
    ada.say("x" * 301)
    expect(ada.notice).to_contain_text(f"the server reads at most {limit}. Leave out about 1 characters.")
    ada.input.press("End")
    ada.input.press("Backspace")
    ada.input.press("Enter")
    expect(ada.texts).to_have_text(["x" * 300])


def test_a_limit_that_the_page_does_not_know_is_learnt_the_first_time(
    join: Join, start_server: StartServer
) -> None:
    server = start_server("--max-message", "1000000")
    ada = join(server=server)
    server.stop()
    start_server("--port", str(server.port))
    ada.page.get_by_text("Connected again").wait_for(timeout=60_000)
    ada.say("x" * 70_000)
    lost = ada.page.get_by_text("perhaps nobody got it")
    expect(lost).to_contain_text("a message was too large for the server")
    ada.expect_connected()
    expect(ada.notice).to_contain_text("This is too long to be sent")
    expect(ada.input).to_have_value("x" * 70_000)
    ada.input.press("Enter")
    expect(ada.notice).to_contain_text("This is too long to be sent")
    expect(lost).to_have_count(1)
    expect(ada.state).to_have_text("connected")
    ada.say("short")
    expect(ada.texts.last).to_have_text("short")


def test_a_name_that_is_too_long_for_the_server_is_not_announced(
    join: Join, start_server: StartServer
) -> None:
    ada = join(server=start_server("--max-message", "40"))
    ada.say("/nick " + "x" * 60)
    ada.say("/nick Ada")
    expect(ada.people).to_have_text(["Ada"])


def test_who_is_slowed_down_is_told_so_and_gets_nothing_back(join: Join, start_server: StartServer) -> None:
    ada = join(server=start_server("--max-rate", "1"))
    lines = [f"line {number}" for number in range(1010)]  # a thousand may come at once
    ada.page.evaluate(
        "lines => lines.forEach((line) => { inputline.value = line; compose.requestSubmit(); })", lines
    )
    expect(ada.notice).to_contain_text("slowing this page down")
    expect(ada.texts.last).to_have_text(lines[-1], timeout=60_000)
    expect(ada.input).to_have_value("")


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
    expect(lost.state).to_have_text("disconnected")
