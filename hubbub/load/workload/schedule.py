"""Open schedules: when a user is to publish, fixed before the run starts and whatever the server does.

All kinds are drawn from the run's seed, the user's number and its room alone, so that a run can be repeated.
"""

from collections.abc import Iterator
from itertools import count
from typing import Literal

from hubbub.load.timing.moments import SECOND, Duration
from hubbub.load.workload.prng import SplitMix64

Kind = Literal["jitter", "fixed", "poisson", "burst"]

FROM_RUN_START: tuple[Kind, ...] = ("burst",)
"""The kinds whose moments are the same for all users of a room, and so count from the start of the run."""


def offsets(kind: Kind, rate: float, seed: int, user: int, room: int = 0) -> Iterator[Duration]:
    """Yield, ascending and without end, when ``user`` publishes, ``rate`` times a second.

    ``jitter``: one message in every 1/rate seconds, at a random moment of each, so that users do not march in
    step. ``fixed``: one message exactly every 1/rate seconds, from a random first moment on. ``poisson``:
    independent arrivals (exponential gaps), burstier, as from many people. ``burst``: one message exactly
    every 1/rate seconds, all members of ``room`` at the same moment, each room at a random one.

    The first three count from the user's own joining, the last (``FROM_RUN_START``) from the run's start.
    """
    period = SECOND / rate
    match kind:
        case "jitter":
            return _jitter(period, SplitMix64(f"{seed}/{user}"))
        case "poisson":
            return _poisson(rate, SplitMix64(f"{seed}/{user}"))
        case "fixed":
            return _periodic(period, SplitMix64(f"{seed}/{user}").random())
        case "burst":
            return _periodic(period, SplitMix64(f"{seed}/room/{room}").random())


def _jitter(period: float, rng: SplitMix64) -> Iterator[int]:
    for turn in count():
        yield int((turn + rng.random()) * period)


def _periodic(period: float, phase: float) -> Iterator[int]:
    for turn in count():
        yield int((turn + phase) * period)


def _poisson(rate: float, rng: SplitMix64) -> Iterator[int]:
    moment = 0.0
    while True:
        moment += rng.exponential(rate)
        yield int(moment * SECOND)
