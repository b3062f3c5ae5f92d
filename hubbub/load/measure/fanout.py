"""How messages reached the members of their rooms: the first and the last of them, over all processes."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Column = NDArray[np.int64]


class Fanout(NamedTuple):
    """How messages reached the members of one or several processes; columns of one length."""

    keys: Column
    """The messages' keys."""
    rooms: Column
    intended: Column
    first: Column
    """When it arrived at the first member, in ns of the run."""
    last: Column
    deliveries: Column


def nothing() -> Fanout:
    """Return the fan-out of no messages."""
    return Fanout(*[np.zeros(0, np.int64)] * len(Fanout._fields))


def select(fanout: Fanout, mask: NDArray[np.bool_]) -> Fanout:
    """Return the messages that ``mask`` marks."""
    return Fanout(*(column[mask] for column in fanout))


def merge(parts: list[Fanout]) -> Fanout:
    """Return the fan-out of each message over all ``parts``."""
    whole = Fanout(*(np.concatenate(columns) for columns in zip(nothing(), *parts, strict=True)))
    order = np.argsort(whole.keys, kind="stable")
    whole = Fanout(*(column[order] for column in whole))
    _, starts = np.unique(whole.keys, return_index=True)
    if not starts.size:
        return whole
    return Fanout(
        whole.keys[starts],
        whole.rooms[starts],
        whole.intended[starts],
        np.minimum.reduceat(whole.first, starts),
        np.maximum.reduceat(whole.last, starts),
        np.add.reduceat(whole.deliveries, starts),
    )


def pack(fanout: Fanout) -> bytes:
    """Return ``fanout`` as bytes, for another process."""
    return np.stack(fanout).tobytes()


def unpack(packed: bytes) -> Fanout:
    """Return the fan-out that ``pack`` packed."""
    return Fanout(*np.frombuffer(packed, np.int64).reshape(len(Fanout._fields), -1))
