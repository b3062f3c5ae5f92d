"""What every receiver tells when its feed is over."""

import resource

import msgspec


class Piece(msgspec.Struct, frozen=True):
    """How far a receiver is at some moment."""

    deliveries: int
    cpu: float
    """CPU time so far, in s."""
    memory: int
    """Resident bytes."""


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """What one receiver received, and what that cost."""

    deliveries: int
    """Whole, of this run and room, the next of their publisher."""
    wrong: int
    """All others, and what never came as far as the receiver can tell."""
    cpu: float
    """CPU time of the process from the last join to the end, in s."""
    reads: int = 0
    """How often it read from a socket, where it can tell."""
    pieces: tuple[Piece, ...] = ()
    """How far it was, now and then."""

    @property
    def rate(self) -> float:
        """Verified deliveries for each second of CPU time."""
        return self.deliveries / self.cpu if self.cpu else 0.0


def cpu_time() -> float:
    """Return the CPU time of this process, in s."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
