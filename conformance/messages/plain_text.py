"""A server's words as they may be shown: on one line, and commanding nothing.

What a server sends may hold what a terminal, a build log or a reader of right-to-left text obeys: escape
sequences, line ends, workflow commands, marks that turn text around. All of it is shown escaped.
"""

LONGEST = 2000
"""Characters of one finding's words that are shown."""

_COMMANDS = {"::": "\\x3a\\x3a", "##[": "#\\x23["}
"""How commands to GitHub's runner begin, wherever they stand, and how that is shown."""


def plain(words: str, longest: int = LONGEST) -> str:
    """Return a server's words, or what holds some, on one line."""
    return _shown(words, longest, "")


def plain_lines(words: str, longest: int = 10 * LONGEST) -> str:
    """Return several lines of the suite's own, which hold words of a server."""
    return _shown(words, longest, "\n")


def _shown(words: str, longest: int, allowed: str) -> str:
    cut = words if len(words) <= longest else f"{words[:longest]}… ({len(words)} characters)"
    if not cut.isprintable():
        cut = "".join(c if c.isprintable() or c in allowed else repr(c)[1:-1] for c in cut)
    for command, harmless in _COMMANDS.items():
        cut = cut.replace(command, harmless)
    return cut
