"""A transcript as text: a client a column, time downward."""

from collections.abc import Sequence

from conformance.wire import transcript as events
from conformance.wire.frames import Frame, Opcode, close_code
from conformance.wire.transcript import Event, Transcript

_MOST_COLUMNS = 5
_MOST_ROWS = 40
_ROWS_BEHIND = 5
_WIDTH = 34
_TIME = 10


def lanes(transcript: Transcript, focus: Sequence[str] = (), until: float | None = None) -> str:
    """Return the last rows of the clients in ``focus``, and of others as far as there is room.

    ``until`` is the second, since the check began, behind which nothing is shown but the next few rows.
    """
    present = list(dict.fromkeys(event.client for event in transcript.events if event.client))
    wanted = [name for name in dict.fromkeys(focus) if name in present]
    columns = [*wanted, *(name for name in present if name not in wanted)][:_MOST_COLUMNS]
    columns.sort(key=present.index)
    rows = [event for event in transcript.events if not event.client or event.client in columns]
    if until is not None:
        rows = rows[: sum(event.at <= until for event in rows) + _ROWS_BEHIND]
    head = " " * _TIME + "".join(name.ljust(_WIDTH) for name in columns)
    lines = [head.rstrip(), *(_row(event, columns) for event in rows[-_MOST_ROWS:])]
    if len(rows) > _MOST_ROWS:
        lines.insert(1, f"{'...':>{_TIME - 2}}  ({len(rows) - _MOST_ROWS} earlier events)")
    if len(present) > len(columns):
        lines.append(
            f"{'':{_TIME}}({len(present) - len(columns)} more clients; the saved transcript has all)"
        )
    return "\n".join(lines)


def _row(event: Event, columns: list[str]) -> str:
    time = f"{event.at * 1000:7.1f} ms"[:_TIME].ljust(_TIME)
    place = columns.index(event.client) if event.client else 0
    words = _words(event)
    room = (len(columns) - place) * _WIDTH - 2 if isinstance(event, events.Remark) else _WIDTH - 2
    short = words if len(words) <= room else words[: room - 1] + "…"
    return time + " " * (_WIDTH * place) + short


def _words(event: Event) -> str:
    match event:
        case events.Connecting():
            return f"→ connect {event.target}" if event.room is None else f"→ join {event.room!r}"
        case events.Answered():
            return f"← HTTP {event.status} {event.reason}"
        case events.Sent():
            return f"→ {_frame(event.frame)}"
        case events.SentBytes():
            return f"→ {len(event.data)} bytes {event.data[:20]!r}"
        case events.Received():
            return f"← {_frame(event.frame)}"
        case events.Left():
            return f"→ TCP {event.how}"
        case events.Ended():
            return f"✕ {event.how}"
        case events.Paused():
            return "reads again" if event.reading else "stops reading"
        case events.Remark():
            return f"# {event.text}"


def _frame(frame: Frame) -> str:
    marks = ("" if frame.fin else " …") + (f" rsv={frame.rsv:03b}" if frame.rsv else "")
    if frame.opcode == Opcode.TEXT:
        return _text(frame.payload) + marks
    if frame.opcode == Opcode.CLOSE:
        return f"Close {close_code(frame.payload) or ''}".rstrip() + marks
    known = frame.opcode in tuple(Opcode)
    name = Opcode(frame.opcode).name.capitalize() if known else f"opcode {frame.opcode:#x}"
    return f"{name} {len(frame.payload)} B{marks}"


def _text(payload: bytes) -> str:
    return (
        payload.decode("utf-8", "backslashreplace").replace("\n", "\\n").replace("\r", "\\r")
        or "(empty text)"
    )
