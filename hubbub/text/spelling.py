"""Saying what a word could have been that is none of the valid ones: in a profile, an option, a selection.

It stands here, though it is not of the protocol, since all that reads the words of a person stands above.
"""

from argparse import ArgumentTypeError
from collections.abc import Callable, Iterable
from difflib import get_close_matches

_MOST_LISTED = 24
"""Valid words that one line has room for."""


def meant(word: str, known: Iterable[str]) -> str:
    """Return the valid word that ``word`` is nearest to, whatever its case; empty if none is near."""
    by_lower = {each.lower(): each for each in known}
    return next((by_lower[near] for near in get_close_matches(word.lower(), by_lower, n=1)), "")


def unknown(word: str, known: Iterable[str]) -> str:
    """Return what to say of a ``word`` that is none of the ``known``: what it may mean, and what is valid.

    It begins with the word, and reads on behind where that stands: "`lacks` has 'presense'; did you mean …".
    """
    valid = list(known)
    near = meant(word, valid)
    parts = [f"did you mean {near!r}?"] if near else []
    parts += [f"valid: {', '.join(valid)}"] if len(valid) <= _MOST_LISTED else []
    return "; ".join([repr(word), " ".join(parts) or "there is no such word"])


def word_of(known: Iterable[str], more: str = "") -> Callable[[str], str]:
    """Return the ``type`` of an option of a command line whose value is one of the ``known``.

    ``choices`` would list all of them, however many, and name no nearest. ``more`` is said behind it.
    """
    valid = tuple(known)

    def word(text: str) -> str:
        if text not in valid:
            raise ArgumentTypeError(f"there is no {unknown(text, valid)}{more and f' {more}'}")
        return text

    return word
