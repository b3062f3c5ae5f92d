"""How many users a run has, change by change: what its phases are made of.

Each process notes when a user comes and when it goes, on the run's clock; the master puts that together.
A user counts from the moment at which Locust lets it begin, whether it gets in or not, until Locust stops it.
"""

from array import array
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Column = NDArray[np.int64]


class Steps(NamedTuple):
    """The number of users over time; two columns of one length, moments ascending."""

    moments: Column
    """When it changed, in ns of the run."""
    users: Column
    """How many there were from then on."""


NOBODY = Steps(np.zeros(0, np.int64), np.zeros(0, np.int64))
"""No users at any time."""


class Headcount:
    """The users that this process runs."""

    def __init__(self) -> None:
        self.now = 0
        """How many there are."""
        self._moments = array("q")
        self._changes = array("q")

    def note(self, change: int, moment: int) -> None:
        """Note that so many users came, or went, at ``moment``, in ns of the run."""
        self.now += change
        self._moments.append(moment)
        self._changes.append(change)

    def drain(self) -> bytes:
        """Return the changes since the last call, for ``Population.ingest``."""
        taken = self._moments.tobytes() + self._changes.tobytes()
        self._moments, self._changes = array("q"), array("q")
        return taken


class Population:
    """The users that all processes run, as the master knows them."""

    def __init__(self) -> None:
        self._moments: Column = np.zeros(0, np.int64)
        self._changes: Column = np.zeros(0, np.int64)
        self._users: dict[str, int] = {}

    def ingest(self, worker: str, told: bytes) -> None:
        """Take in what a process told of its headcount."""
        moments, changes = np.frombuffer(told, np.int64).reshape(2, -1)
        self._add(moments, changes)
        self._users[worker] = self._users.get(worker, 0) + int(changes.sum())

    def lose(self, worker: str, moment: int) -> None:
        """Note that a process is gone, and its users with it."""
        users = self._users.pop(worker, 0)
        if users:
            self._add(np.array([moment]), np.array([-users]))

    @property
    def steps(self) -> Steps:
        """How many users there were, change by change."""
        return Steps(self._moments, np.cumsum(self._changes))

    def _add(self, moments: Column, changes: Column) -> None:
        if moments.size:
            together = np.concatenate([self._moments, moments])
            order = np.argsort(together, kind="stable")
            self._moments = together[order]
            self._changes = np.concatenate([self._changes, changes])[order]
