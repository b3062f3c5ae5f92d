"""What one user is to publish, and what it has published."""

from collections.abc import Iterator
from itertools import takewhile

from swarm.receipts import NEVER


class Publisher:
    """The schedule and the sends of user ``number``; all moments in ns of the run."""

    def __init__(self, room: int, number: int, offsets: Iterator[int]) -> None:
        self.room = room
        self.number = number
        self.due = NEVER
        """When the message is to be sent that has not been sent yet."""
        self._offsets = offsets
        self._began = NEVER
        self._sequence = 0

    def begin(self, moment: int) -> None:
        """Begin the schedule at ``moment``."""
        self._began = moment

    def advance(self) -> int:
        """Return when the next message is to be sent."""
        self.due = self._began + next(self._offsets)
        return self.due

    def next_sequence(self) -> int:
        """Return the sequence number of the message sent now; each is given once, sent whole or not."""
        self._sequence += 1
        self.due = NEVER
        return self._sequence - 1

    def end(self) -> None:
        """Give up the schedule: the user has left, or its connection is gone."""
        self._began = self.due = NEVER

    def overdue(self, stop: int) -> Iterator[int]:
        """Yield the moments up to ``stop`` for which messages were scheduled that have not been sent."""
        if self.due <= stop:
            yield self.due
            later = (self._began + offset for offset in self._offsets)
            yield from takewhile(lambda moment: moment <= stop, later)
