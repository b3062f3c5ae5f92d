"""What each message is: its size, and how often it is sent at once; drawn from the run's seed.

The draws of a user are its own and depend on the seed and its number alone, so that a run can be repeated.
"""

import re
from collections.abc import Iterator
from itertools import repeat
from typing import NamedTuple

from hubbub.load.messages.envelope import MAX_COPIES, MAX_SIZE, MIN_SIZE
from hubbub.load.workload.prng import SplitMix64
from hubbub.text.spelling import meant

_RANGE = re.compile(r"(zipf:)?([0-9]{1,9})\.\.([0-9]{1,9})(?::([0-9]{1,3}(?:\.[0-9]{1,6})?))?", re.ASCII)
_NUMBER = re.compile(r"[0-9]{1,9}", re.ASCII)
_STEEPEST = 10.0
"""The largest exponent: beyond it all sizes are the smallest, and the arithmetic has no digits left."""

_ADVICE = (
    f"--message-size is {MIN_SIZE} (for the envelope) to {MAX_SIZE:,} bytes, a range such as 64..4096 or "
    f"zipf:64..4096, or several of these with commas between, not "
)


class Text(NamedTuple):
    """What a user is to publish next."""

    size: int
    """Bytes before base64."""
    copies: int
    """How often it is sent, one right after the other and equal to the last character."""


class SizeRange(NamedTuple):
    """The sizes from ``low`` to ``high``, both among them.

    The probability of a size is proportional to 1/size**exponent (Zipf's law): with 0 all are as likely as
    each other, with 1 each doubling is as likely as any other, so that most are small and a few are large.
    """

    low: int
    high: int
    exponent: float = 0.0

    def at(self, chance: float) -> int:
        """Return the size below which ``chance``, from 0 up to, but without, 1, of all sizes lie."""
        low, end, power = self.low, self.high + 1, 1 - self.exponent
        if not self.exponent:
            return low + int(chance * (end - low))
        if power:
            size = (low**power + chance * (end**power - low**power)) ** (1 / power)
        else:
            size = low * (end / low) ** chance
        return min(max(int(size), low), self.high)


def read_sizes(text: int | str) -> tuple[SizeRange, ...]:
    """Read what ``--message-size`` says: of several parts each is as likely as the others.

    Raises ValueError, whose text is one line that says what to write.
    """
    parts = tuple(map(_read_part, str(text).replace(" ", "").split(",")))
    for part in parts:
        if part is None or not MIN_SIZE <= part.low <= part.high <= MAX_SIZE or part.exponent > _STEEPEST:
            raise ValueError(f"{_ADVICE}{str(text)[:60]!r}{_meant(str(text)[:60])}")
    return tuple(part for part in parts if part is not None)


def _meant(text: str) -> str:
    """Return, where a word stands there that is not quite ``zipf``, that it may be meant."""
    words = (word for word in re.findall("[a-zA-Z]+", text) if word != "zipf")
    return next((f"; did you mean {near!r}?" for word in words if (near := meant(word, ["zipf"]))), "")


def _read_part(text: str) -> SizeRange | None:
    if _NUMBER.fullmatch(text):
        return SizeRange(int(text), int(text))
    match = _RANGE.fullmatch(text)
    if match is None or (match[4] and not match[1]):
        return None
    return SizeRange(int(match[2]), int(match[3]), float(match[4] or 1) if match[1] else 0.0)


def texts(sizes: tuple[SizeRange, ...], repeats: float, seed: int, user: int) -> Iterator[Text]:
    """Yield, without end, what ``user`` publishes; of all messages the share ``repeats`` is sent again."""
    if not repeats and len(sizes) == 1 and sizes[0].low == sizes[0].high:
        return repeat(Text(sizes[0].low, 1))
    return _drawn(sizes, repeats, SplitMix64(f"sizes/{seed}/{user}"), SplitMix64(f"repeats/{seed}/{user}"))


def mean_copies(repeats: float) -> float:
    """Return how often a message is sent on average."""
    return sum(repeats**turn for turn in range(MAX_COPIES))


def _drawn(
    sizes: tuple[SizeRange, ...], repeats: float, rng: SplitMix64, again: SplitMix64
) -> Iterator[Text]:
    while True:
        part = sizes[int(rng.random() * len(sizes))] if len(sizes) > 1 else sizes[0]
        size = part.at(rng.random()) if part.low < part.high else part.low
        copies = 1
        while repeats and copies < MAX_COPIES and again.random() < repeats:
            copies += 1
        yield Text(size, copies)
