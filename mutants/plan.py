"""When a fault strikes, and the exact record of where it did."""

from dataclasses import asdict, dataclass
from pathlib import Path

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


class Plan:
    """Strikes one delivery in ``every``: deliveries of a Chat to a member are counted over all rooms."""

    def __init__(self, fault: str, every: int, log: Path | None = None) -> None:
        self.fault = fault
        self.every = every
        self.deliveries = 0
        self.strikes: list[Strike] = []
        self.notes: list[object] = []
        self._log = log

    def is_due(self) -> bool:
        """Count one delivery; tell whether it is one to strike."""
        self.deliveries += 1
        return self.deliveries % self.every == 0

    def record(self, strike: Strike) -> None:
        """Note a delivery that was tampered with."""
        self.strikes.append(strike)

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
            "notes": self.notes,
        }
        unfinished = self._log.with_name(self._log.name + ".unfinished")
        unfinished.write_bytes(msgspec.json.encode(document))
        unfinished.replace(self._log)
