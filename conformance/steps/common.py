"""Steps that several checks share."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..findings import Broken
from ..messages.matchers import chat, error
from ..wire.client import Client
from ..wire.messages import Said
from ..wire.wire import Wire

REFUSALS = frozenset({1003, 1007, 1008, 1009})
"""The close codes that refuse a message (BAD-1)."""


def expect_together(wire: Wire, one: Client, other: Client) -> None:
    """Fail unless what each of two clients says reaches both."""
    for speaker in (one, other):
        wire.expect_chat(speaker.say(), one, other)


def expect_apart(wire: Wire, one: Client, other: Client) -> None:
    """Fail if what one of two clients says reaches the other.

    The fence: the speaker awaits its own echo, then the listener says another thing and awaits that echo,
    so that whatever crossed over has had the whole way of a message to arrive.
    """
    for speaker, listener in ((one, other), (other, one)):
        said = speaker.say()
        wire.expect_chat(said, speaker)
        wire.fence(listener)
        wire.expect_none(listener, said.as_chat_anywhere)


def has_ended(client: Client) -> bool:
    """Whether the server has ended a connection, by Close or by TCP."""
    return client.close_code is not None or client.is_over


@dataclass(frozen=True)
class Reaction:
    """What a server did about a message that it may refuse."""

    chat: dict[str, Any] | None
    """The Chat that it sent out, as the sender got it; None where it sent none."""
    error: dict[str, Any] | None
    """The Error that it answered; None where it answered none."""
    end: str
    """How the connection ended; empty where it did not."""
    code: int | None
    """The code of the server's Close frame, if it sent one."""

    @property
    def refused(self) -> bool:
        """Whether the message was refused in a way that the protocol allows."""
        return self.chat is None and (not self.end or self.code in REFUSALS)

    def __str__(self) -> str:
        """Return it in words."""
        if self.chat is not None:
            return "sent out"
        if self.end:
            return f"answered by {self.end}"
        return f"answered with Error {self.error.get('Code')!r}" if self.error is not None else "ignored"


def react(wire: Wire, client: Client, send: Callable[[], Said | None]) -> Reaction:
    """Let ``client`` send a doubtful message; return what came of it, by its own next echo at the latest.

    Between the two the server is given a moment, since one that closes at once would see unread bytes
    then, and the operating system would end the connection with a reset that hides its Close frame.
    """
    since = len(client.messages)
    said = send()
    meant = chat() if said is None else said.as_chat_anywhere

    def reacted() -> bool:
        seen = client.received(meant, since) or client.received(error(), since)
        return bool(seen) or client.close_code is not None or client.is_over

    wire.moment(reacted)
    if client.is_open and not client.received(meant, since):
        echo = client.say().as_chat
        allowed = f"{client}'s next message is echoed, or its connection ended by Close"
        wire.until(lambda: bool(client.received(echo, since)) or client.is_over, allowed, client)
    if not client.is_open:
        wire.expect_over(client, f"{client}'s connection ends behind Close")
    found = client.received(meant, since)
    errors = client.received(error(), since)
    return Reaction(
        chat=found[0] if found else None,
        error=errors[0] if errors else None,
        end=str(client.end) if client.end else "",
        code=client.close_code,
    )


def expect_taken_or_refused(wire: Wire, client: Client, send: Callable[[], Said]) -> Reaction:
    """Let ``client`` send what may go out or be refused; fail if the connection ended in another way."""
    reaction = react(wire, client, send)
    wire.note(f"the message is {reaction}")
    if reaction.chat is None and not reaction.refused:
        wire.canary()
        allowed = "the message goes out, is ignored, answered with Error or close 1003, 1007, 1008 or 1009"
        raise Broken(allowed, f"the connection ended: {reaction.end}", client.name)
    return reaction


def outlive(wire: Wire, client: Client, *witnesses: Client) -> Client:
    """Wait until the server is done with what ``client`` sent, a doubtful message say, by its next words.

    Return the client, or one that has come in its place where the server closed its connection.
    """
    if client.is_open:
        echo = client.say().as_chat
        allowed = f"{client}'s next message is echoed, or its connection ended by Close"
        wire.until(lambda: bool(client.received(echo, client.cursor)) or not client.is_open, allowed, client)
        if client.is_open:
            for each in (client, *witnesses):
                wire.expect(each, echo)
            return client
    wire.expect_over(client, f"{client}'s connection ends behind Close")
    return wire.join(client.room)
