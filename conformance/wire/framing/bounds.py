"""What a client of the suite takes at most, so that no server can fill its memory or its time.

A good server comes nowhere near. What goes over a bound ends that connection at once, in words that the
check then reports as it reports any other end.
"""

MOST_OF_A_PROFILE = 16 << 20
"""Bytes of the largest message limit that a profile may declare, which is the load engine's bound, too."""

LONGEST_MESSAGE = MOST_OF_A_PROFILE + (1 << 20)
"""Bytes of the longest message that is taken: a Chat is longer than the message that it is made of."""

MOST_VALUES = 100_000
"""How many values the JSON of one message may have: a list of so many names, say."""

MOST_FRAMES = 100_000
"""How many frames a check takes, of all its clients together."""

MOST_BYTES = 64 << 20
"""Bytes of all that a check takes, of all its clients together; what comes to several is counted once."""

MOST_LISTED = 800_000
"""How many JSON values a check takes, of all its clients together."""

LONGEST_HEAD = 64 * 1024
"""Bytes of the longest answer to a handshake that is taken."""

LONGEST_PING = 125
"""Bytes of the longest Ping that is answered; no longer one is legal (RFC 6455 §5.5)."""

FRAMES_AT_ONCE = 256
LONGEST_TURN = 0.02
"""How many frames of one client are taken, and for how many seconds about, before others have their turn."""


class BoundError(Exception):
    """The server sent more than the suite takes; the text says what."""


class Budget:
    """What is left of the bounds of one check."""

    def __init__(self) -> None:
        self._frames = 0
        self._bytes = 0
        self._values = 0

    def takes_more(self, steps: int) -> bool:
        """Whether one more step like the ``steps`` so far keeps well within the bound of frames.

        A server may send each message in many fragments, so a check of thousands of messages asks this.
        """
        return steps == 0 or self._frames + 2 * self._frames / steps < MOST_FRAMES

    def count_frame(self) -> None:
        """Count one more frame; raises BoundError over the bound."""
        self._frames += 1
        if self._frames > MOST_FRAMES:
            raise BoundError(f"over {MOST_FRAMES:,} frames came in one check")

    def count_bytes(self, size: int) -> None:
        """Count so many bytes more; a negative ``size`` gives some back. Raises BoundError over the bound."""
        # What is given back may bring it under the bound again, so only growth is held against it.
        self._bytes += size
        if size > 0 and self._bytes > MOST_BYTES:
            raise BoundError(f"over {MOST_BYTES >> 20} MiB came in one check")

    def count_message(self, payload: bytes) -> None:
        """Count the values in a message's JSON; raises BoundError over the bound."""
        # A comma for each value but the first of each array or object; those inside strings only make it
        # stricter.
        values = payload.count(b",")
        self._values += values
        if values > MOST_VALUES:
            raise BoundError(f"a message of over {MOST_VALUES:,} JSON values came")
        if self._values > MOST_LISTED:
            raise BoundError(f"messages of over {MOST_LISTED:,} JSON values came in one check")


def longer_than_taken(what: str, size: int | None = None) -> BoundError:
    """Return the error that says that a frame or message is longer than the suite takes."""
    length = "" if size is None else f" of {size:,} bytes"
    return BoundError(f"{what}{length} came, over the {LONGEST_MESSAGE >> 20} MiB that the suite takes")
