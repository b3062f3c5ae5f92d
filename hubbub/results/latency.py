"""Distributions of durations as ``load.json`` holds them: of a whole run, and of each of its phases."""

from hubbub.results.records import Record


class Histogram(Record, frozen=True, kw_only=True):
    """A distribution of durations in nanoseconds, bounded in error, mergeable without loss."""

    count: int
    mean: float
    max: int
    hdr: str
    """HdrHistogram V2 compressed, base64."""


NOTHING = Histogram(count=0, mean=0.0, max=0, hdr="HISTFAAAAB14nJNpmSzMgADMUJoRyHQz2LGAwf4DRAAATjkESw==")
"""The distribution of nothing."""


class Latency(Record, frozen=True, kw_only=True):
    """The distributions of a run. Latency ends at the kernel's arrival time where that is to be had."""

    intended: Histogram
    """Intended send time to arrival: what a user would have felt (free of coordinated omission)."""
    sent: Histogram
    """Actual send time to arrival."""
    lateness: Histogram
    """Intended send time to actual send time: the generator's own delay."""
    queueing: Histogram
    """Arrival in the kernel to reading by the generator; empty where arrival times are not to be had."""
    last_member: Histogram
    """Intended send time to the arrival at the last member of the room, one value a message."""
    spread: Histogram
    """First to last member's arrival, one value a message."""
    connect: Histogram
    """Start of the TCP connection to the server's Status."""
    userlist: Histogram = NOTHING
    """First message under a name, or start of a leaving, to the userlist that shows it."""

    def independent(self, name: str, published: int) -> int:
        """Return how many independent values stand in a distribution, of a run of ``published`` messages.

        All deliveries of a message, and all members' reads of them, share its fate: there the messages count.
        """
        count: int = getattr(self, name).count
        return min(count, published) if name in _OF_MESSAGES else count


_OF_MESSAGES = frozenset({"intended", "sent", "lateness", "queueing", "last_member", "spread"})
"""The distributions in which values of one message are not independent of each other."""


class PhaseLatency(Record, frozen=True, kw_only=True):
    """The distributions of a phase: of the messages that were to be sent in it."""

    intended: Histogram
    sent: Histogram
    lateness: Histogram
    last_member: Histogram
    spread: Histogram
