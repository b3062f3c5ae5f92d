"""The parts that the verbs run, found by their names in the package.

A checkout has them at its top; an editable install maps their names in ``hubbub`` to there, a wheel has them
in ``hubbub``. So both are found in the same way.
"""

import importlib
import importlib.util
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from hubbub.text import shell


class CommandError(Exception):
    """The command line cannot be carried out; the text is one line that says why."""


def folder_of(part: str) -> Path:
    """Return where the package ``hubbub.{part}`` lies, without importing it.

    Raises CommandError where it is not installed: in a checkout that was not set up.
    """
    spec = importlib.util.find_spec(f"hubbub.{part}")
    if spec is None or spec.origin is None:
        raise CommandError(f"hubbub.{part} is not installed; in a checkout run: make setup")
    return Path(spec.origin).parent


def main_of(part: str) -> Callable[..., int]:
    """Return the ``main`` of the package ``hubbub.{part}``, by which ``python -m`` runs it."""
    folder_of(part)
    main: Callable[..., int] = importlib.import_module(f"hubbub.{part}.__main__").main
    return main


def hand_over(verb: str, typed: Sequence[str], words: Sequence[str]) -> None:
    """Make the command line of this process that of the tool behind ``verb``: its ``words``.

    What was ``typed`` behind the verb is kept for the command that the tool prints to run it all again.
    """
    os.environ[shell.COMMAND] = shell.line([verb, *typed])
    sys.argv[:] = [f"hubbub {verb}", *words]
