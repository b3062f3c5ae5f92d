"""Which deliveries are due for a fault, and the exact record of those that were tampered with.

A load test is held against the record: what it counts as lost, repeated or out of order must be what is
written here. Faults, chats, joins and leaves are numbered in one order, so that one can tell what came before
what.
"""

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from time import monotonic_ns

import msgspec


@dataclass(frozen=True)
class InjectedFault:
    """One delivery that was tampered with."""

    room: str
    publisher: str
    """The WSID of the connection that published the Chat."""
    member: str
    """The WSID of the member that should have got it as it was (of a misdelivery: that got it)."""
    message: str
    """The Chat's Message, as published."""
    order: int = 0
    """Its place among all that is on record."""


@dataclass(frozen=True)
class PublishedChat:
    """One Chat that a room was given for its members."""

    publisher: str
    """The WSID of the connection that published it."""
    message: str
    order: int
    """Its place among all that is on record."""
    moment: int
    """When, in ns of the monotonic clock."""


@dataclass
class MemberInterval:
    """The time in which one connection was a member, from its Status to its end, as the server saw it."""

    joined: int
    """The place of its beginning among all that is on record."""
    left: int | None = None
    """The place of its end; None: it was there at the end."""
    ended: int | None = None
    """When it left, in ns of the monotonic clock."""


class FaultRecord:
    """Makes one delivery in ``every`` due for a fault, and keeps the record of what was done.

    Deliveries of a Chat to a member are counted over all rooms.

    >>> record = FaultRecord("drop", every=2)
    >>> [record.is_due() for _ in range(4)]
    [False, True, False, True]
    """

    def __init__(self, fault: str, every: int, log: Path | None = None) -> None:
        self.fault = fault
        self.every = every
        self.deliveries = 0
        self.faults: list[InjectedFault] = []
        self.published: list[PublishedChat] = []
        self.members: dict[str, MemberInterval] = {}
        """By the members' WSIDs."""
        self.notes: list[object] = []
        self._order = 0
        self._log = log

    def is_due(self) -> bool:
        """Count one delivery; tell whether it is one to tamper with."""
        self.deliveries += 1
        return self.deliveries % self.every == 0

    def add(self, fault: InjectedFault) -> None:
        """Note a delivery that was tampered with."""
        self.faults.append(replace(fault, order=self._next()))

    def publish(self, publisher: str, message: str) -> None:
        """Note a Chat that goes to all members of its room."""
        self.published.append(PublishedChat(publisher, message, self._next(), monotonic_ns()))

    def join(self, member: str) -> None:
        """Note that there is a new member."""
        self.members[member] = MemberInterval(self._next())

    def leave(self, member: str) -> None:
        """Note that a member is one no more."""
        interval = self.members[member]
        interval.left, interval.ended = self._next(), monotonic_ns()

    def note(self, note: object) -> None:
        """Note anything else that the server did; the log has it as JSON."""
        self.notes.append(note)

    def write(self) -> None:
        """Write the record as JSON to its log, if it has one; a reader never sees half of it."""
        if self._log is None:
            return
        document = {
            "fault": self.fault,
            "every": self.every,
            "deliveries": self.deliveries,
            "tampered": len(self.faults),
            "faults": [asdict(fault) for fault in self.faults],
            "published": [asdict(published) for published in self.published],
            "members": {member: asdict(interval) for member, interval in self.members.items()},
            "notes": self.notes,
        }
        unfinished = self._log.with_name(self._log.name + ".unfinished")
        unfinished.write_bytes(msgspec.json.encode(document))
        unfinished.replace(self._log)

    def _next(self) -> int:
        self._order += 1
        return self._order


class Recording:
    """A part of the server that is made with the record of faults, as its argument ``record``.

    A base for classes that are registered: it says that they want the record.
    """
