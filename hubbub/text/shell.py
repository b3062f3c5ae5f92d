"""Commands for people to paste into the shell, and for the interpreter, by which this process was started."""

import os
import shlex
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

COMMAND = "HUBBUB_COMMAND"
"""The environment variable in which ``hubbub`` tells what it runs with which words it was called."""

SERVER_COMMAND = "HUBBUB_SERVER_COMMAND"
"""The environment variable by which who ends a run's server with the run says how to start it again."""


def place(path: Path) -> str:
    """Return ``path`` as one writes it here: relative below the working directory, else absolute."""
    try:
        whole, here = path.absolute(), Path.cwd()
    except OSError:
        # The working directory was removed: nothing lies below it.
        return str(path)
    return str(whole.relative_to(here)) if whole.is_relative_to(here) else str(whole)


def python_module(name: str) -> list[str]:
    """Return the words that run a Python module with this interpreter."""
    interpreter = place(Path(sys.executable))
    # A word without a slash is looked for in PATH, not here.
    return [interpreter if "/" in interpreter else f"./{interpreter}", "-m", name]


def hubbub() -> list[str]:
    """Return the words that run the command ``hubbub`` of this interpreter."""
    script = Path(sys.executable).with_name("hubbub")
    found = shutil.which("hubbub")
    if found and Path(found).absolute() == script.absolute():
        return ["hubbub"]
    return python_module("hubbub")


def tool(module: str) -> list[str]:
    """Return the words that run again what runs here: a verb of ``hubbub``, or else a Python module."""
    typed = shlex.split(os.environ.get(COMMAND, ""))
    return [*hubbub(), typed[0]] if typed else python_module(module)


def arguments(otherwise: Iterable[str]) -> list[str]:
    """Return the words behind those of ``tool``, as they were typed; ``otherwise`` where none were."""
    typed = shlex.split(os.environ.get(COMMAND, ""))
    return typed[1:] if typed else list(otherwise)


def is_hubbub() -> bool:
    """Whether a verb of ``hubbub`` runs here."""
    return bool(os.environ.get(COMMAND))


def start_worker() -> str:
    """Return how a worker of a load test is started, as one tells it to somebody who knows the rest."""
    return "hubbub load ... --worker" if is_hubbub() else "locust -f ... --worker"


def line(words: Iterable[str]) -> str:
    """Return a command's words as the one line that a shell takes apart into them again."""
    return shlex.join(words)


def without_option(arguments: Iterable[str], name: str) -> list[str]:
    """Return a command's ``arguments`` without the option ``name`` and its value, however it is written."""
    kept: list[str] = []
    skip = False
    for word in arguments:
        if not skip and word != name and not word.startswith(f"{name}="):
            kept.append(word)
        skip = not skip and word == name
    return kept


def server_command() -> str:
    """Return the command that starts the server first, where it ends with the run; else nothing."""
    return os.environ.get(SERVER_COMMAND, "")
