"""What the stateful check is given: the search, the wires that it takes, and a line on how far it is."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from ..stateful.search import Failure, Search
from ..wire.wire import Wire
from .environment import Environment

EVERY = 5.0
"""Seconds between two lines on how far the search is."""


@dataclass(frozen=True)
class StatefulRun:
    """One run of the stateful check."""

    check: str
    count: int
    """How many sequences are asked for."""
    seed: int
    """What makes the same sequences up again."""
    environment: Environment
    judge_by: Callable[[Wire], None]
    """Take the wire whose transcript the check's verdict rests on."""
    say: Callable[[str], None]

    def search(self) -> Failure | None:
        """Run the sequences; return the smallest that fails."""
        search = Search(self._new_wire, self.environment.lacks, self.seed, self._progress())
        found = search.run(self.count)
        if found is None:
            self._last_wire().note(f"{search.done} sequences with --stateful-seed {self.seed}: nothing found")
        else:
            found.wire.note(f"found by sequence {search.done} of --stateful-seed {self.seed}")
        return found

    def _new_wire(self) -> Wire:
        return self.environment.wire(self.check)

    def _last_wire(self) -> Wire:
        wire = self._new_wire()
        self.judge_by(wire)
        return wire

    def _progress(self) -> Callable[[int], None]:
        told = time.monotonic()

        def progress(done: int) -> None:
            nonlocal told
            if time.monotonic() - told >= EVERY:
                told = time.monotonic()
                self.say(f"stateful: sequence {done} of {self.count}")

        return progress
