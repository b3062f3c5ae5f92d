"""How many messages one process publishes, and how punctually.

Run as ``python -m benchmarks.publishing``: users in rooms of their own, so that each message comes back once.
"""

import sys
from statistics import median
from typing import NamedTuple

from benchmarks.outcome import Figure, command_line, conclude, say
from benchmarks.processes import load_run, null_server, wrong
from hubbub.load.measure.distribution import Distribution
from hubbub.load.timing.moments import MILLISECOND

USERS = 20
RATE = 1012.0
"""Messages/s of each user."""
SECONDS = 15.0
WARM_UP = 5.0
"""So long, in s, users catch up with their schedules after all have joined at once."""
ROUNDS = 5


class Round(NamedTuple):
    """What one run showed."""

    sent: float
    """Messages/s while all users were there."""
    lateness: float
    """The 99th percentile of the sends' lateness, in ms."""
    cpu: float
    """The generator's share of a core."""
    wrong: int


def measure(
    rate: float = RATE, seconds: float = SECONDS, users: int = USERS, rounds: int = ROUNDS
) -> list[Figure]:
    """Return the medians of some runs in which each of ``users`` publishes ``rate`` messages/s."""
    say(f"publishing: {users} users, {rate:g} messages/s each, {rounds} rounds of {seconds:g} s")
    made = [_measure_once(rate, seconds, users) for _ in range(rounds)]
    sent, late, cpu = (median(getattr(each, name) for each in made) for name in ("sent", "lateness", "cpu"))
    wrong_ones = sum(each.wrong for each in made)
    return [
        Figure(name="publishing: messages", value=sent, unit="messages/s", least=20_000.0),
        Figure(name="publishing: lateness, p99", value=late, unit="ms", most=10.0, digits=2),
        Figure(name="publishing: deliveries gone wrong", value=wrong_ones, unit="", most=0.0),
        Figure(name="publishing: CPU of the generator", value=cpu, unit="cores", digits=2),
    ]


def _measure_once(rate: float, seconds: float, users: int) -> Round:
    how = ["-r", str(users), "--rooms", str(users), "--rate", str(rate), "--warm-up", str(WARM_UP)]
    with null_server() as url:
        result = load_run(url, "SteadyChat", users, seconds, *how)
    held = [second.sent for second in result.seconds if second.phase == "hold"][1:-1]
    sent = sum(held) / len(held) if held else 0.0
    late = Distribution.of(result.latency.lateness).percentile(99) / MILLISECOND
    cpu = result.workers[0].cpu_share
    say(f"  {sent:,.0f} messages/s, p99 of the lateness {late:.2f} ms, {cpu:.0%} of a core")
    return Round(sent, late, cpu, wrong(result))


def main() -> int:
    """Measure and print; return the exit code."""
    given = command_line(__doc__, rate=RATE, seconds=SECONDS, users=USERS, rounds=ROUNDS).parse_args()
    figures = measure(given.rate, given.seconds, given.users, given.rounds)
    return conclude(figures, given.json, not given.no_limits)


if __name__ == "__main__":
    sys.exit(main())
