"""What the terminal is told, in lines of 80 columns."""

import logging
import re
import textwrap
from argparse import Namespace

COLUMNS = 80
_TOGETHER = re.compile(r"(?<=[0-9]) (?=[a-zµ])|(?<=s) (?=[(])")
"""The blanks at which no line is to break: between a figure and its unit, and before what is said of it."""
_NO_BREAK = "\N{NO-BREAK SPACE}"
_logger = logging.getLogger("hubbub")
_plain = logging.getLogger("locust.stats_logger")
"""Where Locust prints its own tables: without time and host before each line."""


def show_line(line: str, options: Namespace | None) -> None:
    """Tell how the run stands: in the log file, if there is one, else in the terminal."""
    if options is not None and options.logfile:
        _logger.info("%s", line)
    elif _logger.isEnabledFor(logging.INFO):
        _plain.info("%s", fit(line, 4))


def fit(text: str, indent: int) -> str:
    """Return a text with its long lines wrapped, the further ones ``indent`` columns from the left.

    Words are left whole, for what is longer than a line, a path say, is there to be copied.
    """
    return "\n".join(_fit(line, indent) for line in text.split("\n"))


def _fit(line: str, indent: int) -> str:
    if len(line) <= COLUMNS:
        return line
    wrapped = textwrap.fill(
        _TOGETHER.sub(_NO_BREAK, line),
        COLUMNS,
        subsequent_indent=" " * indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return wrapped.replace(_NO_BREAK, " ")
