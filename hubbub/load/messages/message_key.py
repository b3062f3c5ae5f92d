"""The key of a message: its publisher and its sequence number as one int of 64 bits.

Logs, tables and columns of arrays hold one number a message instead of two. The publisher stands in the upper
32 bits, so the keys of one publisher are neighbours, and their order is the order of sending.
"""

from typing import NewType

MessageKey = NewType("MessageKey", int)
"""Identifies one message of a run. Columns and arrays hold keys as plain ints."""

_SEQUENCE_BITS = 32
_SEQUENCES = (1 << _SEQUENCE_BITS) - 1


# Both makers of keys go without a call of ``MessageKey``: it was measured to take 100 ns, as much as all else
# that they do. They are called for each message that is new to a process.


def pack(publisher: int, sequence: int) -> MessageKey:
    """Return the key of a publisher's message; both numbers are from 0 to 2^31 - 1, so that it fits int64."""
    key: MessageKey = publisher << _SEQUENCE_BITS | sequence  # type: ignore[assignment]  # a call takes 100 ns
    return key


def publisher_of(key: int) -> int:
    """Return the number of the user that published the message."""
    return key >> _SEQUENCE_BITS


def sequence_of(key: int) -> int:
    """Return the message's number among those of its publisher, which count from 0."""
    return key & _SEQUENCES


def following(key: int, count: int) -> MessageKey:
    """Return the key of the message that the same publisher sends ``count`` messages later."""
    later: MessageKey = key + count  # type: ignore[assignment]  # a call takes 100 ns
    return later
