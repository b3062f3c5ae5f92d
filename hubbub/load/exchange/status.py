"""How one load-generating process stands: what it tells the master every second, and again in its report."""

from collections import Counter
from collections.abc import Iterable

import msgspec

from hubbub.results.connections import Connections
from hubbub.results.counts import Ledger


class ProcessStatus(msgspec.Struct, frozen=True, kw_only=True):
    """One process at one moment; durations in ns, counts from the start of the run."""

    ledger: dict[str, int]
    """What was settled so far, by the names of ``load_result.Ledger``; lost is what may come yet."""
    connections: Connections
    joining: int
    """Connections that are still opening."""
    short_of: tuple[str, ...] = ()
    """What the process ran out of."""
    faults: tuple[str, ...]
    """Exceptions in callbacks, which should not have been."""
    lag_p99: int
    """Of the event loop."""
    queueing_p99: int
    """From the arrival in the kernel to the reading."""
    cpu_share: float
    """CPU time over wall time while publishing: 1.0 is a whole core."""
    held_up: float
    """The share of its users' time in which they waited for the server to read what they sent."""
    clock_error: int
    """Bound on the clock offset against the master; 0 on one host."""
    clock_step: int
    """By how much the wall clock was set during the run at most."""


def total_ledger(statuses: Iterable[ProcessStatus]) -> Ledger:
    """Return what all processes have settled so far; what is ``lost`` in it may come yet."""
    total = Counter(dict.fromkeys(Ledger.__struct_fields__, 0))
    for status in statuses:
        total.update(status.ledger)
    return Ledger(**total)


class StatusUpdate(msgspec.Struct, frozen=True, kw_only=True):
    """What a process tells of the second before: sent every second while the run is on."""

    status: ProcessStatus
    moment: int
    """In ns of the run."""
    users: int = 0
    """That Locust runs in it, whether they got in or not."""
    members: int
    arrived: int
    """Deliveries received since the start."""
    errors: int
    """Since the start."""
    latency: bytes
    """From the intended time, of the deliveries since the update before: a packed ``Distribution``."""
    lateness: bytes
    """Of the sends since the update before, likewise."""
    lags: int = 0
    """How many times the event loop's lag was looked at."""
