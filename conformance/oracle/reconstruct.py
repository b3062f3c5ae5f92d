"""Makes the history of a transcript: frames are put together, inflated and read, client by client.

A client's frames depend on no other client's, so each stream is read by itself, twice: first every event,
for the moments of its membership and what was agreed; then its data messages, which that agreement says how
to read.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ..messages.strict_json import NotStrictError, read_strict
from ..wire import transcript as events
from ..wire.compression.deflate import Agreement, DeflateError, Inflater, Side, legal_bits
from ..wire.framing.bounds import BoundError
from ..wire.framing.frames import RSV1, Opcode
from ..wire.http.handshake import header_of
from ..wire.transcript import Intent, Transcript
from .client_history import NEVER, ClientHistory, ReceivedMessage, SentMessage
from .history import History

_TOO_LONG = "a compressed message that is longer than the suite takes"
_Stream = list[tuple[int, events.Event]]
"""The events of one client, each with its place in the transcript."""
_LONG = 1000
"""Characters from which on equal texts are worth being kept once."""


def reconstruct(transcript: Transcript) -> History:
    """Return the history of a transcript."""
    clients: dict[str, ClientHistory] = {}
    streams: dict[str, _Stream] = {}
    for place, event in enumerate(transcript.events):
        if event.client:
            clients.setdefault(event.client, ClientHistory(event.client))
            streams.setdefault(event.client, []).append((place, event))
    reader = _Reader()
    for name, stream in streams.items():
        _reconstruct_client(clients[name], stream, reader)
    return History(transcript.head, clients)


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


def _reconstruct_client(client: ClientHistory, stream: _Stream, reader: _Reader) -> None:
    for place, event in stream:
        _apply(client, place, event)
    # Each side compresses with a window of its own (RFC 7692 §7.1.1), so each is read in one go and in order.
    inflate = _Decompressor(client.compression.client if client.compression else None)
    for whole in _whole_messages(stream, events.Sent):
        payload, fault = inflate.read(whole)
        fields = {} if fault else reader.read(payload)[1]
        client.sent.append(SentMessage(whole.first, whole.begun, whole.intent, fields))
    inflate = _Decompressor(client.compression.server if client.compression else None)
    for whole in _whole_messages(stream, events.Received):
        payload, fault = inflate.read(whole)
        if fault == _TOO_LONG:
            break  # the suite took no more, and ended the connection there
        if fault:
            client.undecodable.append((whole.at, fault))
            continue
        fault, document = reader.read(payload)
        client.got.append(ReceivedMessage(whole.last, whole.at, whole.opcode, payload, fault, document))
    client.status = next((got.place for got in client.got if got.type == "Status"), NEVER)


def _apply(client: ClientHistory, place: int, event: events.Event) -> None:
    match event:
        case events.Connecting():
            client.room, client.connecting = event.room, place
        case events.Answered():
            client.http_status = event.status
            client.compression = Agreement.of(header_of(event.headers, "Sec-WebSocket-Extensions"))
        case events.Paused():
            client.paused |= not event.reading
        case events.Left():
            _note_departure(client, place)
        # The end shows last: what began it (Close, FIN) has set ``leaving`` before, if it was seen at all.
        case events.Ended():
            client.leaving, client.ended = min(client.leaving, place), event.how
        # Bytes that are no frame, bits that were not agreed on (RFC 6455 §5.2), an unmasked frame (§5.1):
        # from here on a server may end the connection, and answer with an Error.
        case events.SentBytes():
            client.first_irregular = min(client.first_irregular, place)
        case events.Sent():
            if event.frame.opcode == Opcode.CLOSE:
                _note_departure(client, place)
            if event.frame.rsv & ~legal_bits(event.frame, client.compression) or not event.frame.masked:
                client.first_irregular = min(client.first_irregular, place)
        case events.Received():
            client.frames.append((place, event))
            # A Close ends the membership whoever sends it first (RFC 6455 §5.5.1); data behind it is WS-14's.
            if event.frame.opcode == Opcode.CLOSE:
                client.closed_by_server = min(client.closed_by_server, place)
                client.leaving = min(client.leaving, place)
        case _:
            pass


def _note_departure(client: ClientHistory, place: int) -> None:
    """Take note that the client ends it, unless it has ended already."""
    if client.leaving == NEVER:
        client.leaving = client.left = place


@dataclass(frozen=True, slots=True)
class _WholeMessage:
    """A data message, whole; it is sent from its first frame on, and received with its last."""

    first: int
    last: int
    begun: float
    at: float
    opcode: int
    compressed: bool
    payload: bytes
    intent: Intent


def _whole_messages(
    stream: _Stream, kind: type[events.Sent] | type[events.Received]
) -> Iterator[_WholeMessage]:
    begun: tuple[int, events.Sent | events.Received] | None = None
    parts: list[bytes] = []
    for place, event in stream:
        if not isinstance(event, kind) or event.frame.is_control:
            continue
        # Control frames may stand between fragments (RFC 6455 §5.4) and were passed over above. A message
        # that begins inside another replaces it here; that it does so is WS-22's.
        if event.frame.opcode != Opcode.CONTINUATION:
            begun, parts = (place, event), []
        parts.append(event.frame.payload)
        if event.frame.fin and begun:
            intent = begun[1].intent if isinstance(begun[1], events.Sent) else "open"
            head = begun[1].frame
            compressed = bool(head.rsv & RSV1)  # set on the first frame only (RFC 7692 §6)
            times = begun[1].at, event.at
            yield _WholeMessage(begun[0], place, *times, head.opcode, compressed, b"".join(parts), intent)
            begun = None


class _Decompressor:
    """Reads the messages of one side, compressed where that was agreed."""

    def __init__(self, side: Side | None) -> None:
        self._inflater = None if side is None else Inflater(side)

    def read(self, whole: _WholeMessage) -> tuple[bytes, str]:
        """Return the message, and why it cannot be read (or nothing)."""
        if not whole.compressed or self._inflater is None:
            return whole.payload, ""
        try:
            return self._inflater.inflate(whole.payload), ""
        except DeflateError as error:
            return b"", str(error)
        except BoundError:
            return b"", _TOO_LONG
