"""Text from result files made plain: room names, error texts and transcripts are hostile input.

Escaping for a format (HTML, Markdown) is that format's job. This module takes out what is dangerous in all of
them: control characters, which a terminal obeys, and direction marks, which make a text read as another.
"""

import re

LINE = 300
"""Characters of a text on one line."""

COMMAND = 4000
"""Characters of a command, which is of no use when it is cut."""

BLOCK = 6000
"""Characters of a text of several lines."""

_CONTROLS = r"\x00-\x08\x0b-\x1f\x7f-\x9f"
_DIRECTIONS = r"\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_OTHERS = r"\u2028\u2029\ufeff\ufff9-\ufffb\ud800-\udfff"
_UNSAFE = re.compile(f"[{_CONTROLS}{_DIRECTIONS}{_OTHERS}]")
_UNSAFE_IN_A_LINE = re.compile(f"[\t\n{_CONTROLS}{_DIRECTIONS}{_OTHERS}]")


def line(text: str, limit: int = LINE) -> str:
    """Return ``text`` on one line, what is not printable as its escape (``\\x1b``), cut at ``limit``."""
    return cut(_UNSAFE_IN_A_LINE.sub(_escape, text[: limit + 1]), limit)


def block(text: str, limit: int = BLOCK) -> str:
    """Return ``text`` with its line ends and tabs, else as ``line`` does."""
    return cut(_UNSAFE.sub(_escape, text.replace("\r\n", "\n")[: limit + 1]), limit)


def cut(text: str, limit: int) -> str:
    """Return ``text``, or its beginning and an ellipsis where it has more than ``limit`` characters."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _escape(match: re.Match[str]) -> str:
    return match[0].encode("unicode_escape").decode("ascii")
