"""The transcript of a check: every frame, both ways, of all its clients, in one order.

Saved as JSON lines: a ``TranscriptHead``, then one event a line. Times are seconds since the check began,
taken from one monotonic clock. A frame is recorded as sent when it is handed to the connection, and as
received when it was read, so "received before sent" is never the harness's own doing.
"""

import contextlib
from collections.abc import Callable, Iterable
from itertools import accumulate, islice
from pathlib import Path
from typing import Any, Literal, NamedTuple

import msgspec

from hubbub.results.records import ResultFileError
from hubbub.text.redaction import Redactor

from .framing.frames import Frame

FORMAT: Literal["hubbub-transcript"] = "hubbub-transcript"

Intent = Literal["good", "open", "bad"]
"""What the check means by a message: it must go out, it may, or it must not."""

WORDS = (
    *("__proto__", "constructor", "prototype", "toString", "valueOf", "hasOwnProperty", "length"),
    *("null", "undefined", "NaN", "true", "false", "0", "-1", "1", "None", "nil", "unknown", "*", "all"),
)
"""Words to which a language, a library or a server gives a meaning."""
SHARED_ROOMS = frozenset({"default", *WORDS})
"""The rooms whose names cannot be fresh: others may be in them."""


class TranscriptHead(msgspec.Struct, frozen=True, kw_only=True, tag_field="event", tag="head"):
    """What the oracle must know to judge the events."""

    check: str
    url: str
    started: str
    """The wall clock at time 0: UTC, ISO 8601."""
    lacks: tuple[str, ...] = ()
    """The capabilities that the server declares it lacks."""
    clock_tolerance: float = 6.0
    """How far ``Sent`` may lie from the harness's clock, in seconds (FMT-7)."""
    format: Literal["hubbub-transcript"] = FORMAT


class _Event(msgspec.Struct, frozen=True, kw_only=True, tag_field="event"):
    at: float
    client: str


class Connecting(_Event, frozen=True, kw_only=True, tag="connecting"):
    """A client began to connect."""

    target: str
    room: str | None
    """The room it must come into; None where the protocol leaves that open."""


class Answered(_Event, frozen=True, kw_only=True, tag="answered"):
    """The server's answer to the handshake."""

    status: int
    reason: str
    headers: tuple[tuple[str, str], ...]


class Sent(_Event, frozen=True, kw_only=True, tag="sent"):
    """A frame of the client."""

    frame: Frame
    intent: Intent = "open"


class SentBytes(_Event, frozen=True, kw_only=True, tag="bytes"):
    """Bytes of the client that are no whole frame."""

    data: bytes


class Received(_Event, frozen=True, kw_only=True, tag="received"):
    """A frame of the server."""

    frame: Frame


class Left(_Event, frozen=True, kw_only=True, tag="left"):
    """The client ended its side below the WebSocket."""

    how: Literal["FIN", "RST"]


class Ended(_Event, frozen=True, kw_only=True, tag="ended"):
    """The connection is over, seen from the client."""

    how: str
    """``FIN``, ``RST``, ``refused``, or what was wrong."""


class Paused(_Event, frozen=True, kw_only=True, tag="paused"):
    """The client stopped, or (``reading``) went on, reading."""

    reading: bool


class Remark(_Event, frozen=True, kw_only=True, tag="remark"):
    """What the harness has to say, ``client`` empty where it is about none."""

    text: str


class LeftOut(_Event, frozen=True, kw_only=True, tag="left-out"):
    """So many events are not kept here, since there were too many. What was before them is whole."""

    count: int


Event = Connecting | Answered | Sent | SentBytes | Received | Left | Ended | Paused | Remark | LeftOut
TranscriptLine = TranscriptHead | Event

_lines: msgspec.json.Decoder[TranscriptLine] = msgspec.json.Decoder(TranscriptLine)


class Amount(NamedTuple):
    """How much of a transcript is kept."""

    events: int
    octets: int


NO_SECRETS = Redactor([])

MOST_SAVED = Amount(100_000, 80 << 20)
"""More than any check comes to that is not flooded; what is more is saved without most of its middle."""
_OF_AN_EVENT = 100


class Transcript:
    """A head and its events, in the order in which they happened."""

    def __init__(
        self,
        head: TranscriptHead,
        events: list[Event] | None = None,
        watch: Callable[[Event], None] | None = None,
    ) -> None:
        self.head = head
        self.events: list[Event] = [] if events is None else events
        self._watch = watch
        """Is called with each event, so that somebody can follow the check."""

    def add(self, event: Event) -> None:
        """Append one event."""
        self.events.append(event)
        if self._watch is not None:
            self._watch(event)

    @property
    def whole(self) -> "Transcript":
        """The transcript up to where events were left out; what that much shows, it shows for certain."""
        places = (place for place, event in enumerate(self.events) if isinstance(event, LeftOut))
        place = next(places, None)
        return self if place is None else Transcript(self.head, self.events[:place])

    def shortened(self, most: "Amount") -> "Transcript":
        """Return the transcript without most of its middle where it is more than ``most``."""
        sizes = list(map(_size, self.events))
        if len(sizes) <= most.events and sum(sizes) <= most.octets:
            return self
        # A tenth of the bound from the beginning, where the cause is, and a hundredth from the end.
        first = _fitting(sizes, most.events // 10, most.octets // 10)
        last = _fitting(reversed(sizes[first:]), most.events // 100, most.octets // 100)
        behind = len(sizes) - last
        gap = LeftOut(at=self.events[behind - 1].at, client="", count=behind - first)
        return Transcript(self.head, [*self.events[:first], gap, *self.events[behind:]])

    def save(self, path: Path, redact: Redactor = NO_SECRETS) -> Path:
        """Write the JSON lines without what is secret; return ``path``.

        Raises ResultFileError where the disk does not allow it.
        """
        partial = path.with_name(f".{path.name}")
        kept = self.shortened(MOST_SAVED)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with partial.open("wb") as file:
                file.writelines(_to_line(line, redact) for line in (kept.head, *kept.events))
            partial.replace(path)
        except OSError as error:
            raise ResultFileError(f"{path} cannot be written: {error.strerror}") from error
        finally:
            with contextlib.suppress(OSError):
                partial.unlink(missing_ok=True)
        return path


def _fitting(sizes: Iterable[int], events: int, octets: int) -> int:
    """Return how many events come to no more than so many, and so many bytes."""
    return sum(total <= octets for total in accumulate(islice(sizes, events)))


def _size(event: Event) -> int:
    """Return about how many bytes an event takes."""
    match event:
        case Sent() | Received():
            return _OF_AN_EVENT + len(event.frame.payload)
        case SentBytes():
            return _OF_AN_EVENT + len(event.data)
        case _:
            return _OF_AN_EVENT


def load(path: Path) -> Transcript:
    """Read a saved transcript; raises ResultFileError for a missing, cut-off or foreign file."""
    try:
        lines = [_from_line(line) for line in path.read_bytes().splitlines()]
    except OSError as error:
        raise ResultFileError(f"{path} cannot be read: {error.strerror}") from error
    except (msgspec.MsgspecError, UnicodeError, AttributeError, TypeError) as error:
        raise ResultFileError(f"{path} is not a transcript of this suite: {error}") from error
    if not lines or not isinstance(lines[0], TranscriptHead):
        raise ResultFileError(f"{path} is not a transcript of this suite: its first line is no head")
    return Transcript(lines[0], [line for line in lines[1:] if not isinstance(line, TranscriptHead)])


def _to_line(line: TranscriptLine, redact: Redactor) -> bytes:
    """Write one line, payloads as readable text wherever they are UTF-8."""
    # Raw bytes are redacted as bytes: in base64 a secret would not be found.
    if redact and isinstance(line, SentBytes):
        line = msgspec.structs.replace(line, data=redact.octets(line.data))
    fields = msgspec.to_builtins(line, builtin_types=(bytes,))
    if "frame" in fields:
        fields["frame"] = _readable(fields["frame"])
    encoded = msgspec.json.encode(fields)
    return (redact(encoded.decode()).encode() if redact else encoded) + b"\n"


def _readable(frame: dict[str, Any]) -> dict[str, Any]:
    # People read these files; what is no UTF-8 stays base64, which msgspec makes of bytes.
    payload = frame.pop("payload", b"")
    try:
        return frame | {"text": payload.decode()}
    except UnicodeDecodeError:
        return frame | {"payload": payload}


def _from_line(line: bytes) -> TranscriptLine:
    fields = msgspec.json.decode(line)
    frame = fields.get("frame")
    if frame and "text" in frame:
        frame["payload"] = frame.pop("text").encode()
        found: TranscriptLine = msgspec.convert(fields, TranscriptLine, builtin_types=(bytes,))
        return found
    return _lines.decode(line)
