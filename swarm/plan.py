"""What the master tells every process when a run starts, so that they are one run."""

import secrets

import msgspec

from swarm.clock import clock_identity


class Plan(msgspec.Struct, frozen=True):
    """The run's identity, and its division among workers."""

    run: int
    """A random 64-bit number."""
    start: int
    """When the run started, in ns of the run."""
    clock: str
    """``clock_identity`` of the process whose clock is the run's."""
    workers: tuple[str, ...]
    """Locust's ids of the load-generating processes."""

    @property
    def id(self) -> str:
        """The run's id, as people read it."""
        return f"{self.run:016x}"

    def room(self, index: int) -> str:
        """Return the name of a room: fresh in every run, so that a shared server's rooms are left alone."""
        return f"load-{self.id[:8]}-{index}"

    def number(self, worker: str, count: int) -> int:
        """Return the number of the user that is the ``count``-th, from 0, of ``worker``.

        Numbers are distinct over all workers, and without gaps while these have as many users each. Raises
        ValueError for a worker that is not part of the plan.
        """
        return count * len(self.workers) + self.workers.index(worker)


def new_plan(start: int, workers: tuple[str, ...]) -> Plan:
    """Return the plan of a new run."""
    return Plan(secrets.randbits(64), start, clock_identity(), workers)
