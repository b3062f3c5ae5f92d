"""Whether a delivery costs more the more rooms there are, or the longer a run is; and memory alike.

Run as ``python -m benchmarks.growth``; the load engine alone, fed as in ``benchmarks.receiving``.
"""

import sys
from collections.abc import Sequence
from statistics import median

from benchmarks.outcome import Figure, command_line, conclude, say
from benchmarks.receiving.feeder import Feed
from benchmarks.receiving.rounds import OURS, receive
from benchmarks.receiving.tally import Piece

ROOMS = (1, 10, 1000)
MEMBERS = 10
"""Of each of those rooms."""
ROUNDS = 3
SECONDS = 5.0
"""Of each feed of so many rooms."""
MINUTES = 10.0
_MINUTE = 60.0
_US = 1e6
_MIB = 1 << 20


def measure_rooms(
    rounds: int = ROUNDS, seconds: float = SECONDS, rooms: Sequence[int] = ROOMS
) -> list[Figure]:
    """Return what a delivery costs in so many rooms, and how many times the fewest rooms' cost that is."""
    costs: dict[int, list[float]] = {count: [] for count in rooms}
    for number in range(rounds):
        say(f"growth with rooms, round {number + 1} of {rounds}: {', '.join(map(str, rooms))} rooms")
        for count in rooms:
            tally = receive(OURS, Feed(run=0, rooms=count, members=MEMBERS, seconds=seconds))
            costs[count].append(_US / tally.rate)
    few = costs[rooms[0]]
    figures = []
    for count, found in costs.items():
        figures.append(
            Figure(
                name=f"growth: in {count:,} rooms", value=median(found), unit="µs CPU a delivery", digits=2
            )
        )
        if count != rooms[0]:
            ratio = median(many / one for many, one in zip(found, few, strict=True))
            name = f"  {count:,} rooms to {rooms[0]:,}"
            figures.append(Figure(name=name, value=ratio, unit="times", most=1.25, digits=2))
    return figures


def measure_length(minutes: float = MINUTES) -> list[Figure]:
    """Return what a delivery costs in the first and the last minute of one long feed, and how memory grew."""
    say(f"growth with the length of a run: one feed of {minutes:g} minutes")
    pieces = receive(OURS, Feed(run=0, seconds=minutes * _MINUTE)).pieces
    minute = max(1, round((len(pieces) - 1) / max(1.0, minutes)))
    first, last = pieces[: minute + 1], pieces[-minute - 1 :]
    costs = _cost(first), _cost(last)
    grown = (last[-1].memory - first[-1].memory) / _MIB
    return [
        Figure(name="growth: in the first minute", value=costs[0], unit="µs CPU a delivery", digits=2),
        Figure(
            name=f"growth: in the last of {minutes:g}", value=costs[1], unit="µs CPU a delivery", digits=2
        ),
        Figure(name="  last minute to first", value=costs[1] / costs[0], unit="times", most=1.1, digits=2),
        Figure(name="growth: memory after the first minute", value=grown, unit="MiB", most=16.0, digits=1),
    ]


def _cost(pieces: Sequence[Piece]) -> float:
    """Return the CPU time of a delivery from the first of some pieces to the last, in µs."""
    deliveries = pieces[-1].deliveries - pieces[0].deliveries
    return (pieces[-1].cpu - pieces[0].cpu) / deliveries * _US


def main() -> int:
    """Measure and print; return the exit code."""
    given = command_line(__doc__, rounds=ROUNDS, seconds=SECONDS, minutes=MINUTES).parse_args()
    figures = measure_rooms(given.rounds, given.seconds) + measure_length(given.minutes)
    return conclude(figures, given.json, not given.no_limits)


if __name__ == "__main__":
    sys.exit(main())
