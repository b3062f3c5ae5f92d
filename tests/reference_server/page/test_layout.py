"""The page as a whole: nothing from elsewhere, for every screen, by keyboard and by ear."""

from __future__ import annotations

from itertools import combinations
from math import dist
from typing import TYPE_CHECKING, Literal, NamedTuple

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from tests.conftest import ServerProcess
    from tests.reference_server.page.conftest import Member, Visitor

    Join = Callable[..., Visitor]


def test_nothing_is_fetched_from_elsewhere(join: Join, chat_server: ServerProcess) -> None:
    fetched: list[str] = []

    def watch(page: Page) -> None:
        page.on("request", lambda request: fetched.append(request.url))
        page.on("websocket", lambda socket: fetched.append(socket.url))

    ada = join(prepare=watch)
    ada.say("hello")
    expect(ada.texts).to_have_text(["hello"])
    assert len(fetched) > 5
    assert [url for url in fetched if not url.startswith((chat_server.page, chat_server.url))] == []


def test_the_console_stays_empty(join: Join) -> None:
    said: list[str] = []
    ada = join(prepare=lambda page: page.on("console", lambda message: said.append(message.text)))
    ada.say("/nick Ada")
    ada.say("<script>throw 1</script>")
    expect(ada.texts).to_have_count(1)
    assert said == []


@pytest.mark.parametrize("width", [320, 390, 768, 1280, 2560])
def test_no_screen_has_to_be_scrolled_sideways(join: Join, member: Member, width: int) -> None:
    ada = join(viewport={"width": width, "height": 640})
    member.say("unbroken" * 300, "W" * 64)
    ada.say("/nick " + "M" * 64)
    ada.say("unbroken" * 300)
    expect(ada.texts).to_have_count(2)
    assert ada.page.evaluate("document.documentElement.scrollWidth") <= width
    assert ada.log.evaluate("log => log.scrollWidth <= log.clientWidth")
    expect(ada.input).to_be_in_viewport(ratio=1)
    expect(ada.page.get_by_role("button", name="Send")).to_be_in_viewport(ratio=1)


def test_each_text_has_its_own_direction(join: Join, member: Member) -> None:
    ada = join()
    member.say("שלום", "עדה")
    member.say("hello")
    expect(ada.texts.nth(0)).to_have_css("direction", "rtl")
    expect(ada.authors.nth(0)).to_have_css("direction", "rtl")
    expect(ada.texts.nth(1)).to_have_css("direction", "ltr")


def test_one_writes_right_away_and_goes_on_writing(join: Join) -> None:
    ada = join()
    for line in ("first", "second"):
        ada.page.keyboard.type(line)
        ada.page.keyboard.press("Enter")
    expect(ada.texts).to_have_text(["first", "second"])
    expect(ada.input).to_be_focused()


def test_everything_can_be_reached_by_the_tab_key(join: Join) -> None:
    ada = join()
    reached = []
    for _ in range(6):
        ada.page.keyboard.press("Shift+Tab")
        reached.append(ada.page.evaluate("document.activeElement.id || document.activeElement.textContent"))
    assert {"chatdiv", "userlist", "Join", "room"} <= set(reached)


def test_a_screen_reader_finds_names_for_everything(join: Join) -> None:
    ada = join()
    ada.say("/nick Ada")
    expect(ada.page.get_by_role("heading", level=1)).to_have_id("headline")
    expect(ada.page.get_by_role("textbox", name="Message as Ada")).to_have_id("inputline")
    expect(ada.page.get_by_role("textbox", name="Room")).to_have_id("room")
    expect(ada.page.get_by_role("list", name="People 1")).to_have_id("userlist")
    expect(ada.log).to_have_attribute("aria-live", "polite")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_text_stands_out_in_light_and_in_dark(
    join: Join, member: Member, scheme: Literal["light", "dark"]
) -> None:
    ada = join(color_scheme=scheme)
    ada.say("/nick Ada")
    expect(ada.people.last).to_have_text("Ada")
    for number in range(12):
        member.say("hello Ada, see http://example.org/", f"Grace {number}")
    ada.say("see http://example.org/")
    ada.say("\n" * 50 + "long")
    ada.say("/nosuch")
    expect(ada.texts).to_have_count(14)
    expect(ada.page.get_by_role("button", name="Show all")).to_be_visible()
    faint = ada.page.evaluate(FAINT_TEXTS)
    assert faint == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_dozen_names_have_colours_that_can_be_told_apart(
    join: Join, member: Member, scheme: Literal["light", "dark"]
) -> None:
    ada = join(color_scheme=scheme)
    ada.say("hello")
    for number in range(11):
        member.say("hello", f"user{number}")
    expect(ada.texts).to_have_count(12)
    colours = [Oklab.of(colour) for colour in ada.authors.evaluate_all(COLOURS)]
    distances = [one.distance(other) for one, other in combinations(colours, 2)]
    assert min(distances) > JUST_NOTICEABLE * 2


DOT_OF_THE_FIRST = """(name) => {
    const first = document.querySelector("#userlist li");
    return first?.textContent.trim() === name && getComputedStyle(first, "::before").backgroundColor;
}"""


def test_a_name_has_the_same_colour_wherever_it_stands(join: Join, member: Member) -> None:
    ada = join()
    for author in ("Bob", "Eve", "Bob"):
        member.say("hello", author)
    expect(ada.people.first).to_have_text("Bob")
    expect(ada.texts).to_have_count(3)
    bob, eve, again = ada.authors.evaluate_all(
        "authors => authors.map((each) => getComputedStyle(each).color)"
    )
    # In one call: each list that comes replaces the entries, and one that is replaced has no style any more.
    dot = ada.page.wait_for_function(DOT_OF_THE_FIRST, arg="Bob", timeout=20_000).json_value()
    assert bob == again == dot
    assert bob != eve


JUST_NOTICEABLE = 0.02
"""The distance in Oklab from which on two colours side by side look different."""


class Oklab(NamedTuple):
    """A colour as eyes measure it (CSS Color 4)."""

    lightness: float
    a: float
    b: float

    @classmethod
    def of(cls, pixel: list[int]) -> Oklab:
        red, green, blue = (linear(byte / 255) for byte in pixel)
        long = (0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) ** (1 / 3)
        medium = (0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) ** (1 / 3)
        short = (0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue) ** (1 / 3)
        return cls(
            0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short,
            1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short,
            0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short,
        )

    def distance(self, other: Oklab) -> float:
        return dist(self, other)


def linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)


# The colours of texts as pixels, which is what eyes get of a colour that no screen can show.
COLOURS = """(elements) => elements.map((element) => {
  const canvas = new OffscreenCanvas(1, 1).getContext("2d");
  canvas.fillStyle = getComputedStyle(element).color;
  canvas.fillRect(0, 0, 1, 1);
  return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
})"""

# WCAG 2.2, 1.4.3: text has a contrast of at least 4.5 to 1 with what is behind it.
FAINT_TEXTS = """() => {
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const luminance = (...colours) => {
    for (const colour of colours) {
      canvas.fillStyle = colour;
      canvas.fillRect(0, 0, 1, 1);
    }
    const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data]
      .map((byte) => byte / 255)
      .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const grounds = (element) =>
    element ? [...grounds(element.parentElement), getComputedStyle(element).backgroundColor] : [];
  const contrast = (element) => {
    const behind = luminance(...grounds(element));
    const text = luminance(...grounds(element), getComputedStyle(element).color);
    return (Math.max(behind, text) + 0.05) / (Math.min(behind, text) + 0.05);
  };
  return [...document.querySelectorAll(
    "h1, h2, label, button, input, textarea, li, .text, .text a, mark, .author, time, #usercount, " +
    "#state, #notice, #keys",
  )]
    .filter((element) => element.checkVisibility() && contrast(element) < 4.5)
    .map((element) => `${element.tagName} ${element.className || element.id} ${contrast(element)}`);
}"""
