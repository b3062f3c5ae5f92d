"""Locust's own files: a disk that takes none of them must not cost the verdict.

Locust's main program writes ``--html`` when a run is over, or before it is, if Ctrl-C ends it, and
``--json-file`` before our summary is printed. What it raises there would end the process.
"""

import json
from pathlib import Path
from typing import Any

from locust.env import Environment
from locust.html import get_html_report, process_html_filename

_report: Any = get_html_report


class LocustFiles:
    """Writes ``--html`` in Locust's place, and looks whether ``--json-file`` can be written."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._options: Any = environment.parsed_options
        self._html = self._options.html_file if self._options else None
        if self._options:
            self._options.html_file = None

    @property
    def any(self) -> bool:
        """Whether Locust is asked for files that tell all workers' last figures."""
        options = self._options
        return bool(options and (self._html or options.json_file or options.csv_prefix))

    def write(self) -> dict[str, str]:
        """Write them; return, by its option, for each that cannot be written why not."""
        failures = {}
        for option, write in (("--html", self._write_html), ("--json-file", self._write_json)):
            try:
                write()
            except OSError as error:
                failures[option] = error.strerror or str(error)
        return failures

    def _write_html(self) -> None:
        if self._html:
            self._options.html_file = self._html
            process_html_filename(self._options)
            path = Path(self._options.html_file)
            self._options.html_file = None
            path.parent.mkdir(parents=True, exist_ok=True)
            page: str = _report(self._environment, show_download_link=False)
            path.write_text(page, encoding="utf-8")

    def _write_json(self) -> None:
        """Write what Locust is about to write; where that fails, let it print its tables instead."""
        if not (self._options and self._options.json_file):
            return
        path = Path(f"{self._options.json_file}.json")
        entries = self._environment.stats.entries.values()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps([entry.serialize() for entry in entries], indent=4))
        except OSError:
            self._options.json_file = None
            raise
