"""Runs the search that was asked for, with a line now and then on how far it is."""

import time
from collections.abc import Callable

from .request import SearchRequest
from .search import Failure, Search

EVERY = 5.0
"""Seconds between two lines on how far the search is."""


def search(request: SearchRequest) -> Failure | None:
    """Run the sequences; return the smallest that fails, None where all went well."""
    searching = Search(request.new_wire, request.lacks, request.seed, _progress(request))
    found = searching.run(request.count)
    if found is None:
        wire = request.new_wire()
        request.judge_by(wire)
        wire.note(f"{searching.done} sequences with --stateful-seed {request.seed}: nothing found")
    else:
        found.wire.note(f"found by sequence {searching.done} of --stateful-seed {request.seed}")
    return found


def _progress(request: SearchRequest) -> Callable[[int], None]:
    printed_at = time.monotonic()

    def progress(done: int) -> None:
        nonlocal printed_at
        if time.monotonic() - printed_at >= EVERY:
            printed_at = time.monotonic()
            request.say(f"stateful: sequence {done} of {request.count}")

    return progress
