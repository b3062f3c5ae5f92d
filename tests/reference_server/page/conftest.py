"""Visitors of the chat page, each with a browser context of their own, and members without a page."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Page, expect
from websockets.sync.client import ClientConnection, connect

if TYPE_CHECKING:
    from tests.conftest import ServerProcess


expect.set_options(timeout=20_000)  # ms; a busy machine is slow, not wrong

CONNECTED = re.compile(r"^CHAT - connected - \S+$")


class Visitor:
    """Someone at the chat page, by what they can see and do."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.headline = page.locator("#headline")
        self.state = page.locator("#state")
        self.log = page.get_by_role("log", name="Messages")
        self.texts = page.locator("#chat .text")
        self.authors = page.locator("#chat .author")
        self.presence = page.locator("#chat .presence")
        self.people = page.locator("#userlist li")
        self.input = page.locator("#inputline")
        self.notice = page.get_by_role("alert")
        self.status = page.get_by_role("status")

    def say(self, line: str) -> None:
        """Type a line and press Enter."""
        self.input.fill(line)
        self.input.press("Enter")

    def expect_connected(self) -> None:
        """Wait, as long as a whole back-off may take, for the headline's title to show the WSID."""
        expect(self.headline).to_have_attribute("title", CONNECTED, timeout=60_000)

    def expect_at_end(self) -> None:
        """Wait until the log is scrolled down to its end."""
        at_end = "() => chatdiv.scrollHeight - chatdiv.clientHeight - chatdiv.scrollTop < 2"
        self.page.wait_for_function(at_end, timeout=20_000)


class Member:
    """Someone in a room who has a WebSocket and no page, and may send what a page would not."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection

    def say(self, message: str | bytes, author: str = "member") -> None:
        """Send a text as UTF-8, or bytes as they are, in base64."""
        raw = message.encode() if isinstance(message, str) else message
        self._connection.send(json.dumps({"Message": b64encode(raw).decode(), "Author": author}))

    def rename(self, author: str) -> None:
        """Take a name without saying anything."""
        self._connection.send(json.dumps({"Author": author}))


@pytest.fixture
def room() -> str:
    """A room that nobody else is in."""
    return f"room-{uuid4()}"


@pytest.fixture
def visit(browser: Browser, chat_server: ServerProcess, room: str) -> Iterator[Callable[..., Visitor]]:
    """Open the chat page; an exception that a script of any page leaves uncaught fails the test."""
    uncaught: list[str] = []
    with ExitStack() as contexts:

        def open_page(
            query: str = f"?room={quote(room)}",
            server: ServerProcess = chat_server,
            prepare: Callable[[Page], object] = lambda _: None,
            **options: Any,
        ) -> Visitor:
            context = contexts.enter_context(browser.new_context(**options))
            page = context.new_page()
            page.on("pageerror", lambda error: uncaught.append(str(error)))
            prepare(page)
            page.goto(server.page + query)
            return Visitor(page)

        yield open_page
    assert uncaught == []


@pytest.fixture
def join(visit: Callable[..., Visitor]) -> Callable[..., Visitor]:
    """Open the chat page and wait until it is connected."""

    def connected(*arguments: Any, **options: Any) -> Visitor:
        visitor = visit(*arguments, **options)
        visitor.expect_connected()
        return visitor

    return connected


@pytest.fixture
def member(chat_server: ServerProcess, room: str) -> Iterator[Member]:
    """A member of the room that pages visit."""
    with connect(f"{chat_server.url}?room={quote(room)}", max_queue=None) as connection:
        connection.recv(30)
        yield Member(connection)


@pytest.fixture(scope="module")
def module_page(browser: Browser, chat_server: ServerProcess) -> Iterator[Page]:
    """One page for all calls of a module's tests."""
    page = browser.new_page()
    page.goto(chat_server.page)
    yield page
    page.close()


@pytest.fixture
def call(module_page: Page) -> Callable[..., Any]:
    """Call an exported function of the page's modules."""

    def evaluate(module: str, function: str, *arguments: Any) -> Any:
        script = "async ([m, f, a]) => (await import(`/${m}.js`))[f](...a)"
        return module_page.evaluate(script, [module, function, arguments])

    return evaluate
