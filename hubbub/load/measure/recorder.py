"""Folds what the fast path wrote down into distributions and the timeline, several times a second."""

from array import array
from collections.abc import Sequence

import numpy as np

from hubbub.load.measure.delivery_log import UNMEASURED, Batch, DeliveryLog
from hubbub.load.measure.distribution import Distribution, Durations
from hubbub.load.measure.message_table import MessageTable
from hubbub.load.measure.slices import Slices
from hubbub.load.measure.tallies import SizeTally
from hubbub.load.measure.timeline import Column, Timeline
from hubbub.load.timing.moments import SECOND


class Recorder:
    """The measurements of one process."""

    def __init__(self, start: int, warm_up: float) -> None:
        self.messages = MessageTable()
        self.deliveries = DeliveryLog()
        self.timeline = Timeline(start)
        self.intended, self.sent, self.lateness = (Slices(start) for _ in range(3))
        self.queueing = Distribution()
        self.connect = Distribution()
        self.userlist = Distribution()
        self.sizes = SizeTally()
        self.arrived = 0
        """Deliveries taken in, whether their times count or not."""
        self.held_up = 0
        """How long messages waited for a server that did not read, all in all, in ns."""
        self._counts_from = start + int(warm_up * SECOND)
        self._publishes = array("q")
        self._connects = array("q")

    def published(self, intended: int, sent: int, size: int, copies: int = 1) -> None:
        """Note one message of ``size`` bytes, or several equal ones, that was handed to its socket."""
        self._publishes.extend((intended, sent, size) * copies)
        if copies > 1:
            self.sizes.repeated += copies - 1

    def connected(self, duration: int) -> None:
        """Note that a connection took ``duration`` ns to its Status."""
        self._connects.append(duration)

    def shown(self, durations: Durations) -> None:
        """Note how long changes of membership took to be shown by userlists, in ns."""
        self.userlist.add(durations)

    def join(self, edges: Sequence[int]) -> None:
        """Put seconds together that are known to be of one phase: those between two neighbouring edges."""
        for slices in (self.intended, self.sent, self.lateness):
            slices.join(edges)

    def fold(self) -> tuple[Durations, Durations]:
        """Take in all since the last call; return the latencies and the lateness that were new, in ns."""
        self.connect.add(np.array(self._connects))
        self._connects = array("q")
        return self._fold_deliveries(self.deliveries.drain()), self._fold_publishes()

    def _fold_deliveries(self, batch: Batch) -> Durations:
        self.messages.observe(batch)
        self.arrived += batch.rows.size
        self.timeline.add(Column.DELIVERED, np.where(batch.arrivals < 0, batch.reads, batch.arrivals))
        batch = _timed(batch)
        intended = self.messages.intended(batch.rows)
        latency: Durations = batch.arrivals - intended
        counts = intended >= self._counts_from
        self.intended.add(intended[counts], latency[counts])
        self.sent.add(intended[counts], (batch.arrivals - self.messages.sent(batch.rows))[counts])
        self.queueing.add((batch.reads - batch.arrivals)[counts])
        self.timeline.add_latency(batch.arrivals, latency)
        return latency

    def _fold_publishes(self) -> Durations:
        intended, sent, sizes = np.array(self._publishes).reshape(-1, 3).T
        self._publishes = array("q")
        self.sizes.add(sizes)
        lateness: Durations = sent - intended
        counts = intended >= self._counts_from
        self.lateness.add(intended[counts], lateness[counts])
        self.timeline.add(Column.SCHEDULED, intended)
        self.timeline.add(Column.SENT, sent)
        return lateness


def _timed(batch: Batch) -> Batch:
    """Return the deliveries whose times count."""
    timed = batch.arrivals != UNMEASURED
    return batch if timed.all() else Batch(*(column[timed] for column in batch))
