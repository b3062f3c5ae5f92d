"""Times of a run: moments on its clock, and how long things take; both whole ns."""

from typing import TypeAlias

Moment: TypeAlias = int
"""Ns since a fixed point, on the run's clock (``hubbub.load.timing.clock``)."""
Duration: TypeAlias = int
"""Ns from one moment to another; less than 0 where clocks differ by more than it took."""

MILLISECOND: Duration = 1_000_000
SECOND: Duration = 1_000_000_000

NEVER: Moment = 1 << 62
"""A moment after every run."""
