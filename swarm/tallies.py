"""Counts of connections and errors in one process."""

from collections import Counter, defaultdict
from typing import Literal, NamedTuple

from swarm.result import Connections, ErrorCount, UrlConnections


class ConnectionTally:
    """What became of a process's connections."""

    def __init__(self) -> None:
        self.attempted = 0
        self.opened = 0
        self.failed = 0
        self.starved = 0
        self.lost = 0
        self.shed = 0
        self.closes: Counter[str] = Counter()
        self._urls: defaultdict[str, Counter[str]] = defaultdict(Counter)

    def note(self, url: str, what: Literal["opened", "failed", "lost"]) -> None:
        """Count what became of a connection to one of the server's URLs."""
        self._urls[url][what] += 1

    def lose(self, code: int | None) -> None:
        """Count a connection that the server ended, with the code of its Close frame."""
        self.lost += 1
        self._note_close(code)

    def shed_one(self, code: int | None) -> None:
        """Count a slow reader's connection that the server ended, as it may."""
        self.shed += 1
        self._note_close(code)

    def _note_close(self, code: int | None) -> None:
        self.closes["none" if code is None else str(code)] += 1

    @property
    def joining(self) -> int:
        """How many are still opening."""
        return self.attempted - self.opened - self.failed

    def record(self) -> Connections:
        """Return the counts as result files hold them; what is still opening counts as failed."""
        return Connections(
            attempted=self.attempted,
            opened=self.opened,
            failed=self.attempted - self.opened,
            starved=self.starved,
            lost=self.lost,
            shed=self.shed,
            closes=dict(self.closes),
            urls={url: UrlConnections(**counts) for url, counts in self._urls.items()},
        )


class _Kind(NamedTuple):
    times: list[int]
    example: str


class ErrorTally:
    """Errors by kind, with one example of each."""

    def __init__(self) -> None:
        self._kinds: dict[str, _Kind] = {}

    def note(self, kind: str, example: str, moment: int) -> None:
        """Count one error at ``moment``, in ns of the run."""
        self._kinds.setdefault(kind, _Kind([], example)).times.append(moment)

    def times(self) -> list[int]:
        """Return when each error occurred, in ns of the run."""
        return [moment for kind in self._kinds.values() for moment in kind.times]

    def record(self) -> list[ErrorCount]:
        """Return the counts as result files hold them."""
        return [
            ErrorCount(kind=name, count=len(kind.times), example=kind.example)
            for name, kind in self._kinds.items()
        ]
