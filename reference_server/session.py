"""One client after its handshake: what it says is checked and handed to its room."""

import secrets
from typing import Protocol

from hubbub.protocol.codec import BadMessageError, ErrorCode, decode_publish
from hubbub.protocol.messages import Error, Publish
from hubbub.protocol.names import DEFAULT_AUTHOR

from .log import Log
from .room import Rooms
from .wire.shared_frames import text_frame


class ClientConnection(Protocol):
    """What a session needs of its connection."""

    window: int
    """The deflate window agreed for frames to the client, in bits; 0 for plain ones."""

    def write(self, frames: bytes) -> None:
        """Send whole frames; never waits."""

    def close(self, code: int, reason: str) -> None:
        """Begin the closing handshake."""


class Session:
    """A member of one room, from its Status to its end."""

    def __init__(self, connection: ClientConnection, rooms: Rooms, room: str, log: Log) -> None:
        self.rooms = rooms
        self._log = log
        self.is_member = True
        self.wsid = self.new_wsid()
        self.name = DEFAULT_AUTHOR
        self.connection = connection
        self.window = connection.window
        self.write = connection.write
        self.room = rooms.join(room, self)
        log.info("join", wsid=self.wsid, room=room, members=len(self.room.members))

    def new_wsid(self) -> str:
        """Return an id that no other connection has (STAT-2): 96 random bits."""
        return secrets.token_urlsafe(12)

    def receive(self, payload: bytes, *, is_text: bool) -> None:
        """Take one whole message of the client; raises UnicodeDecodeError for text that is not UTF-8."""
        if not is_text:
            self.refuse(ErrorCode.BINARY, "a binary message; send JSON in text messages")
            return
        try:
            publish = self.read(payload.decode())
        except BadMessageError as error:
            self.refuse(error.code, error.reason)
        else:
            self.accept(publish)

    def read(self, text: str) -> Publish:
        """Return what the client asks for; raises BadMessageError (BAD)."""
        return decode_publish(text)

    def accept(self, publish: Publish) -> None:
        """Rename, then send out (NICK-1 to NICK-4)."""
        if self._log.debugs:
            self._log_accepted(publish)
        if publish.author is not None:
            self.room.rename(self, publish.author)
        if publish.message is not None:
            self.room.publish(self, publish.message)

    def _log_accepted(self, publish: Publish) -> None:
        """Log what the client asks for, without its words: neither a Message nor an Author is logged."""
        whose = {"wsid": self.wsid, "room": self.room.name}
        if publish.author is not None and publish.author != self.name:
            self._log.debug("rename", **whose)
        if publish.message is not None:
            members = len(self.room.members)
            self._log.debug("message", **whose, characters=len(publish.message), members=members)

    def refuse(self, code: ErrorCode, reason: str) -> None:
        """Tell the client why its message went nowhere (BAD-1, BAD-6)."""
        self._log.debug("message-refused", wsid=self.wsid, room=self.room.name, code=code)
        self.tell(Error(code, reason))

    def slow_down(self, rate: float) -> None:
        """Tell the client that it is read at ``rate`` messages per second from now on (SEC-5)."""
        self._log.info("flood", wsid=self.wsid, room=self.room.name)
        reason = f"more than {rate:g} messages a second; none is lost, but they wait: send fewer"
        self.tell(Error(ErrorCode.FLOOD, reason))

    def tell(self, error: Error) -> None:
        """Send ``error`` to this client and nobody else, after what its room has for it (FMT-11)."""
        self.flush()
        self.write(text_frame(self.room.encode(error)))

    def flush(self) -> None:
        """Write what waits for this member, so that something can follow it (WS-14)."""
        self.room.flush()

    def end(self, why: str) -> None:
        """Leave the room; what was sent before still goes out (BCAST-7, BCAST-12). Does nothing twice."""
        if self.is_member:
            self.is_member = False
            self.rooms.leave(self.room, self)
            self._log.info("leave", wsid=self.wsid, room=self.room.name, why=why)
