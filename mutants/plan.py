"""When a fault strikes, and the exact record of where it did."""

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from time import monotonic_ns

import msgspec


@dataclass(frozen=True)
class Strike:
    """One delivery that was tampered with."""

    room: str
    publisher: str
    """The WSID of the connection that published the Chat."""
    member: str
    """The WSID of the member that should have got it as it was (of a misdelivery: that got it)."""
    message: str
    """The Chat's Message, as published."""
    order: int = 0
    """Its place among all that the plan took note of."""


@dataclass(frozen=True)
class Spoken:
    """One Chat that a room was given for its members."""

    publisher: str
    """The WSID of the connection that published it."""
    message: str
    order: int
    moment: int
    """When, in ns of the monotonic clock."""


@dataclass
class Stay:
    """One member, from its Status to its end, as the server saw it."""

    joined: int
    left: int | None = None
    """None: it was there at the end."""
    ended: int | None = None
    """When it left, in ns of the monotonic clock."""


class Plan:
    """Strikes one delivery in ``every``: deliveries of a Chat to a member are counted over all rooms."""

    def __init__(self, fault: str, every: int, log: Path | None = None) -> None:
        self.fault = fault
        self.every = every
        self.deliveries = 0
        self.strikes: list[Strike] = []
        self.spoken: list[Spoken] = []
        self.stays: dict[str, Stay] = {}
        """By the members' WSIDs."""
        self.notes: list[object] = []
        self._order = 0
        self._log = log

    def is_due(self) -> bool:
        """Count one delivery; tell whether it is one to strike."""
        self.deliveries += 1
        return self.deliveries % self.every == 0

    def record(self, strike: Strike) -> None:
        """Note a delivery that was tampered with."""
        self.strikes.append(replace(strike, order=self._next()))

    def speak(self, publisher: str, message: str) -> None:
        """Note a Chat that goes to all members of its room."""
        self.spoken.append(Spoken(publisher, message, self._next(), monotonic_ns()))

    def join(self, member: str) -> None:
        """Note that there is a new member."""
        self.stays[member] = Stay(self._next())

    def leave(self, member: str) -> None:
        """Note that a member is one no more."""
        stay = self.stays[member]
        stay.left, stay.ended = self._next(), monotonic_ns()

    def note(self, note: object) -> None:
        """Note anything else that the server did; the log has it as JSON."""
        self.notes.append(note)

    def write(self) -> None:
        """Write the record as JSON to the plan's log, if it has one; a reader never sees half of it."""
        if self._log is None:
            return
        document = {
            "fault": self.fault,
            "every": self.every,
            "deliveries": self.deliveries,
            "tampered": len(self.strikes),
            "strikes": [asdict(strike) for strike in self.strikes],
            "spoken": [asdict(spoken) for spoken in self.spoken],
            "stays": {member: asdict(stay) for member, stay in self.stays.items()},
            "notes": self.notes,
        }
        unfinished = self._log.with_name(self._log.name + ".unfinished")
        unfinished.write_bytes(msgspec.json.encode(document))
        unfinished.replace(self._log)

    def _next(self) -> int:
        self._order += 1
        return self._order
