"""The README's picture: the top of a good report, from its head to its heat map (``docs/report.png``).

``python scripts/picture.py [DIR] [FILE]`` draws the report of DIR (default: the newest result) in a
headless Chromium, 1280 pixels wide and in light colours; after ``make demo`` it makes the picture anew.
"""

import io
import shutil
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Error as BrowserError
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from hubbub.results.folder import LATEST, RESULTS  # noqa: E402  # as above
from hubbub.results.records import ResultFileError  # noqa: E402  # as above
from reports.model.result_folder import open_results  # noqa: E402  # the project need not be installed
from reports.output.html import render  # noqa: E402  # as above

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
LAST = "#latency-over-time svg"
"""What the picture ends with."""
WIDTH, MARGIN = 1280, 4
COLOURS = 128
"""A page of few colours loses nothing by it, and the file is a third as large."""


def main(arguments: list[str]) -> int:
    """Make the picture; return the exit code."""
    folder = Path(arguments[0]) if arguments else RESULTS / LATEST
    target = Path(arguments[1]) if len(arguments) > 1 else ROOT / "docs" / "report.png"
    program = chromium()
    if program is None:
        print("the picture needs Chromium: apt-get install chromium", file=sys.stderr)
        return 2
    try:
        shrink(photograph(render(open_results(folder)), program), target)
    except (ResultFileError, BrowserError, OSError) as error:
        print(f"no picture: {str(error).splitlines()[0]}", file=sys.stderr)
        return 2
    print(f"{target} ({target.stat().st_size:,} bytes)")
    return 0


def chromium() -> str | None:
    """Return where Chromium is, None if it is not."""
    return next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)


def photograph(html: str, program: str) -> bytes:
    """Return a PNG of the page from its top to the end of ``LAST``; raises playwright's Error without it."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        report = Path(folder) / "report.html"
        report.write_text(html, encoding="utf-8")
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": WIDTH, "height": 900}, color_scheme="light")
        page.goto(report.as_uri())
        return page.screenshot(
            full_page=True, clip={"x": 0, "y": 0, "width": WIDTH, "height": bottom(page) + MARGIN}
        )


def bottom(page: Page) -> float:
    """Return where ``LAST`` ends, in pixels from the page's top."""
    box = page.locator(LAST).bounding_box(timeout=5_000)
    if box is None:
        raise BrowserError(f"{LAST} is not drawn")
    return box["y"] + box["height"]


def shrink(png: bytes, target: Path, colours: int = COLOURS) -> None:
    """Write the picture with a palette of so many colours."""
    image = Image.open(io.BytesIO(png)).convert("RGB")
    image.quantize(colours, dither=Image.Dither.NONE).save(target, optimize=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
