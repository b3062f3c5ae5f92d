"""All connections of a check: begun, read, and waited for.

Single-threaded on purpose: whenever one client waits, all are read, so the transcript holds every frame
of every client in the order in which the harness met it. Nothing sleeps; waiting is reading.
"""

import secrets
import selectors

from ..findings import NotDeclared
from ..messages.plain_text import plain
from .client import Client
from .http import handshake
from .http.handshake import Request
from .link import Link
from .recorder import Recorder
from .target import Target
from .transcript import Transcript

_NAMES = ("ann", "bob", "cy", "dee", "eve", "fay", "gus", "hal", "ida", "jo")


class Connections:
    """The clients of one check, one selector, one transcript."""

    def __init__(self, target: Target, transcript: Transcript) -> None:
        self.target = target
        self.transcript = transcript
        self.clients: list[Client] = []
        self.notes: list[str] = []
        self.warnings: list[str] = []
        self.closed_at: float | None = None
        """When the check was over, in seconds since it began; what follows is everybody's leaving."""
        self._record = Recorder(transcript)
        self._selector = selectors.DefaultSelector()
        self._watched: dict[Client, tuple[int, int]] = {}

    # What a check records

    def note(self, text: str) -> None:
        """Record what was observed where the protocol leaves a choice."""
        if plain(text) not in self.notes:
            self.notes.append(plain(text))

    def warn(self, text: str) -> None:
        """Record that a SHOULD beside the requirement is broken."""
        if plain(text) not in self.warnings:
            self.warnings.append(plain(text))

    def needs(self, capability: str) -> None:
        """End the check as N/A where the server declares that it lacks ``capability``."""
        if capability in self.transcript.head.lacks:
            raise NotDeclared(f"the server declares that it lacks {capability!r}")

    @property
    def now(self) -> float:
        """Seconds since the check began: the clock of ``Message.at`` and of the transcript."""
        return self._record.now

    # Connecting

    @staticmethod
    def new_room() -> str:
        """Return the name of a room that nobody else knows."""
        return f"room-{secrets.token_hex(6)}"

    @staticmethod
    def new_name() -> str:
        """Return a name that nobody else has."""
        return f"name-{secrets.token_hex(4)}"

    def dial(
        self,
        room: str | None = None,
        target: str = "",
        receive_buffer: int | None = None,
        name: str | None = None,
        port: int = 0,
    ) -> Client:
        """Begin a TCP (or TLS) connection and send nothing on it.

        ``room`` is the room it is going to be in, None where the protocol leaves that open; ``port`` is
        the client's own, if it can be had.
        """
        self._watch()
        # Those that are over give up their descriptors first, since a new socket may be given one of them.
        link = Link(self.target, receive_buffer, port)
        client = Client(name or self._next_name(), room, link, self._record)
        self._record.connecting(client.name, target, room)
        self.clients.append(client)
        if client.link.failure:
            client.drop(client.link.failure)
        return client

    def request(self, target: str) -> Request:
        """Return the plain opening handshake for this request target."""
        return handshake.upgrade(target, self.target.host, self.target.headers)

    def pump(self, seconds: float = 0.0) -> bool:
        """Read all clients once, waiting at most ``seconds`` for the first byte; return whether any moved."""
        try:
            return self._pump(seconds)
        except KeyboardInterrupt:
            self.abandon()
            raise

    def _pump(self, seconds: float) -> bool:
        self._watch()
        # A client that is behind has bytes at hand, which no selector reports, so there is no wait.
        behind = [client for client in self._watched if client.has_backlog]
        ready: dict[Client, int] = dict.fromkeys(behind, 0)
        ready |= {key.data: events for key, events in self._selector.select(0 if behind else seconds)}
        for client, events in ready.items():
            if not client.is_over:
                client.on_ready(events)
        return bool(ready)

    def abandon(self) -> None:
        """End all at once, and wait for nobody: the run is being cut short."""
        self.closed_at = self._record.now if self.closed_at is None else self.closed_at
        for client in self.clients:
            client.drop("the run is cut short", by_client=True)
            client.link.close()
        self._selector.close()

    # Its own business

    def _watch(self) -> None:
        """Bring the selector up to date with what each client waits for."""
        # The watched come first: the descriptor of one that is over may be a new client's by now.
        for client in [*self._watched, *self.clients]:
            descriptor, mask = self._watched.get(client, (-1, 0))
            wanted = 0 if client.is_over else client.link.wanted
            if wanted == mask:
                continue
            if mask:
                self._selector.unregister(descriptor)
                del self._watched[client]
            if wanted:
                descriptor = client.link.fileno()
                self._selector.register(descriptor, wanted, client)
                self._watched[client] = (descriptor, wanted)

    def _next_name(self) -> str:
        return name_of(len(self.clients))


def name_of(number: int) -> str:
    """Return the name of a check's client by its number, from 0."""
    turn, place = divmod(number, len(_NAMES))
    return _NAMES[place] + (str(turn + 1) if turn else "")
