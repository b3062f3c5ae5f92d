"""Counts of connections, errors and sizes in one process, and of connections and sizes in all of them."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Literal, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from hubbub.results.connections import AddressConnections, Connections, UrlConnections
from hubbub.results.counts import ErrorCount, Messages


class ConnectionTally:
    """What became of a process's connections."""

    def __init__(self) -> None:
        self.attempted = 0
        self.opened = 0
        self.failed = 0
        self.starved = 0
        self.lost = 0
        self.shed = 0
        self.members = 0
        """How many users are members now."""
        self.behind = 0
        """How often there was more to read, on one of the connections, than is read at once."""
        self.closes: Counter[str] = Counter()
        self.steps: Counter[str] = Counter()
        """By what they wait for, those that are still opening."""
        self._urls: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._addresses: defaultdict[str, dict[str, AddressConnections]] = defaultdict(dict)

    def note(self, url: str, what: Literal["opened", "failed", "lost"]) -> None:
        """Count what became of a connection to one of the server's URLs."""
        self._urls[url][what] += 1

    def note_address(
        self, url: str, address: str, what: Literal["attempted", "opened", "failed"], why: str = ""
    ) -> None:
        """Count a connection to one of the addresses behind a URL, with why it failed."""
        known = self._addresses[url].get(address, AddressConnections())
        counted = {what: getattr(known, what) + 1, "example": known.example or why}
        self._addresses[url][address] = msgspec.structs.replace(known, **counted)

    def forget_address(self, url: str, address: str) -> None:
        """Take back that a connection was attempted."""
        known = self._addresses[url][address]
        self._addresses[url][address] = msgspec.structs.replace(known, attempted=known.attempted - 1)

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
            joining=self.joining,
            starved=self.starved,
            lost=self.lost,
            shed=self.shed,
            closes=dict(self.closes),
            urls={
                url: UrlConnections(**self._urls[url], addresses=dict(self._addresses[url]))
                for url in dict.fromkeys((*self._urls, *self._addresses))
            },
        )


def merge_connections(parts: Sequence[Connections]) -> Connections:
    """Return the counts of all processes together."""
    closes = Counter[str]()
    for part in parts:
        closes.update(part.closes)
    return Connections(
        attempted=sum(part.attempted for part in parts),
        opened=sum(part.opened for part in parts),
        failed=sum(part.failed for part in parts),
        joining=sum(part.joining for part in parts),
        lost=sum(part.lost for part in parts),
        shed=sum(part.shed for part in parts),
        starved=sum(part.starved for part in parts),
        closes=dict(closes),
        urls=_merge_urls(parts),
    )


def _merge_urls(parts: Sequence[Connections]) -> dict[str, UrlConnections]:
    urls: dict[str, UrlConnections] = {}
    for url, more in (item for part in parts for item in part.urls.items()):
        known = urls.get(url, UrlConnections())
        urls[url] = UrlConnections(
            opened=known.opened + more.opened,
            failed=known.failed + more.failed,
            lost=known.lost + more.lost,
            addresses=_merge_addresses(known.addresses, more.addresses),
        )
    return urls


def _merge_addresses(
    known: dict[str, AddressConnections], more: dict[str, AddressConnections]
) -> dict[str, AddressConnections]:
    merged = dict(known)
    for address, each in more.items():
        before = known.get(address, AddressConnections())
        merged[address] = AddressConnections(
            attempted=before.attempted + each.attempted,
            opened=before.opened + each.opened,
            failed=before.failed + each.failed,
            example=before.example or each.example,
        )
    return merged


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

    @property
    def kinds(self) -> set[str]:
        """The kinds that occurred."""
        return set(self._kinds)

    def times(self) -> list[int]:
        """Return when each error occurred, in ns of the run."""
        return [moment for kind in self._kinds.values() for moment in kind.times]

    def record(self) -> list[ErrorCount]:
        """Return the counts as result files hold them."""
        return [
            ErrorCount(kind=name, count=len(kind.times), example=kind.example)
            for name, kind in self._kinds.items()
        ]


class SizeTally:
    """How large a process's messages were."""

    def __init__(self) -> None:
        self.repeated = 0
        """How many were sent again, equal to the one before."""
        self._count = 0
        self._total = 0
        self._least = 0
        self._most = 0

    def add(self, sizes: NDArray[np.int64]) -> None:
        """Count messages of these sizes in bytes."""
        if sizes.size:
            least = int(sizes.min())
            self._least = min(self._least, least) if self._count else least
            self._most = max(self._most, int(sizes.max()))
            self._count += sizes.size
            self._total += int(sizes.sum())

    def record(self) -> Messages:
        """Return the counts as result files hold them."""
        mean = self._total / self._count if self._count else 0.0
        return Messages(
            count=self._count, least=self._least, mean=mean, most=self._most, repeated=self.repeated
        )


def merge_messages(parts: Sequence[Messages]) -> Messages:
    """Return the sizes of all processes' messages together."""
    count = sum(part.count for part in parts)
    return Messages(
        count=count,
        least=min((part.least for part in parts if part.count), default=0),
        mean=sum(part.mean * part.count for part in parts) / count if count else 0.0,
        most=max((part.most for part in parts), default=0),
        repeated=sum(part.repeated for part in parts),
    )
