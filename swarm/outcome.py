"""Where a run's result goes: to a file in a folder of its own, and as a summary to the terminal."""

import sys
import tempfile
from pathlib import Path

from locust.env import Environment

from result_files.folder import make_result_folder
from result_files.records import ResultFileError
from swarm import result as load_json
from swarm.options import result_folder
from swarm.summary import summary


class Outcome:
    """The results of one run after the other, of which none is lost or overwritten."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._runs = 0
        self._summary = ""

    def write(self, result: load_json.LoadResult) -> bool:
        """Write a result, to a temporary folder if need be; return whether it went where it was asked for."""
        self._runs += 1
        try:
            where, as_asked = str(load_json.write(result, self._folder())), True
        except ResultFileError as error:
            where, as_asked = f"not where it was asked for ({error}) but at {_rescue(result)}", False
        self._summary = summary(result, where)
        return as_asked

    def tell(self) -> None:
        """Print the summary, once; with Locust's --json the output is for a machine to read."""
        if self._summary:
            options = self._environment.parsed_options
            print(self._summary, file=sys.stderr if options and options.json else sys.stdout, flush=True)
            self._summary = ""

    def _folder(self) -> Path:
        """Make the run's folder; of several runs, which the web page may start, none overwrites another's."""
        asked = result_folder(self._environment)
        if asked is not None and self._runs > 1:
            asked = asked.with_name(f"{asked.name}-{self._runs}")
        return make_result_folder("load", asked)


def _rescue(result: load_json.LoadResult) -> str:
    """Write the result where temporary files go; return where that is, or why even that did not work."""
    try:
        return str(load_json.write(result, Path(tempfile.mkdtemp(prefix="hubbub-load-"))))
    except (ResultFileError, OSError) as error:
        return f"no other place: {error}"
