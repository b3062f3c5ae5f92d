"""What the master tells every process when a run starts, so that they are one run."""

import secrets
from collections import Counter
from collections.abc import Iterable

import msgspec

from hubbub.load.timing.clock import clock_identity

LOCAL = "local"
"""What Locust calls the only process of a run that is not distributed."""


class Plan(msgspec.Struct, frozen=True):
    """The run's identity, and its division among workers."""

    run: int
    """A random 64-bit number."""
    start: int
    """When the run started, in ns of the run."""
    clock: str
    """``clock_identity`` of the process whose clock is the run's."""
    workers: tuple[str, ...]
    """Locust's ids of the load-generating processes, in the order in which Locust gives users to them."""

    @property
    def id(self) -> str:
        """The run's id, as people read it."""
        return f"{self.run:016x}"

    def room(self, index: int) -> str:
        """Return the name of a room: fresh in every run, so that a shared server's rooms are left alone."""
        return f"load-{self.id[:8]}-{index}"

    def number(self, worker: str, count: int) -> int:
        """Return the number of the user that is the ``count``-th, from 0, of ``worker``.

        Numbers are distinct over all workers, and without gaps while users are given to the workers in turn.
        Raises ValueError for a worker that is not part of the plan.
        """
        return count * len(self.workers) + self.workers.index(worker)


def new_plan(start: int, workers: tuple[str, ...]) -> Plan:
    """Return the plan of a new run."""
    return Plan(secrets.randbits(64), start, clock_identity(), workers)


def in_turn(workers: Iterable[str]) -> tuple[str, ...]:
    """Return Locust's ids of workers in the order in which its dispatcher gives users to them.

    That is one worker of each host after the other (``UsersDispatcher``); an id begins with its host's name.
    """
    hosts = Counter[str]()
    order = []
    for worker in sorted(workers):
        host = worker.split("_")[0]
        order.append((hosts[host], worker))
        hosts[host] += 1
    return tuple(worker for _, worker in sorted(order))
