"""How long a session still waits for what must come: less where the same has been waited for in vain.

A server that never answers would cost the longest wait in every check. So what is waited for in vain is
counted, by requirement and over the whole run, and the rest is waited for more briefly. A shortened wait is
one of silence: it goes on as long as anything moves on any connection. It is backed by a new client's
handshake, too, as every wait is, and grows with how long that takes.
"""

from collections import defaultdict
from collections.abc import Collection
from enum import Enum

from .deadlines import Deadlines

CASES = 3
"""After so many cases of a requirement that waited in vain, its others wait less."""

LEAVING = "leaving"
"""What stands for a requirement where connections do not end behind the closing handshake."""

SHORTENED = "waited less than usual"
"""How a note begins that says so, in a check's record."""

_LONGEST_OF_ONE = 20.0
"""Seconds in vain for one requirement after which its other cases wait but a moment."""
_LONG, _LONGEST = 25.0, 35.0
"""Seconds in vain over the whole run: then all waits are short, and those that were in vain but a moment."""
_ROW = 6
"""So many requirements that wait in vain one after the other, and none between that does not, say that
nothing works: everything else waits but a moment."""


class Grade(Enum):
    """How patient a wait is."""

    FULL = "full"
    SHORT = "short"
    BRIEF = "brief"
    LEAST = "least"

    def seconds(self, deadlines: Deadlines) -> float:
        """Return how long it is."""
        return {
            Grade.FULL: deadlines.wait,
            Grade.SHORT: min(deadlines.wait, deadlines.short),
            Grade.BRIEF: min(deadlines.wait, deadlines.brief),
            Grade.LEAST: min(deadlines.wait, deadlines.least),
        }[self]


class Patience:
    """What has been waited for in vain so far, in all checks of a session (of a process, with ``-n``)."""

    def __init__(self, known: Collection[str] = ()) -> None:
        """``known`` are the checks and requirements with a known deviation, which may well wait in vain."""
        self._known = frozenset(known)
        self._total = 0.0
        self._cases: dict[str, set[str]] = {}
        self._seconds: defaultdict[str, float] = defaultdict(float)
        self._row: set[str] = set()
        """The requirements that have waited in vain since a check last went well."""

    def grade(self, what: str, check: str) -> Grade:
        """Return how patiently ``check`` waits for what its requirement, ``what``, is about."""
        cases = self._cases.get(what, set())
        if what == LEAVING:
            # Nothing is concluded from it.
            if self._seconds[what] >= _LONGEST_OF_ONE:
                return Grade.LEAST
            return Grade.BRIEF if len(cases) >= CASES else Grade.FULL
        # From the least patient to the most: nothing works; this requirement is hopeless; much was in vain.
        if len(self._row) >= _ROW and self._total >= _LONG:
            return Grade.LEAST
        if cases and (self._seconds[what] >= _LONGEST_OF_ONE or self._total >= _LONGEST):
            return Grade.BRIEF
        # A case that has waited in vain before waits for the next thing less at once.
        if self._total >= _LONG or len(cases) >= CASES or check in cases:
            return Grade.SHORT
        return Grade.FULL

    def is_exhausted(self, what: str) -> bool:
        """Return whether so much of a requirement was in vain that one attempt more will say it."""
        return len(self._cases.get(what, ())) >= CASES or self._seconds[what] >= _LONGEST_OF_ONE

    def reason(self, what: str, check: str) -> str:
        """Return why it is less than fully patient, in words."""
        if self._total >= _LONG:
            return f"{self._total:.0f} s of this run had been waited in vain"
        others = len(self._cases.get(what, set()) - {check})
        whose = "connections" if what == LEAVING else f"cases of {what}"
        return f"{others} {whose} had waited in vain" if others else "it had waited in vain before"

    def record_in_vain(self, what: str, check: str, seconds: float) -> None:
        """Take note that ``check`` waited so long for nothing."""
        if check in self._known:
            return  # it says nothing of what else is to come
        self._cases.setdefault(what, set()).add(check)
        self._seconds[what] += seconds
        if what != LEAVING and what not in self._known:
            self._total += seconds
            self._row.add(what)

    def record_success(self) -> None:
        """Take note of a check in which nothing was waited for in vain."""
        self._row.clear()
