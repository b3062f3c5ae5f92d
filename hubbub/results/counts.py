"""The counts of a run, as ``load.json`` holds them: of messages, of deliveries, and of what went wrong."""

from typing import Literal

from hubbub.results.records import Record


class Ledger(Record, frozen=True, kw_only=True):
    """Every delivery accounted for: delivered + lost = expected."""

    published: int
    """Messages sent whole."""
    expected: int
    """Pairs of message and member for which the server owed a delivery."""
    delivered: int
    """Expected pairs that arrived at least once, whole."""
    lost: int
    """Expected pairs that had not arrived when the drain ended."""
    duplicated: int
    """Arrivals after the first of a pair."""
    reordered: int
    """Arrivals after a later message of the same publisher."""
    misdelivered: int
    """Arrivals in another room than the message was published to."""
    corrupt: int
    """Arrivals that match no published message: envelope or CRC broken, or fields forged."""
    indeterminate: int
    """Pairs that fell into the member's join or leave window, arrived or not; not in ``expected``."""
    stale: int = 0
    """Members whose last userlist, when the drain ended, was not the names of the room's members."""


class Messages(Record, frozen=True, kw_only=True):
    """What was published, in bytes of each message before base64."""

    count: int
    least: int
    mean: float
    most: int
    repeated: int
    """Of these so many were equal to the sender's message before, to the last character."""

    def __str__(self) -> str:
        """Return it in a few words."""
        sizes = f"{self.least:,} bytes each"
        if self.least < self.most:
            sizes = f"{self.least:,} to {self.most:,} bytes, {self.mean:,.0f} on average"
        return sizes + (f"; {self.repeated:,} of them equal to the one before" if self.repeated else "")


class Anomaly(Record, frozen=True, kw_only=True):
    """One delivery gone wrong, with what is needed to find it in the server's logs."""

    kind: Literal["lost", "duplicated", "reordered", "misdelivered", "corrupt", "stale"]
    room: str
    member: int
    """The number of the user that saw it, or that missed it."""
    publisher: int | None
    sequence: int | None
    detail: str


class ErrorCount(Record, frozen=True, kw_only=True):
    """How often one kind of error occurred, with one example."""

    kind: str
    count: int
    example: str
