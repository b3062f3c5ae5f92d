"""How well the load generator itself is: whether its event loop keeps time and its core has room."""

from time import monotonic_ns, process_time_ns

import gevent
import numpy as np

from swarm.latency import Distribution

_TICK = 50_000_000
"""How often the loop's lag is sampled, in ns."""


class Health:
    """Samples the event loop's lag and the CPU time of this process."""

    def __init__(self) -> None:
        self.loop_lag = Distribution()
        self._lags: list[int] = []
        self._began = (monotonic_ns(), process_time_ns())
        self._cpu_share: float | None = None
        self._sampler = gevent.spawn(self._sample)

    def fold(self) -> None:
        """Take in the samples since the last call."""
        lags, self._lags = self._lags, []
        self.loop_lag.add(np.array(lags, np.int64))

    def stop(self) -> None:
        """Sample no more: publishing is over."""
        if self._cpu_share is None:
            self._sampler.kill(block=False)
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
        while True:
            due = monotonic_ns() + _TICK
            gevent.sleep(_TICK / 1e9)
            self._lags.append(monotonic_ns() - due)
