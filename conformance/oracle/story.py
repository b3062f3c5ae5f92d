"""What a transcript tells, client by client: what each sent, what each got, and when it was a member."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from conformance.oracle.matching import Delivery, match
from conformance.oracle.strict_json import NotStrictError, read_strict
from conformance.wire import transcript as events
from conformance.wire.deflate import Agreement, DeflateError, Inflater, Side
from conformance.wire.frames import RSV1, Frame, Opcode
from conformance.wire.handshake import header_of
from conformance.wire.transcript import SHARED_ROOMS, Intent, Transcript

NEVER = 1 << 62
"""The place of what did not happen, behind all that did."""

UNNAMED = "unknown"
"""The name of a connection that has sent no Author yet (NICK-3)."""


@dataclass(frozen=True)
class Violation:
    """A general rule that was broken in passing."""

    requirement: str
    client: str
    """Who saw it."""
    at: float
    allowed: str
    seen: str


@dataclass(frozen=True)
class SentMessage:
    """A data message of a client, in its place in the transcript."""

    place: int
    intent: Intent
    fields: dict[str, Any]
    """Its JSON object; empty where it holds none that can be read."""

    @property
    def message(self) -> str | None:
        """Its ``Message``, None where it has none."""
        value = self.fields.get("Message")
        return value if isinstance(value, str) else None

    @property
    def author(self) -> str | None:
        """Its ``Author``, None where it has none."""
        value = self.fields.get("Author")
        return value if isinstance(value, str) else None


@dataclass(frozen=True)
class GotMessage:
    """A data message of the server, in its place in the transcript."""

    place: int
    at: float
    opcode: int
    payload: bytes
    fault: str
    """Why it is no strict JSON object; empty where it is one."""
    document: dict[str, Any]

    @property
    def type(self) -> str:
        """Its ``Type``, empty where it has none."""
        value = self.document.get("Type")
        return value if isinstance(value, str) else ""

    def text(self, name: str) -> str:
        """Return a field that should be a string; empty where it is none."""
        value = self.document.get(name)
        return value if isinstance(value, str) else ""


@dataclass
class ClientStory:
    """One client's part."""

    name: str
    room: str | None = None
    connecting: int = 0
    status: int = NEVER
    """The place of its Status, from which on it is a member."""
    leaving: int = NEVER
    """The place where its membership began to end, from whichever side."""
    agreed: int = 0
    """The HTTP status of its handshake; 0 where none came."""
    deflates: Agreement | None = None
    """What was agreed on compression (RFC 7692), None for no compression."""
    closed_by_server: int = NEVER
    """The place of the server's Close frame."""
    paused: bool = False
    """Whether it ever stopped reading."""
    oddly: int = NEVER
    """The place where it first sent what no well-behaved client sends."""
    sent: list[SentMessage] = field(default_factory=list)
    got: list[GotMessage] = field(default_factory=list)
    frames: list[tuple[int, events.Received]] = field(default_factory=list)
    garbled: list[tuple[float, str]] = field(default_factory=list)
    """When a compressed message came that cannot be inflated as agreed, and why not."""
    ended: str = ""

    @property
    def shares_its_room(self) -> bool:
        """Whether strangers may be in its room too."""
        return self.room in SHARED_ROOMS

    @cached_property
    def wsid(self) -> str:
        """The WSID of its own Status, empty without one."""
        return next((got.text("WSID") for got in self.got if got.type == "Status"), "")

    @cached_property
    def chats(self) -> list[GotMessage]:
        """The Chats it got, in order."""
        return [got for got in self.got if got.type == "Chat"]

    @cached_property
    def publishes(self) -> list[SentMessage]:
        """What it sent that has a ``Message``, in order."""
        return [sent for sent in self.sent if sent.message is not None]

    @cached_property
    def numbers_of(self) -> dict[str, list[int]]:
        """From a ``Message`` to the numbers, in ``publishes``, of those that hold it."""
        found: dict[str, list[int]] = {}
        for number, sent in enumerate(self.publishes):
            found.setdefault(sent.message or "", []).append(number)
        return found


@dataclass(frozen=True)
class Story:
    """All clients' parts of one transcript."""

    head: events.Head
    clients: dict[str, ClientStory]

    @cached_property
    def by_wsid(self) -> dict[str, ClientStory]:
        """The clients by the WSID of their Status; of equal ones (STAT-2) the first."""
        found: dict[str, ClientStory] = {}
        for client in self.clients.values():
            if client.wsid:
                found.setdefault(client.wsid, client)
        return found

    @cached_property
    def deliveries(self) -> list[Delivery]:
        """What each receiver got of each sender of its room."""
        return match(self.clients.values(), self.by_wsid)

    def members_of(self, room: str) -> list[ClientStory]:
        """Return the clients that were to come into ``room``."""
        return [client for client in self.clients.values() if client.room == room]


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

    def read(self, payload: bytes) -> tuple[str, dict[str, Any]]:
        """Return why ``payload`` is no strict JSON object (or nothing), and the object."""
        if payload not in self._known:
            self._known[payload] = self._read(payload)
        return self._known[payload]

    @staticmethod
    def _read(payload: bytes) -> tuple[str, dict[str, Any]]:
        try:
            document = read_strict(payload)
        except NotStrictError as error:
            return str(error), {}
        if not isinstance(document, dict):
            return f"not an object but {type(document).__name__}", {}
        return "", document


def legal_bits(frame: Frame, deflates: Agreement | None) -> int:
    """Return the reserved bits that a frame may have: RSV1 starts a compressed message (RFC 7692 §6)."""
    return RSV1 if deflates is not None and frame.opcode in (Opcode.TEXT, Opcode.BINARY) else 0


def _tell_client(story: ClientStory, stream: list[tuple[int, events.Event]], reader: _Reader) -> None:
    for place, event in stream:
        _tell_event(story, place, event)
    inflate = _Inflating(story.deflates.client if story.deflates else None)
    for whole in _whole(stream, events.Sent):
        payload, fault = inflate.read(whole)
        fields = {} if fault else reader.read(payload)[1]
        story.sent.append(SentMessage(whole.first, whole.intent, fields))
    inflate = _Inflating(story.deflates.server if story.deflates else None)
    for whole in _whole(stream, events.Received):
        payload, fault = inflate.read(whole)
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
            story.leaving = min(story.leaving, place)
        case events.Ended():
            story.leaving, story.ended = min(story.leaving, place), event.how
        case events.SentBytes():
            story.oddly = min(story.oddly, place)
        case events.Sent():
            if event.frame.opcode == Opcode.CLOSE:
                story.leaving = min(story.leaving, place)
            if event.frame.rsv & ~legal_bits(event.frame, story.deflates) or not event.frame.masked:
                story.oddly = min(story.oddly, place)
        case events.Received():
            story.frames.append((place, event))
            if event.frame.opcode == Opcode.CLOSE:
                story.closed_by_server = min(story.closed_by_server, place)
                story.leaving = min(story.leaving, place)
        case _:
            pass


@dataclass(frozen=True)
class _Whole:
    """A data message, whole; it is sent from its first frame on, and received with its last."""

    first: int
    last: int
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
            yield _Whole(begun[0], place, event.at, head.opcode, compressed, b"".join(parts), intent)
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
