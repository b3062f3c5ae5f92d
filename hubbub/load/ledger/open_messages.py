"""The messages that were heard of as sent and are not settled yet, of all rooms of a process."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hubbub.load.ledger.sends import Sends
from hubbub.load.timing.moments import NEVER

Column = NDArray[np.int64]


class Messages(NamedTuple):
    """Some messages; columns of one length."""

    keys: Column
    rooms: Column
    times: Column
    """When each was sent, in ns of the run."""


class OpenMessages:
    """What is open, and up to which moment it is known what was sent."""

    def __init__(self) -> None:
        self.messages = Messages(*[np.zeros(0, np.int64)] * 3)
        self.horizon = -1
        """All that was sent before this moment has been heard of, in ns of the run."""
        self.error = 0
        """The bound of the error of the clocks that told the times, in ns."""
        self.oldest: dict[int, int] = {}
        """By room, when its oldest open message was sent; rooms without any are left out."""
        self._keys: set[int] = set()

    def __contains__(self, key: int) -> bool:
        """Whether a message of that key is open."""
        return key in self._keys

    def __len__(self) -> int:
        """Return how many messages are open."""
        return len(self.messages.keys)

    def ingest(self, sends: Sends) -> None:
        """Take in what all processes sent since the last time."""
        added = sends.columns()
        self.messages = Messages(*(np.concatenate(pair) for pair in zip(self.messages, added, strict=True)))
        self._keys = set(self.messages.keys.tolist())
        # Now and not when they are settled, for in between something may be forgotten (I4): somebody that has
        # gone may be owed what is only now heard of.
        self.oldest = self._oldest()
        self.horizon = max(self.horizon, sends.horizon)
        self.error = max(self.error, sends.error)

    def close(self, settled: NDArray[np.bool_]) -> Messages:
        """Return the messages that ``settled`` marks, which are open no more."""
        closed = Messages(*(column[settled] for column in self.messages))
        self.messages = Messages(*(column[~settled] for column in self.messages))
        self._keys.difference_update(closed.keys.tolist())
        self.oldest = self._oldest()
        return closed

    def _oldest(self) -> dict[int, int]:
        oldest: dict[int, int] = {}
        for number, time in zip(self.messages.rooms.tolist(), self.messages.times.tolist(), strict=True):
            oldest[number] = min(time, oldest.get(number, NEVER))
        return oldest
