"""What the master hands to every process when a run starts."""

import msgspec

from hubbub.load.config.config import LoadConfig
from hubbub.load.config.plan import Plan


class Assignment(msgspec.Struct, frozen=True):
    """All that the master hands to every process: only its options count."""

    plan: Plan
    config: LoadConfig
    users: int = 0
    """How many users all processes are to run together; 0 where it is not known."""
