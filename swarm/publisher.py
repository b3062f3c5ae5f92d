"""What one user is to publish, and what it has published."""

from array import array
from collections.abc import Iterator
from itertools import takewhile

from swarm.ledger import NEVER
from swarm.settlement import Sends


class Publisher:
    """The schedule and the sends of user ``number``; all moments in ns of the run."""

    def __init__(self, room: int, number: int, offsets: Iterator[int]) -> None:
        self.room = room
        self.number = number
        self.due = NEVER
        """When the message is to be sent that has not been sent yet."""
        self._offsets = offsets
        self._began = NEVER
        self._closed = False
        self._sends = array("q")

    @property
    def sequence(self) -> int:
        """The sequence number of the next message."""
        return len(self._sends)

    def begin(self, moment: int) -> None:
        """Begin the schedule at ``moment``."""
        self._began = moment

    def advance(self) -> int:
        """Return when the next message is to be sent."""
        self.due = self._began + next(self._offsets)
        return self.due

    def sent(self, moment: int) -> None:
        """Note that the message with the number ``sequence`` was sent whole at ``moment``."""
        if not self._closed:
            self._sends.append(moment)
        self.due = NEVER

    def end(self) -> None:
        """Give up the schedule: the user has left, or its connection is gone."""
        self._began = self.due = NEVER

    def overdue(self, stop: int) -> Iterator[int]:
        """Yield the moments up to ``stop`` for which messages were scheduled that have not been sent."""
        if self.due <= stop:
            yield self.due
            later = (self._began + offset for offset in self._offsets)
            yield from takewhile(lambda moment: moment <= stop, later)

    def close(self, error: int = 0) -> Sends:
        """Return all that was sent whole, by a clock with that ``error`` in ns, and count no more."""
        self._closed = True
        return Sends(self.room, self.number, self._sends.tobytes(), error)
