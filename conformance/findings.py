"""What ends a check before its last line: the server's fault, its absence, or nothing to judge.

Whatever else a check raises is the harness's own fault.
"""

from collections.abc import Sequence
from typing import Any

from .messages.differences import LABEL, closest, cut
from .messages.plain_text import plain, plain_lines


class Finding(Exception):  # noqa: N818 (what a check found, not an error of the suite)
    """The base of what a check may end with."""


class Broken(Finding):
    """The requirement is broken: what was allowed, what was seen, and which clients saw it."""

    def __init__(
        self,
        allowed: str,
        seen: str,
        *clients: str,
        requirement: str = "",
        differs: Sequence[str] = (),
        more: str = "",
    ) -> None:
        self.allowed, self.seen = plain(allowed), plain(seen)
        self.differs = tuple(map(plain, differs))
        """What differs between the two, a field a line, where that is no matter of course."""
        lines = [f"allowed: {self.allowed}", f"seen: {self.seen}"]
        lines += [f"{LABEL}: {line}" for line in self.differs]
        super().__init__("\n".join(filter(None, [*lines, plain_lines(more)])))
        self.clients = clients
        self.requirement = requirement
        """Which requirement is broken; empty for the check's own."""

    @classmethod
    def of_field(cls, name: str, due: Any, came: Any, *clients: str) -> "Broken":
        """Return the finding that a field has another value than it must have."""
        differs = closest(name, [due], came)
        return cls(f"{name} {cut(due)}", f"{name} {cut(came)}", *clients, differs=differs)

    def for_requirement(self, requirement: str, more: str = "") -> "Broken":
        """Return the same finding as one of another requirement, with ``more`` to say below it."""
        return self._with(requirement, self.differs, more)

    def with_differences(self, differs: Sequence[str]) -> "Broken":
        """Return the same finding with what differs."""
        return self._with(self.requirement, differs, "")

    def _with(self, requirement: str, differs: Sequence[str], more: str) -> "Broken":
        return Broken(
            self.allowed, self.seen, *self.clients, requirement=requirement, differs=differs, more=more
        )


class ServerDown(Finding):
    """A new client gets no answer to its handshake."""


class NotDeclared(Finding):
    """The server declares that it lacks the capability."""


class Untestable(Finding):
    """The check cannot be brought to a verdict against this server."""
