"""What every check of a session is given: the server's address, the waits, a fresh wire."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from hubbub.text.redaction import Redactor

from ..wire.target import Target, resolve
from ..wire.transcript import NO_SECRETS, Transcript, TranscriptHead
from ..wire.waits.deadlines import Deadlines
from ..wire.waits.patience import Patience
from ..wire.wire import Wire
from .check_log import watcher


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """How to reach the server; what a parallel worker is handed."""

    url: str
    headers: dict[str, str] = {}
    insecure: bool = False
    ca: str | None = None
    pid: int | None = None
    log: str | None = None

    def target(self) -> Target:
        """Return the target; raises TargetError."""
        found = resolve(self.url, self.headers, self.insecure, Path(self.ca) if self.ca else None)
        process = {"pid": self.pid, "log": Path(self.log) if self.log else None}
        return Target(**(vars(found) | process))


@dataclass(frozen=True)
class Environment:
    """What every check of a session is given."""

    target: Target
    deadlines: Deadlines
    lacks: tuple[str, ...]
    clock_tolerance: float
    patience: Patience = field(default_factory=Patience)
    redact: Redactor = NO_SECRETS

    def __str__(self) -> str:
        """Return it in a line, as it heads a run."""
        waits = (
            f"{self.deadlines.wait:.3g} s for what must come, {self.deadlines.presence:.3g} s for user lists"
        )
        lacks = f"; not declared: {', '.join(self.lacks)}" if self.lacks else ""
        return f"{self.target.label}, waiting {waits}{lacks}"

    def wire(self, check: str) -> Wire:
        """Return a fresh wire for one check."""
        transcript = Transcript(self._head(check), watch=watcher(check, self.redact))
        return Wire(self.target, self.deadlines, transcript, self.patience)

    def _head(self, check: str) -> TranscriptHead:
        return TranscriptHead(
            check=check,
            url=self.target.label,
            started=datetime.now(UTC).isoformat(),
            lacks=self.lacks,
            clock_tolerance=self.clock_tolerance,
        )
