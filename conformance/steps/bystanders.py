"""Those who must not be held up by what another does, measured by their own echoes before and meanwhile."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..findings import Broken
from ..wire.client import Client
from ..wire.wire import Wire

ATTEMPTS = 3
"""So many times in a row others must have been held up: once may be the machine's doing."""

_ECHOES = 5
_TIMES_SLOWER = 20
_SHORTEST = 0.5
"""Seconds: to be kept waiting for less than that is no stall, however fast the echoes were before."""


@dataclass(frozen=True)
class Delay:
    """How long others waited for their own echoes, in seconds, at the longest."""

    before: float
    meanwhile: float

    def is_stall(self, work: float = 0.0) -> bool:
        """Whether they were held up, ``work`` being the seconds of work that a server may do at a time."""
        return self.meanwhile > max(_SHORTEST, _TIMES_SLOWER * self.before, work)


def longest_echo(wire: Wire, speakers: Sequence[Client], times: int = _ECHOES) -> float:
    """Return how long the speakers wait for their own echoes, at the longest."""
    return max(_echo(wire, speaker) for _ in range(times) for speaker in speakers)


def _echo(wire: Wire, speaker: Client) -> float:
    began = time.monotonic()
    wire.fence(speaker)
    return time.monotonic() - began


def expect_no_stall(wire: Wire, attempt: Callable[[], Delay], because: str, work: float = 0.0) -> None:
    """Fail if others are held up in every attempt; each is made with new connections.

    A server that has held them up in several cases is given one attempt in the others.
    """
    began, delays = time.monotonic(), []
    for _ in range(wire.attempts(ATTEMPTS)):
        delays.append(attempt())
        if not delays[-1].is_stall(work):
            return
    seen = ", ".join(f"{each.meanwhile:.2g} s, {each.before:.2g} s before" for each in delays)
    wire.tried_in_vain(began)
    tried = "1 attempt" if len(delays) == 1 else f"{len(delays)} attempts"
    raise Broken(f"others' echoes are not held up by {because}", f"in {tried}: {seen}")
