"""Much to read, for a member that reads slowly (BCAST-9, BCAST-10, BCAST-14, WS-21)."""

from collections.abc import Callable

from ..wire.client import Client
from ..wire.messages import Said
from ..wire.wire import Wire

KIB = 1 << 10
LARGE = 23 * KIB
"""Bytes of content in each Chat, so that the client's message stays under 32 KiB (SEC-1)."""
SMALL_BUFFER = 4 * KIB
IN_FLIGHT = 8
MOST = 490
"""How many Chats are sent at most: no server may take so many for a flood (SEC-5)."""


class PacedSender:
    """A sender paced by the healthy members of its room: never more than a few Chats ahead of them."""

    def __init__(self, wire: Wire, speaker: Client, *healthy: Client) -> None:
        self.said: list[Said] = []
        self._wire = wire
        self._speaker = speaker
        self._healthy = (speaker, *healthy)

    def send(self, amount: int, between: Callable[[], None] | None = None) -> None:
        """Send ``amount`` bytes of content, short ones behind the later long ones, calling ``between``."""
        long_ones = amount // LARGE + 1
        only_long = 2 * long_ones - MOST
        for number in range(long_ones):
            content = number.to_bytes(4, "big") * (LARGE // 4)
            for words in (content, b"") if number >= only_long else (content,):
                self.said.append(self._speaker.say(bytes(f"{len(self.said)}:", "ascii") + words))
            if len(self.said) > IN_FLIGHT:
                self._wire.expect_chat(self.said[-IN_FLIGHT - 1], *self._healthy)
            if between is not None:
                between()
        for each in self.said[-IN_FLIGHT:]:
            self._wire.expect_chat(each, *self._healthy)
