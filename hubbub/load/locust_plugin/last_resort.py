"""What is done when Locust's main program dies: the run is ended in good order, and its verdict told.

It dies of a second file that a full disk does not take, of an interrupt before any run has begun, and of
whatever else nobody thought of.
"""

import sys
import traceback
from collections.abc import Callable
from types import TracebackType

_FILES = {"close_files": "--csv", "save_stats_json": "--json-file", "save_html_report": "--html"}
"""What Locust writes in which of its functions."""


def end_gracefully(finish: Callable[[], None]) -> None:
    """Have ``finish`` called then, in the main greenlet; the cause is told in one line if it is no fault."""
    usual = sys.excepthook

    def end(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        finish()
        line = _line(error, trace)
        if line:
            print(f"locust: error: {line}", file=sys.stderr)
        else:
            usual(kind, error, trace)

    sys.excepthook = end


def _line(error: BaseException, trace: TracebackType | None) -> str:
    if isinstance(error, KeyboardInterrupt):
        return "interrupted"
    if not isinstance(error, OSError):
        return ""
    written = [_FILES[frame.name] for frame in traceback.extract_tb(trace) if frame.name in _FILES]
    where = f"{written[0]}: Locust's file cannot be written: " if written else ""
    return where + (error.strerror or str(error))
