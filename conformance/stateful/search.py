"""Runs many sequences against a server, and makes one that fails as small as it can."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Flaky

from hubbub.protocol.requirements import requirements

from ..findings import Broken, Finding
from ..oracle.judge import judge
from ..wire.wire import Wire
from .operations import Sequence, sequences
from .script import Script, script_of

LONGEST_SHRINKING = 60.0
"""Seconds in which a failing sequence is made smaller: what does not come costs a wait each time."""


@dataclass(frozen=True)
class Failure:
    """The smallest sequence found that breaks something."""

    script: Script
    wire: Wire
    broken: Broken


class _Ended(BaseException):
    """Ends the search at once: nothing smaller is to be sought. Not an Exception, which hypothesis takes."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(str(finding))
        self.finding = finding


class Search:
    """One search of so many sequences. The same ``number`` makes the same sequences up."""

    def __init__(
        self,
        new_wire: Callable[[], Wire],
        lacks: Iterable[str] = (),
        number: int = 0,
        progress: Callable[[int], None] = lambda _: None,
    ) -> None:
        self._new_wire = new_wire
        self._lacks = tuple(lacks)
        self._number = number
        self._progress = progress
        self._failure: Failure | None = None
        self._found_at = 0.0
        self.done = 0
        """How many sequences were run, those of making a failing one smaller not counted."""

    def run(self, count: int) -> Failure | None:
        """Run up to ``count`` sequences; return the smallest failure, None where all went well.

        Raises what else ends a check: the server is down, say.
        """
        options = settings(
            max_examples=count,
            deadline=None,
            database=None,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
            report_multiple_bugs=False,
            print_blob=False,
        )
        holds = seed(self._number)(options(given(sequences(self._lacks))(self._try)))
        try:
            holds()
        except (Broken, Flaky):
            # Flaky is what does not fail each time: a race that is lost now and then. It did fail once.
            return self._failure
        except _Ended as ended:
            raise ended.finding from None
        return None

    def _try(self, sequence: Sequence) -> None:
        if self._failure is None:
            self.done += 1
            self._progress(self.done)
        elif time.monotonic() - self._found_at > LONGEST_SHRINKING:
            return
        script = script_of(sequence, self._lacks)
        wire = self._new_wire()
        try:
            self._run(script, wire)
        except Broken as broken:
            self._remember(Failure(script, wire, broken))
            raise
        except Finding as finding:
            raise _Ended(finding) from None

    @staticmethod
    def _run(script: Script, wire: Wire) -> None:
        try:
            script.run(wire)
        finally:
            wire.close()
        for violation in judge(wire.transcript):
            if requirements()[violation.requirement].level == "M":
                raise violation.as_broken.for_requirement(violation.requirement)

    def _remember(self, failure: Failure) -> None:
        if self._failure is None:
            self._found_at = time.monotonic()
        if self._failure is None or len(failure.script.lines) <= len(self._failure.script.lines):
            self._failure = failure
