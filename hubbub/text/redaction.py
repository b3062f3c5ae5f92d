"""What may be shown of URLs and headers in result files, reports, logs and terminals: no secrets.

Secrets are user names and passwords in URLs, the values in their queries but for ``room``'s, which the
protocol itself puts there, and the values of headers.
"""

import re
from collections.abc import Iterable, Iterator
from urllib.parse import unquote, urlsplit

HIDDEN = "..."
"""Stands where something is left out; in ASCII, so that a command with it still runs."""

_SHOWN = "room"
_OPEN_HEADERS = {"host", "origin", "user-agent"}
"""Headers whose values are no secrets: what a text says of an Origin, say, is to stay readable."""
_SCHEME = r"(?:wss?|https?)://"
_URL = re.compile(rf"{_SCHEME}(?:(?!,\s*{_SCHEME})[^\s'\"<>])+", re.IGNORECASE)
_END_OF_SENTENCE = ".,:;)]}"
_LEAST = 8
"""A value of so many characters is looked for alone, too; a shorter one may be an ordinary word."""


def shown_url(url: str) -> str:
    """Return ``url`` as it may be shown."""
    head, mark, query = url.partition("?")
    try:
        parts = urlsplit(url)
        _ = parts.port
        head = head.replace(f"//{parts.netloc}", f"//{parts.netloc.rpartition('@')[2]}", 1)
    except ValueError:
        # Nobody can say which part of it is what.
        return f"{url.partition('://')[0]}://{HIDDEN}" if "@" in url or mark else url
    return head + mark + "&".join(map(_shown_pair, query.split("&")))


def shown_text(text: str) -> str:
    """Return ``text`` with all URLs in it as they may be shown."""
    return _URL.sub(_shown_match, text)


class Redactor:
    """Takes the secrets of these URLs and headers out of texts; false where there are none."""

    def __init__(self, urls: Iterable[str], headers: Iterable[tuple[str, str]] = ()) -> None:
        urls, headers = tuple(urls), tuple(headers)
        lines = [(f"{name}:{gap}{value}", name) for name, value in headers for gap in ("", " ") if value]
        self._lines = {line: f"{name}: {HIDDEN}" for line, name in lines}
        self._urls = {url: shown_url(url) for url in urls if shown_url(url) != url}
        self._values = sorted({*_values(urls), *_header_values(headers)}, key=len, reverse=True)
        pairs = {pair for url in urls for pair in _pairs(url)}
        self._pairs = [re.compile(rf"(?<=[?&]){re.escape(pair)}(?![^&#\s'\"])") for pair in sorted(pairs)]

    def __bool__(self) -> bool:
        """Return whether there is anything to leave out."""
        return bool(self._lines or self._urls or self._values)

    def __call__(self, text: str) -> str:
        """Return ``text`` as it may be shown."""
        for secret, shown in (*self._lines.items(), *self._urls.items()):
            text = text.replace(secret, shown)
        for pair in self._pairs:
            text = pair.sub(lambda match: _shown_pair(match[0]), text)
        for value in self._values:
            text = text.replace(value, HIDDEN)
        return text

    def octets(self, data: bytes) -> bytes:
        """Return bytes, such as those of a request, as they may be shown."""
        return self(data.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")


def _shown_pair(pair: str) -> str:
    name, equals, value = pair.partition("=")
    if name == _SHOWN or not pair or (equals and not value):
        return pair
    return f"{name}={HIDDEN}" if equals else HIDDEN


def _shown_match(match: re.Match[str]) -> str:
    url = match[0].rstrip(_END_OF_SENTENCE)
    return shown_url(url) + match[0][len(url) :]


def _pairs(url: str) -> Iterator[str]:
    for pair in url.partition("?")[2].split("&"):
        if _shown_pair(pair) != pair:
            yield pair


def _values(urls: Iterable[str]) -> Iterator[str]:
    """Return the secrets of URLs that are long enough to be told from words, as written and as meant."""
    for url in urls:
        user, _, password = url.partition("?")[0].rpartition("@")[0].rpartition("//")[2].partition(":")
        found = [user, password, *(pair.partition("=")[2] or pair for pair in _pairs(url))]
        yield from (each for value in found for each in (value, unquote(value)) if len(each) >= _LEAST)


def _header_values(headers: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Return the same of headers; of ``Authorization: Bearer x`` the credentials alone, too."""
    for name, value in headers:
        if name.lower() not in _OPEN_HEADERS:
            found = (value, value.rpartition(" ")[2], value.partition("=")[2])
            yield from (each for each in found if len(each) >= _LEAST)
