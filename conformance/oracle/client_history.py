"""One client's part of a transcript: what it sent, what it got, and when it was a member.

Invariants, once ``reconstruct`` has filled it: ``connecting < status < leaving`` for every member, each of
them ``NEVER`` where it did not happen; ``left`` is ``NEVER`` or equal to ``leaving``; ``sent`` is in the
order of first frames, and ``got`` in the order of last frames, since a message is said from its first and
heard with its last.
"""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from ..wire import transcript as events
from ..wire.compression.deflate import Agreement
from ..wire.transcript import SHARED_ROOMS, Intent

NEVER = 1 << 62
"""The place of what did not happen, behind all that did."""

UNNAMED = "unknown"
"""The name of a connection that has sent no Author yet (NICK-3)."""


@dataclass(frozen=True, slots=True)
class SentMessage:
    """A data message of a client, in its place in the transcript."""

    place: int
    at: float
    """When it was sent, in seconds since the check began."""
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


@dataclass(frozen=True, slots=True)
class ReceivedMessage:
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
class ClientHistory:
    """One client's part."""

    name: str
    room: str | None = None
    connecting: int = 0
    status: int = NEVER
    """The place of its Status, from which on it is a member."""
    leaving: int = NEVER
    """The place where its membership began to end, from whichever side."""
    left: int = NEVER
    """The place where it left by itself; NEVER where it did not, or the server ended it first."""
    http_status: int = 0
    """The HTTP status that answered its handshake; 0 where none came."""
    compression: Agreement | None = None
    """What was agreed on compression (RFC 7692), None for no compression."""
    closed_by_server: int = NEVER
    """The place of the server's Close frame."""
    paused: bool = False
    """Whether it ever stopped reading."""
    first_irregular: int = NEVER
    """The place where it first sent what no well-behaved client sends."""
    sent: list[SentMessage] = field(default_factory=list)
    got: list[ReceivedMessage] = field(default_factory=list)
    frames: list[tuple[int, events.Received]] = field(default_factory=list)
    undecodable: list[tuple[float, str]] = field(default_factory=list)
    """When a compressed message came that cannot be inflated as agreed, and why not."""
    ended: str = ""

    @property
    def shares_its_room(self) -> bool:
        """Whether strangers may be in its room too."""
        return self.room in SHARED_ROOMS

    @cached_property
    def wsid(self) -> str:
        """The WSID of its own Status, empty without one."""
        # Of several, which STAT-1 judges, the first: it is what the client was first known by.
        return next((got.text("WSID") for got in self.got if got.type == "Status"), "")

    @cached_property
    def chats(self) -> list[ReceivedMessage]:
        """The Chats it got, in order."""
        return [got for got in self.got if got.type == "Chat"]

    @cached_property
    def publishes(self) -> list[SentMessage]:
        """What it sent that has a ``Message``, in order."""
        return [sent for sent in self.sent if sent.message is not None]

    @cached_property
    def numbers_of(self) -> dict[str, list[int]]:
        """From a ``Message`` to the numbers, in ``publishes``, of those that hold it."""
        # An index, since every Chat of every receiver is looked up here: a search would take their product.
        found: dict[str, list[int]] = {}
        for number, sent in enumerate(self.publishes):
            found.setdefault(sent.message or "", []).append(number)
        return found
