"""The README's picture of the chat page: three who talk on the reference server (``docs/chat-page.png``).

``python scripts/page_picture.py [FILE]`` takes it in a headless Chromium, in light colours.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, Page, expect, sync_playwright
from playwright.sync_api import Error as BrowserError

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from hubbub.launcher import LaunchError, reference_server  # noqa: E402  # the project need not be installed
from scripts.picture import chromium, shrink  # noqa: E402  # the project need not be installed

WIDTH, HEIGHT = 1280, 660
COLOURS = 256
TALK = [
    ("Grace", "Is the new server up?"),
    ("Ada", "Yes, Grace: 200 users in 20 rooms, and not one message lost.\nThe report says p99 12 ms."),
    ("Linus", "Nice. What does it have to speak?"),
    ("Ada", "WebSockets, and JSON as https://www.rfc-editor.org/rfc/rfc8259 has it"),
    ("Grace", "Then I try mine tonight, Ada 🎉"),
]


def main(arguments: list[str]) -> int:
    """Take the picture; return the exit code."""
    target = Path(arguments[0]) if arguments else ROOT / "docs" / "chat-page.png"
    program = chromium()
    if program is None:
        print("the picture needs Chromium: apt-get install chromium", file=sys.stderr)
        return 2
    try:
        with served() as url, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
            shrink(staged(browser, f"{url}?room=tea").screenshot(), target, COLOURS)
    except (BrowserError, AssertionError, LaunchError, OSError) as error:
        print(f"no picture: {str(error).splitlines()[0]}", file=sys.stderr)
        return 2
    print(f"{target} ({target.stat().st_size:,} bytes)")
    return 0


@contextmanager
def served() -> Iterator[str]:
    """Run the reference server on a free port; the URL of its page."""
    with TemporaryDirectory() as folder, reference_server(Path(folder) / "server.log") as server:
        yield server.url.replace("ws://", "http://")


def staged(browser: Browser, url: str) -> Page:
    """Return the page as Ada sees it after TALK."""
    pages = {"Ada": entered(browser, url, "Ada")}
    for name in ("Grace", "Linus"):
        pages[name] = entered(browser, url, name)
        expect(pages["Ada"].locator("#chat .presence").last).to_have_text(f"{name} joined")
    for place, (name, text) in enumerate(TALK, 1):
        enter(pages[name], text)
        for page in pages.values():
            expect(page.locator("#chat .text")).to_have_count(place)
    return pages["Ada"]


def entered(browser: Browser, url: str, name: str) -> Page:
    """Return a page whose visitor comes with that name."""
    page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light")
    page.add_init_script(f"sessionStorage.setItem('nickname', '{name}')")
    page.goto(url)
    expect(page.locator("#userlist .self")).to_have_text(name)
    return page


def enter(page: Page, line: str) -> None:
    """Type a line and press Enter."""
    page.locator("#inputline").fill(line)
    page.locator("#inputline").press("Enter")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
