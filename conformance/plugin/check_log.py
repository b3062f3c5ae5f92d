"""Debug logging of a check while it runs: a line for each event of its transcript, and for its verdicts."""

from collections.abc import Callable, Iterable

from hubbub.results.conformance_result import Check
from hubbub.text.event_log import EventLog
from hubbub.text.redaction import Redactor

from ..messages.plain_text import plain
from ..presentation.swimlanes import describe_event
from ..wire.transcript import Event

_log = EventLog("hubbub.conformance.check")


def watcher(check: str, redact: Redactor) -> Callable[[Event], None] | None:
    """Return what logs each event of the check with that id; None where nobody asked for it."""
    if not _log.enabled:
        return None

    def watch(event: Event) -> None:
        kind = str(event.__struct_config__.tag)
        what = redact(plain(describe_event(event)))
        _log.debug(kind, check=check, client=event.client or "-", ms=round(event.at * 1000, 1), what=what)

    return watch


def log_verdicts(check: str, records: Iterable[Check]) -> None:
    """Log what a check came to, under its own requirement and under others."""
    if _log.enabled:
        for record in records:
            why = record.message.partition("\n")[0]
            _log.debug("verdict", check=check, record=record.id, verdict=record.verdict.value, why=why)
