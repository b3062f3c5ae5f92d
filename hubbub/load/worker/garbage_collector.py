"""Python's garbage collector, which holds up all users of a process while it looks at what there is."""

import gc


class GarbageCollector:
    """Keeps what lives as long as a run out of garbage collections.

    That is mostly modules, and what a thousand users consist of: to look at these takes 30 ms.
    """

    def __init__(self) -> None:
        self._users = 0

    def begin(self) -> None:
        """Collect what is garbage before users start, and look at the rest no more."""
        gc.collect()
        gc.freeze()
        self._users = 0

    def grown(self, users: int) -> None:
        """Look no more at what there is, where there have been more users than ever before: they stay."""
        if users > self._users:
            self._users = users
            gc.freeze()

    def end(self) -> None:
        """Look at everything again: users that are gone are garbage."""
        gc.unfreeze()
