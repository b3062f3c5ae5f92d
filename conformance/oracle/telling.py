"""Tells the story of a transcript: frames are put together, inflated and read, client by client."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ..wire import transcript as events
from ..wire.bounds import BoundError
from ..wire.deflate import Agreement, DeflateError, Inflater, Side, legal_bits
from ..wire.frames import RSV1, Opcode
from ..wire.handshake import header_of
from ..wire.transcript import Intent, Transcript
from .client_story import NEVER, ClientStory, GotMessage, SentMessage
from .story import Story
from .strict_json import NotStrictError, read_strict

_TOO_LONG = "a compressed message that is longer than the suite takes"
_LONG = 1000
"""Characters from which on equal texts are worth being kept once."""


def tell(transcript: Transcript) -> Story:
    """Return the story of a transcript."""
    clients: dict[str, ClientStory] = {}
    streams: dict[str, list[tuple[int, events.Event]]] = {}
    for place, event in enumerate(transcript.events):
        if event.client:
            clients.setdefault(event.client, ClientStory(event.client))
            streams.setdefault(event.client, []).append((place, event))
    reader = _Reader()
    for name, stream in streams.items():
        _tell_client(clients[name], stream, reader)
    return Story(transcript.head, clients)


class _Reader:
    """Reads each distinct payload once: a room's members all get the same bytes."""

    def __init__(self) -> None:
        self._known: dict[bytes, tuple[str, dict[str, Any]]] = {}
        self._long: dict[str, str] = {}

    def read(self, payload: bytes) -> tuple[str, dict[str, Any]]:
        """Return why ``payload`` is no strict JSON object (or nothing), and the object."""
        if payload not in self._known:
            fault, document = self._read(payload)
            self._known[payload] = fault, self._shared(document)
        return self._known[payload]

    def _shared(self, document: dict[str, Any]) -> dict[str, Any]:
        """Return the document with its long texts kept once: what was sent and what came are the same."""
        for name, value in document.items():
            if isinstance(value, str) and len(value) > _LONG:
                document[name] = self._long.setdefault(value, value)
        return document

    @staticmethod
    def _read(payload: bytes) -> tuple[str, dict[str, Any]]:
        try:
            document = read_strict(payload)
        except NotStrictError as error:
            return str(error), {}
        if not isinstance(document, dict):
            return f"not an object but {type(document).__name__}", {}
        return "", document


def _tell_client(story: ClientStory, stream: list[tuple[int, events.Event]], reader: _Reader) -> None:
    for place, event in stream:
        _tell_event(story, place, event)
    inflate = _Inflating(story.deflates.client if story.deflates else None)
    for whole in _whole(stream, events.Sent):
        payload, fault = inflate.read(whole)
        fields = {} if fault else reader.read(payload)[1]
        story.sent.append(SentMessage(whole.first, whole.begun, whole.intent, fields))
    inflate = _Inflating(story.deflates.server if story.deflates else None)
    for whole in _whole(stream, events.Received):
        payload, fault = inflate.read(whole)
        if fault == _TOO_LONG:
            break  # the suite took no more, and ended the connection there
        if fault:
            story.garbled.append((whole.at, fault))
            continue
        fault, document = reader.read(payload)
        story.got.append(GotMessage(whole.last, whole.at, whole.opcode, payload, fault, document))
    story.status = next((got.place for got in story.got if got.type == "Status"), NEVER)


def _tell_event(story: ClientStory, place: int, event: events.Event) -> None:
    match event:
        case events.Connecting():
            story.room, story.connecting = event.room, place
        case events.Answered():
            story.agreed = event.status
            story.deflates = Agreement.of(header_of(event.headers, "Sec-WebSocket-Extensions"))
        case events.Paused():
            story.paused |= not event.reading
        case events.Left():
            _leave(story, place)
        case events.Ended():
            story.leaving, story.ended = min(story.leaving, place), event.how
        case events.SentBytes():
            story.oddly = min(story.oddly, place)
        case events.Sent():
            if event.frame.opcode == Opcode.CLOSE:
                _leave(story, place)
            if event.frame.rsv & ~legal_bits(event.frame, story.deflates) or not event.frame.masked:
                story.oddly = min(story.oddly, place)
        case events.Received():
            story.frames.append((place, event))
            if event.frame.opcode == Opcode.CLOSE:
                story.closed_by_server = min(story.closed_by_server, place)
                story.leaving = min(story.leaving, place)
        case _:
            pass


def _leave(story: ClientStory, place: int) -> None:
    """Take note that the client ends it, unless it has ended already."""
    if story.leaving == NEVER:
        story.leaving = story.left = place


@dataclass(frozen=True, slots=True)
class _Whole:
    """A data message, whole; it is sent from its first frame on, and received with its last."""

    first: int
    last: int
    begun: float
    at: float
    opcode: int
    compressed: bool
    payload: bytes
    intent: Intent


def _whole(
    stream: list[tuple[int, events.Event]], kind: type[events.Sent] | type[events.Received]
) -> Iterator[_Whole]:
    begun: tuple[int, events.Sent | events.Received] | None = None
    parts: list[bytes] = []
    for place, event in stream:
        if not isinstance(event, kind) or event.frame.is_control:
            continue
        if event.frame.opcode != Opcode.CONTINUATION:
            begun, parts = (place, event), []
        parts.append(event.frame.payload)
        if event.frame.fin and begun:
            intent = begun[1].intent if isinstance(begun[1], events.Sent) else "open"
            head = begun[1].frame
            compressed = bool(head.rsv & RSV1)
            times = begun[1].at, event.at
            yield _Whole(begun[0], place, *times, head.opcode, compressed, b"".join(parts), intent)
            begun = None


class _Inflating:
    """Reads the messages of one side, compressed where that was agreed."""

    def __init__(self, side: Side | None) -> None:
        self._inflater = None if side is None else Inflater(side)

    def read(self, whole: _Whole) -> tuple[bytes, str]:
        """Return the message, and why it cannot be read (or nothing)."""
        if not whole.compressed or self._inflater is None:
            return whole.payload, ""
        try:
            return self._inflater.inflate(whole.payload), ""
        except DeflateError as error:
            return b"", str(error)
        except BoundError:
            return b"", _TOO_LONG
