"""How well the load generator itself is: whether its event loop keeps time and its core has room."""

from time import monotonic_ns, process_time_ns

import gevent
import numpy as np

from hubbub.load.measure.distribution import Distribution
from hubbub.load.timing.moments import NEVER

_TICK = 50_000_000
"""How often the loop's lag is sampled, in ns."""


class Health:
    """Samples the event loop's lag and the CPU time of this process.

    While the loop is blocked, or the whole process is frozen, no sample can be taken, and one late sample
    would stand for all that were missed. They are filled in, as late as they would have been.
    """

    def __init__(self) -> None:
        self.loop_lag = Distribution()
        self._lags: list[int] = []
        self._due = NEVER
        """When the next sample is to be taken; known when the loop turns for the first time."""
        self._began = (monotonic_ns(), process_time_ns())
        self._cpu_share: float | None = None
        self._sampler = gevent.spawn(self._sample)

    def sample(self) -> None:
        """Take the sample that is due, if one is, and let the next be due a tick from now."""
        now = monotonic_ns()
        if now >= self._due:
            self._lags.append(now - self._due)
            self._due = now + _TICK

    def fold(self) -> None:
        """Take in the samples since the last call."""
        lags, self._lags = self._lags, []
        self.loop_lag.add_expecting(np.array(lags, np.int64), _TICK)

    def stop(self) -> None:
        """Sample no more: publishing is over."""
        if self._cpu_share is None:
            self._sampler.kill(block=False)
            self.sample()
            self._cpu_share = self._share()
            self.fold()

    @property
    def cpu_share(self) -> float:
        """CPU time over wall time, until ``stop``: 1.0 is a whole core."""
        return self._share() if self._cpu_share is None else self._cpu_share

    def _share(self) -> float:
        wall, cpu = monotonic_ns() - self._began[0], process_time_ns() - self._began[1]
        return cpu / wall if wall else 0.0

    def _sample(self) -> None:
        self._due = monotonic_ns() + _TICK
        while True:
            gevent.sleep(max(0, self._due - monotonic_ns()) / 1e9)
            self.sample()
