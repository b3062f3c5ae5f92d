"""The memory of a process over a run: of each load generator, and of the server where that is at hand."""

from collections.abc import Callable
from contextlib import suppress
from time import monotonic_ns

import psutil

from hubbub.load.config_error import ConfigError

Sample = tuple[int, int]
"""A moment, in ns of the run, and the bytes of memory that were resident then."""

_MOST = 512
"""So many samples are kept at most; then every other one is dropped, and half as many are taken."""
_AT_FIRST = 1_000_000_000
"""How long, in ns, it is from one sample to the next at first."""


class MemoryLog:
    """Samples the resident memory of the process ``pid``, and of all that it started if ``family`` is set.

    To find a family takes some ms where many processes run. Moments are told by ``now``, in ns. Raises
    ConfigError where there is no such process.
    """

    def __init__(self, pid: int, now: Callable[[], int] = monotonic_ns, *, family: bool = True) -> None:
        try:
            self._process = psutil.Process(pid)
        except (psutil.NoSuchProcess, OverflowError) as error:
            raise ConfigError(f"--server-pid {pid} is no process on this machine") from error
        self.samples: list[Sample] = []
        self._now = now
        self._family = family
        self._interval = _AT_FIRST
        self._due = 0

    def sample(self) -> None:
        """Take a sample if one is due; none of a process that has ended, or without a file descriptor."""
        now = self._now()
        if now < self._due:
            return
        with suppress(psutil.Error, OSError):
            self.samples.append((now, self._resident()))
        if len(self.samples) > _MOST:
            del self.samples[1::2]
            self._interval *= 2
        self._due = now + self._interval

    def _resident(self) -> int:
        family = self._process.children(recursive=True) if self._family else []
        return sum(each.memory_info().rss for each in (self._process, *family))
