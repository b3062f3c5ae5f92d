"""What ends a check before its last line: the server's fault, its absence, or nothing to judge.

Whatever else a check raises is the harness's own fault.
"""

from conformance.wire.plain import plain, plain_lines


class Finding(Exception):  # noqa: N818 (what a check found, not an error of the suite)
    """The base of what a check may end with."""


class Broken(Finding):
    """The requirement is broken: what was allowed, what was seen, and which clients saw it."""

    def __init__(self, allowed: str, seen: str, *clients: str, requirement: str = "", more: str = "") -> None:
        self.allowed, self.seen = plain(allowed), plain(seen)
        lines = (f"allowed: {self.allowed}", f"seen: {self.seen}", plain_lines(more))
        super().__init__("\n".join(filter(None, lines)))
        self.clients = clients
        self.requirement = requirement
        """Which requirement is broken; empty for the check's own."""

    def under(self, requirement: str, more: str = "") -> "Broken":
        """Return the same finding as one of another requirement, with ``more`` to say below it."""
        return Broken(self.allowed, self.seen, *self.clients, requirement=requirement, more=more)


class ServerDown(Finding):
    """A new client gets no answer to its handshake."""


class NotDeclared(Finding):
    """The server declares that it lacks the capability."""


class Untestable(Finding):
    """The check cannot be brought to a verdict against this server."""
