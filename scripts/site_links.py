"""Makes one site of pages that also read well on GitHub: a hook of mkdocs (``mkdocs.yml``).

Pages of the repository's top become pages of the site, the README its front. Links stay as they are
written, relative to the file they stand in: here they are turned to the site's own page where there is one,
else to the repository.
"""

import posixpath
import re
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

ROOT = Path(__file__).parents[1]
TOP_PAGES = {
    "README.md": "index.md",
    "PROTOCOL.md": "protocol.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
    "SECURITY.md": "security.md",
    "CODE_OF_CONDUCT.md": "code-of-conduct.md",
}
"""The files of the repository's top that are pages of the site, and where they stand there."""
_LINK = re.compile(r"(?<=\]\()(?![a-z]+:|#)([^)#\s]+)(#[^)\s]*)?(?=\))")
_CODE = re.compile(r"(^```.*?^```$|`[^`\n]*`)", re.DOTALL | re.MULTILINE)


def on_files(files: Any, config: Any) -> Any:
    """Add the pages of the repository's top."""
    from mkdocs.structure.files import File  # here, for only who builds the site has mkdocs

    for source, page in TOP_PAGES.items():
        content = (ROOT / source).read_text(encoding="utf-8")
        files.append(File.generated(config, page, content=content))
    return files


def on_page_markdown(markdown: str, page: Any, config: Any, files: Any) -> str:
    """Turn the page's links."""
    pages = {file.src_uri for file in files}
    return turned(markdown, page.file.src_uri, pages, urljoin(config.repo_url, "blob/main/"))


def turned(markdown: str, page: str, pages: set[str], repository: str) -> str:
    """Return a page's text with its links as the site has them.

    ``page`` is where the page stands in the site, ``pages`` are all files of the site, and ``repository`` is
    the URL below which the repository's files are shown.
    """
    source = next((source for source, place in TOP_PAGES.items() if place == page), f"docs/{page}")

    def link(match: re.Match[str]) -> str:
        target, anchor = match[1], match[2] or ""
        name = posixpath.normpath(posixpath.join(posixpath.dirname(source), target))
        place = TOP_PAGES.get(name, name.removeprefix("docs/"))
        if place in pages and (name in TOP_PAGES or name.startswith("docs/")):
            return posixpath.relpath(place, posixpath.dirname(page) or ".") + anchor
        return repository + name + anchor

    parts = _CODE.split(markdown)
    return "".join(part if number % 2 else _LINK.sub(link, part) for number, part in enumerate(parts))
