"""Open schedules: when a user is to publish, fixed before the run starts and whatever the server does.

Both kinds are drawn from the run's seed and the user's number alone, so that a run can be repeated.
"""

from collections.abc import Iterator
from itertools import count
from random import Random
from typing import Literal

Kind = Literal["jitter", "poisson"]

_NS = 1_000_000_000


def offsets(kind: Kind, rate: float, seed: int, user: int) -> Iterator[int]:
    """Yield, without end, when ``user`` publishes, in ns since it joined; ``rate`` is in messages/s.

    ``jitter``: one message in every 1/rate seconds, at a random moment of each, so that users do not march in
    step. ``poisson``: independent arrivals (exponential gaps), burstier, as from many people.
    """
    random = Random(f"{seed}/{user}")
    return _poisson(rate, random) if kind == "poisson" else _jitter(rate, random)


def _jitter(rate: float, random: Random) -> Iterator[int]:
    period = _NS / rate
    for turn in count():
        yield int((turn + random.random()) * period)


def _poisson(rate: float, random: Random) -> Iterator[int]:
    moment = 0.0
    while True:
        moment += random.expovariate(rate)
        yield int(moment * _NS)
