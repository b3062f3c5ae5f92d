"""The memory of the server under test, seen only where its process is at hand."""

from dataclasses import dataclass

import psutil


@dataclass(frozen=True)
class Memory:
    """The resident memory of the server's process, where it is at hand."""

    process: psutil.Process | None
    before: int = 0
    """Bytes."""

    @classmethod
    def of(cls, pid: int | None) -> "Memory":
        """Return what it is now; ``pid`` is None where no process is at hand."""
        if pid is None:
            return cls(None)
        process = psutil.Process(pid)
        return cls(process, process.memory_info().rss)

    @property
    def grown(self) -> int:
        """Bytes more than before; 0 where they cannot be seen."""
        return 0 if self.process is None else int(self.process.memory_info().rss) - self.before
