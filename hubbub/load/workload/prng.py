"""Reproducible random numbers in 8 bytes of state, where ``random.Random`` keeps 2.5 KiB for every user."""

from hashlib import blake2b
from math import log

_MASK = (1 << 64) - 1
_GAMMA = 0x9E3779B97F4A7C15
_TO_FLOAT = 2.0**-53


class SplitMix64:
    """SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014).

    The same ``seed`` gives the same numbers on every machine.
    """

    __slots__ = ("_state",)

    def __init__(self, seed: str) -> None:
        self._state = int.from_bytes(blake2b(seed.encode(), digest_size=8).digest(), "big")

    def random(self) -> float:
        """Return a number from 0 up to, but without, 1."""
        self._state = mixed = (self._state + _GAMMA) & _MASK
        mixed = ((mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9) & _MASK
        mixed = ((mixed ^ mixed >> 27) * 0x94D049BB133111EB) & _MASK
        return ((mixed ^ mixed >> 31) >> 11) * _TO_FLOAT

    def exponential(self, rate: float) -> float:
        """Return the time to the next of independent events that come ``rate`` times in a unit of time."""
        return -log(1.0 - self.random()) / rate
