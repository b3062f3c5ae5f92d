"""Open schedules: when a user is to publish, fixed before the run starts and whatever the server does.

All kinds are drawn from the run's seed, the user's number and its room alone, so that a run can be repeated.
"""

from collections.abc import Iterator
from itertools import count
from typing import Literal

from hubbub.load.workload.prng import Dice

Kind = Literal["jitter", "fixed", "poisson", "burst"]

FROM_RUN_START: tuple[Kind, ...] = ("burst",)
"""The kinds whose moments are the same for all users of a room, and so count from the start of the run."""

_NS = 1_000_000_000


def offsets(kind: Kind, rate: float, seed: int, user: int, room: int = 0) -> Iterator[int]:
    """Yield, ascending and without end, when ``user`` publishes; in ns, ``rate`` in messages/s.

    ``jitter``: one message in every 1/rate seconds, at a random moment of each, so that users do not march in
    step. ``fixed``: one message exactly every 1/rate seconds, from a random first moment on. ``poisson``:
    independent arrivals (exponential gaps), burstier, as from many people. ``burst``: one message exactly
    every 1/rate seconds, all members of ``room`` at the same moment, each room at a random one.

    The first three count from the user's own joining, the last (``FROM_RUN_START``) from the run's start.
    """
    period = _NS / rate
    match kind:
        case "jitter":
            return _jitter(period, Dice(f"{seed}/{user}"))
        case "poisson":
            return _poisson(rate, Dice(f"{seed}/{user}"))
        case "fixed":
            return _periodic(period, Dice(f"{seed}/{user}").random())
        case "burst":
            return _periodic(period, Dice(f"{seed}/room/{room}").random())


def _jitter(period: float, dice: Dice) -> Iterator[int]:
    for turn in count():
        yield int((turn + dice.random()) * period)


def _periodic(period: float, phase: float) -> Iterator[int]:
    for turn in count():
        yield int((turn + phase) * period)


def _poisson(rate: float, dice: Dice) -> Iterator[int]:
    moment = 0.0
    while True:
        moment += dice.exponential(rate)
        yield int(moment * _NS)
