"""Steps that several checks share."""

from conformance.wire.client import Client
from conformance.wire.wire import Wire


def expect_together(wire: Wire, one: Client, other: Client) -> None:
    """Fail unless what each of two clients says reaches both."""
    for speaker in (one, other):
        wire.expect_chat(speaker.say(), one, other)


def expect_apart(wire: Wire, one: Client, other: Client) -> None:
    """Fail if what one of two clients says reaches the other.

    The fence: each awaits its own echo, then says another thing and awaits that echo too, so that whatever
    crossed over has had the whole way of a message to arrive.
    """
    for speaker, listener in ((one, other), (other, one)):
        said = speaker.say()
        wire.expect_chat(said, speaker)
        wire.fence(listener)
        wire.expect_none(listener, said.as_chat_anywhere)
