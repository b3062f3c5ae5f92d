"""The page loses its server and finds it again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page, WebSocketRoute

    from tests.conftest import StartServer
    from tests.reference_server.page.conftest import Visitor

    Join = Callable[..., Visitor]


def test_the_page_reconnects_to_a_restarted_server_and_says_so_meanwhile(
    join: Join, start_server: StartServer
) -> None:
    server = start_server()
    ada = join(server=server)
    ada.say("/nick Ada")
    expect(ada.people).to_have_text(["Ada"])
    server.stop()
    expect(ada.state).to_have_text("disconnected")
    expect(ada.status).to_be_visible()
    expect(ada.page.locator("#countdown")).to_contain_text("Trying again in")
    start_server("--port", str(server.port))
    ada.expect_connected()
    expect(ada.status).to_be_hidden()
    expect(ada.people).to_have_text(["Ada"])
    expect(ada.page.locator("#chat .remark")).to_contain_text("Connected again")
    ada.say("Where were we?")
    expect(ada.texts).to_have_text(["Where were we?"])


def test_a_line_written_while_disconnected_is_kept_and_can_be_sent_later(
    join: Join, start_server: StartServer
) -> None:
    server = start_server()
    ada = join(server=server)
    server.stop()
    expect(ada.state).to_have_text("disconnected")
    ada.say("precious")
    expect(ada.notice).to_contain_text("Your message stays below")
    expect(ada.input).to_have_value("precious")
    start_server("--port", str(server.port))
    ada.expect_connected()
    expect(ada.notice).to_be_empty()
    ada.input.press("Enter")
    expect(ada.texts).to_have_text(["precious"])
    expect(ada.input).to_have_value("")


def test_a_name_taken_while_disconnected_is_announced_on_the_next_connection(
    join: Join, start_server: StartServer
) -> None:
    server = start_server()
    ada = join(server=server)
    server.stop()
    expect(ada.state).to_have_text("disconnected")
    ada.say("/nick Ada")
    start_server("--port", str(server.port))
    expect(ada.people).to_have_text(["Ada"], timeout=60_000)


def test_a_message_that_never_came_back_is_said_to_be_lost_perhaps(join: Join) -> None:
    routes = []

    def swallow(page: Page) -> None:
        def relay(route: WebSocketRoute) -> None:
            route.connect_to_server()
            route.on_message(lambda _: None)
            routes.append(route)

        page.route_web_socket("**", relay)

    ada = join(prepare=swallow)
    ada.say("precious")
    routes[0].close(code=1012)
    remark = ada.page.locator("#chat .remark").first
    expect(remark).to_contain_text("The connection was closed: the server restarts.")
    expect(remark).to_contain_text("perhaps nobody got it: precious")


def test_trying_again_can_be_hastened_and_the_focus_is_kept(join: Join, start_server: StartServer) -> None:
    server = start_server()
    ada = join(server=server)
    server.stop()
    ada.page.get_by_role("button", name="Try now").click()
    expect(ada.input).to_be_focused()
    start_server("--port", str(server.port))
    ada.expect_connected()
    expect(ada.input).to_be_focused()
