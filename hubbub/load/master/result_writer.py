"""Where a run's result goes: to a file in a folder of its own, and as a summary to the terminal."""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TextIO

from locust.env import Environment

from hubbub.load.config.options import result_folder
from hubbub.load.master.summary import INDENT, summary
from hubbub.load.master.terminal import fit
from hubbub.results import load_result as load_json
from hubbub.results.folder import make_result_folder
from hubbub.results.records import ResultFileError


class ResultWriter:
    """The results of one run after the other, of which none is lost or overwritten."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._runs = 0
        self.folder: Path | None = None
        """Where the last result lies."""
        self._summary = ""
        self._failures: list[str] = []

    def write(self, result: load_json.LoadResult) -> bool:
        """Write a result, to a temporary folder if need be; return whether it went where it was asked for."""
        self._runs += 1
        self.folder = None
        try:
            written = load_json.write(result, self._folder())
            self.folder = written.parent
            where, as_asked = str(written), True
        except ResultFileError as error:
            where, as_asked = f"not where it was asked for ({error}) but at {_rescue(result)}", False
        *figures, last = summary(result, where).split("\n")
        # Where the result lies stays in one line, to be copied.
        self._summary = "\n".join([fit("\n".join(figures), INDENT), last])
        self._failures = [] if as_asked else ["the result"]
        return as_asked

    def fail(self, what: str) -> None:
        """Take note of a file, beside the result, that could not be written."""
        self._failures.append(what)

    def print_summary(self) -> None:
        """Print the summary, once; with Locust's --json the output is for a machine to read."""
        if self._summary:
            options = self._environment.parsed_options
            if self._failures:
                self._summary += f"\nexit code    1, for not all was written: {', '.join(self._failures)}"
            _print(self._summary, sys.stderr if options and options.json else sys.stdout)
            self._summary = ""

    def _folder(self) -> Path:
        """Make the run's folder; of several runs, which the web page may start, none overwrites another's."""
        asked = result_folder(self._environment)
        if asked is not None and self._runs > 1:
            asked = asked.with_name(f"{asked.name}-{self._runs}")
        return make_result_folder("load", asked)


def _print(text: str, stream: TextIO) -> None:
    """Print to ``stream``, or where that is full or has gone, to the standard error output."""
    try:
        print(text, file=stream, flush=True)
    except OSError:
        # What it has not taken must not be tried once more when the interpreter ends.
        with suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        if stream is not sys.stderr:
            _print(text, sys.stderr)


def _rescue(result: load_json.LoadResult) -> str:
    """Write the result to the first other place that takes it; return where, or why none does."""
    failures = []
    for place in _elsewhere():
        try:
            return str(_write_whole(result, place))
        except (ResultFileError, OSError) as error:
            failures.append(error)
    return f"no other place: {failures[0]}"


def _elsewhere() -> Iterator[Path]:
    """Yield places where a file may be written if others are full, or not to be written to."""
    with suppress(OSError):
        yield Path(tempfile.gettempdir())
    yield from (Path("/var/tmp"), Path("/dev/shm"))
    with suppress(RuntimeError):
        yield Path.home()


def _write_whole(result: load_json.LoadResult, place: Path) -> Path:
    """Write the result to a new folder in ``place``; leave no empty folder there if that fails."""
    folder = Path(tempfile.mkdtemp(prefix="hubbub-load-", dir=place))
    try:
        return load_json.write(result, folder)
    except ResultFileError:
        with suppress(OSError):
            folder.rmdir()
        raise
