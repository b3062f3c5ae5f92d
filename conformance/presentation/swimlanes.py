"""A transcript as text: a client a column, time downward."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from ..messages.plain_text import plain
from ..wire import transcript as events
from ..wire.framing.frames import Frame, Opcode, close_code
from ..wire.transcript import Event, Transcript
from .message_summary import summarize

_MOST_COLUMNS = 5
_MOST_ROWS = 40
_ROWS_BEHIND = 3
_WIDTH = 110
_NARROWEST, _WIDEST = 26, 44
_TIME = 11
_LONGEST_RUN = 5


@dataclass(frozen=True)
class _Row:
    """One event in its lane; or, with ``more``, how many like it were left out there."""

    event: Event
    words: str
    more: int = 0


def swimlanes(transcript: Transcript, focus: Sequence[str] = (), until: float | None = None) -> str:
    """Return the last rows of the clients in ``focus``, and of others as far as there is room.

    ``until`` is the second, since the check began, that matters: what the clients in focus received then is
    marked, and nothing is shown behind it but the next few rows. Long runs of the same kind are folded.
    """
    present = list(dict.fromkeys(event.client for event in transcript.events if event.client))
    wanted = [name for name in dict.fromkeys(focus) if name in present]
    columns = [*wanted, *(name for name in present if name not in wanted)][:_MOST_COLUMNS]
    columns.sort(key=present.index)
    chosen = [event for event in transcript.events if not event.client or event.client in columns]
    if until is not None:
        chosen = chosen[: sum(event.at <= until for event in chosen) + _ROWS_BEHIND]
    rows = _folded([_Row(event, describe_event(event)) for event in chosen], until)
    width = min(_WIDEST, max(_NARROWEST, (_WIDTH - _TIME) // max(1, len(columns))))
    head = " " * _TIME + "".join(name.ljust(width) for name in columns)
    lines = [head.rstrip(), *(_line(row, columns, width, until, wanted) for row in rows[-_MOST_ROWS:])]
    if len(rows) > _MOST_ROWS:
        hidden = sum(max(1, row.more) for row in rows[:-_MOST_ROWS])
        lines.insert(1, f"{'...':>{_TIME - 2}}  ({hidden} earlier events)")
    if len(present) > len(columns):
        others = len(present) - len(columns)
        lines.append(f"{'':{_TIME}}({others} more clients; the saved transcript has all)")
    return "\n".join(lines)


def _folded(rows: list[_Row], until: float | None) -> list[_Row]:
    """Leave out the middle of each long run of one client's messages of one kind."""
    shown = dict(enumerate(rows))
    for client in {row.event.client for row in rows}:
        lane = [(place, row) for place, row in shown.items() if row.event.client == client]
        for kind, run in groupby(lane, key=lambda numbered: numbered[1].words.split()[:2]):
            _fold(shown, list(run) if kind else [], until)
    return [shown[place] for place in sorted(shown)]


def _fold(shown: dict[int, _Row], run: list[tuple[int, _Row]], until: float | None) -> None:
    middle = [place for place, row in run[1:-1] if row.event.at != until]
    if len(run) <= _LONGEST_RUN or len(middle) < _LONGEST_RUN - 2:
        return
    last = shown[middle[-1]]
    for place in middle:
        del shown[place]
    shown[middle[-1]] = _Row(last.event, f"{last.words[0]} … {len(middle)} more like it", len(middle))


def _line(row: _Row, columns: list[str], width: int, until: float | None, focus: list[str]) -> str:
    event = row.event
    meant = event.at == until and event.client in focus and isinstance(event, events.Received)
    time = ("»" if meant else " ") + f"{event.at * 1000:7.1f} ms"
    place = columns.index(event.client) if event.client else 0
    room = (
        (len(columns) - place) * width - 2 if isinstance(event, events.Remark | events.LeftOut) else width - 2
    )
    line = plain(row.words)
    short = line if len(line) <= room else line[: room - 1] + "…"
    return (time[:_TIME].ljust(_TIME) + " " * (width * place) + short).rstrip()


def describe_event(event: Event) -> str:
    """Return an event in a few words: which way it went, and what it was."""
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
        case events.LeftOut():
            return f"# … {event.count} events are left out here"


def _frame(frame: Frame) -> str:
    marks = ("" if frame.fin else " …") + (f" rsv={frame.rsv:03b}" if frame.rsv else "")
    if frame.opcode == Opcode.TEXT and not marks:
        return summarize(frame.payload)
    if frame.opcode == Opcode.CLOSE:
        return f"Close {close_code(frame.payload) or ''}".rstrip() + marks
    known = frame.opcode in tuple(Opcode)
    name = Opcode(frame.opcode).name.capitalize() if known else f"opcode {frame.opcode:#x}"
    return f"{name} {len(frame.payload)} B{marks}"
