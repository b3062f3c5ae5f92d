"""What a rule yields: a requirement that a transcript shows to be broken, and who saw it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..findings import Broken
from ..messages.differences import closest


@dataclass(frozen=True)
class Violation:
    """A general rule that was broken in passing."""

    requirement: str
    client: str
    """Who saw it."""
    at: float
    allowed: str
    seen: str
    field: tuple[str, Sequence[Any], Any] | None = None
    """The field that is wrong: its name, what it might have been, and what it is."""

    @property
    def differs(self) -> list[str]:
        """How the field differs from what it may be a mishap of, where it is one."""
        return closest(*self.field) if self.field else []

    @property
    def as_broken(self) -> Broken:
        """The same as a check would end with it."""
        return Broken(self.allowed, self.seen, self.client, differs=self.differs)
