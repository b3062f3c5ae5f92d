"""Counts of the deliveries that went wrong, and the first few of them with all that is known."""

from collections import Counter
from typing import Literal

from hubbub.results.counts import Anomaly

Kind = Literal["lost", "duplicated", "reordered", "misdelivered", "corrupt", "stale"]

ON_ARRIVAL = ("duplicated", "reordered", "misdelivered", "corrupt")
"""The anomalies that are seen when a message arrives."""

KEPT = 20
"""How many anomalies a result lists."""


class Anomalies:
    """The anomalies that one process saw."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.first: list[Anomaly] = []

    def note(self, kind: Kind, room: str, member: int, detail: str, message: tuple[int, int] | None) -> None:
        """Count one anomaly; ``message`` is its publisher and sequence, where they are known."""
        self.counts[kind] += 1
        self.keep(kind, room, member, detail, message)

    def keep(self, kind: Kind, room: str, member: int, detail: str, message: tuple[int, int] | None) -> None:
        """List one anomaly that was counted elsewhere, unless the list is full."""
        if not self.full:
            publisher, sequence = message or (None, None)
            self.first.append(
                Anomaly(
                    kind=kind,
                    room=room,
                    member=member,
                    publisher=publisher,
                    sequence=sequence,
                    detail=detail,
                )
            )

    @property
    def full(self) -> bool:
        """Whether the list takes no more."""
        return len(self.first) >= KEPT
