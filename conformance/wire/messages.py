"""What a client has said, and what it is sent, as whole messages."""

from dataclasses import dataclass
from typing import Any

from ..messages.matchers import MessageLike, chat
from .message_cache import MessageCache


@dataclass(frozen=True)
class Said:
    """A message that a client sent, to be expected elsewhere: ``wire.expect_chat(ann.say(), ann, bob)``."""

    wsid: str
    room: str | None
    message: str

    @property
    def as_chat(self) -> MessageLike:
        """The Chat that every member of the room must receive."""
        room = {} if self.room is None else {"Room": self.room}
        return chat(Message=self.message, WSID=self.wsid, **room)

    @property
    def as_chat_anywhere(self) -> MessageLike:
        """The Chat of these words, whoever is said to have said them, and where."""
        return chat(Message=self.message)


@dataclass(frozen=True, slots=True)
class Message:
    """A whole data message of the server."""

    at: float
    opcode: int
    payload: bytes
    cache: MessageCache

    @property
    def document(self) -> dict[str, Any]:
        """The JSON object it holds; empty where it holds none, which the oracle judges (FMT-1)."""
        return self.cache.document(self.payload)
