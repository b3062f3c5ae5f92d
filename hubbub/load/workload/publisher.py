"""What one user is to publish, and what it has published."""

from collections.abc import Iterator
from itertools import repeat, takewhile

from hubbub.load.timing.moments import NEVER, Duration, Moment
from hubbub.load.workload.message_texts import Text

_PLAIN = repeat(Text(128, 1))


class Publisher:
    """The schedule and the sends of user ``number``, for its whole life.

    The schedule counts from ``epoch``, or else from the user's first joining. It goes on while the user is
    away; what falls into such a time is not to be sent.
    """

    def __init__(
        self,
        room: int,
        number: int,
        offsets: Iterator[Duration],
        epoch: Moment = NEVER,
        texts: Iterator[Text] = _PLAIN,
    ) -> None:
        self.room = room
        self.number = number
        self.texts = texts
        """What its messages are, one after the other."""
        self.due = NEVER
        """When the message is to be sent that has not been sent yet."""
        self._offsets = offsets
        self._epoch = epoch
        self._from = NEVER
        """From when on messages are to be sent; NEVER while the user is away, or does not talk."""
        self._put_back: int | None = None
        self._sequence = 0

    def begin(self, moment: Moment) -> None:
        """Send what is to be sent from ``moment`` on; does nothing where that was begun already."""
        self._epoch = min(self._epoch, moment)
        if self._from == NEVER:
            self._from = moment

    def advance(self) -> Moment:
        """Return when the next message is to be sent."""
        moment = self._next()
        while moment < self._from:
            moment = self._next()
        self.due = moment
        return moment

    def suspend(self) -> None:
        """Send no more, until ``begin``: the user is away, or does not talk."""
        if self.due != NEVER:
            self._put_back, self.due = self.due, NEVER
        self._from = NEVER

    def next_sequence(self, copies: int = 1) -> int:
        """Return the sequence number of the message sent now, of several equal ones the first's.

        Each is given once, sent whole or not.
        """
        self._sequence += copies
        self.due = NEVER
        return self._sequence - copies

    def overdue(self, stop: Moment) -> Iterator[Moment]:
        """Yield the moments up to ``stop`` for which messages were scheduled that have not been sent."""
        if self.due <= stop:
            yield self.due
            later = (self._epoch + offset for offset in self._offsets)
            yield from takewhile(lambda moment: moment <= stop, later)

    def _next(self) -> Moment:
        if self._put_back is None:
            return self._epoch + next(self._offsets)
        moment, self._put_back = self._put_back, None
        return moment
