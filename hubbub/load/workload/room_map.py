"""Which room each user is a member of: worked out from the run's seed and the user's number alone.

So every process knows the room of every user of the run. Users are put into rooms one after the other as a
low-discrepancy sequence: at every moment of the ramp each room has its share of the users, give or take one
or two, and which processes the users live in makes no difference.
"""

from bisect import bisect_right
from itertools import accumulate
from random import Random
from typing import Literal, NamedTuple

RoomSizeKind = Literal["even", "zipf", "hot"]

_GOLDEN = (5**0.5 - 1) / 2
"""Multiples of the golden ratio, taken modulo 1, fill an interval as evenly as any sequence can."""


class RoomSizes(NamedTuple):
    """How users are spread over rooms.

    ``even``: all rooms of one size. ``zipf``: the k-th room has a share proportional to 1/k**exponent (Zipf's
    law). ``hot``: the first room has the share ``hot``, and the others are even.
    """

    kind: RoomSizeKind
    rooms: int
    exponent: float
    hot: float


class RoomMap:
    """Tells the room of every user of a run."""

    def __init__(self, sizes: RoomSizes, seed: int) -> None:
        self._rooms = sizes.rooms
        self._even = sizes.kind == "even" or sizes.rooms == 1
        self._start = Random(f"rooms/{seed}").random()
        self._bounds = list(accumulate(_shares(sizes)))[:-1]

    def room(self, user: int) -> int:
        """Return the index of the room of the user with that number."""
        if self._even:
            return user % self._rooms
        return bisect_right(self._bounds, (self._start + user * _GOLDEN) % 1)

    def sizes(self, users: int) -> list[int]:
        """Return how many of the first so many users each room has."""
        counts = [0] * self._rooms
        for user in range(users):
            counts[self.room(user)] += 1
        return counts


def _shares(sizes: RoomSizes) -> list[float]:
    """Return the share of each room; together they are 1."""
    match sizes.kind:
        case "zipf":
            weights = [1 / rank**sizes.exponent for rank in range(1, sizes.rooms + 1)]
        case "hot" if sizes.rooms > 1:
            weights = [sizes.hot, *[(1 - sizes.hot) / (sizes.rooms - 1)] * (sizes.rooms - 1)]
        case _:
            weights = [1.0] * sizes.rooms
    total = sum(weights)
    return [weight / total for weight in weights]
