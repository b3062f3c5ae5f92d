"""How many messages one process publishes, and how punctually.

Run as ``python -m benchmarks.publishing``: users in rooms of their own, so that each message comes back once.
"""

import sys

from benchmarks.outcome import Figure, command_line, conclude
from benchmarks.processes import load_run, null_server, wrong
from swarm.latency import Distribution

USERS = 500
RATE = 42.0
"""Messages/s of each user."""
SECONDS = 12.0
_MS = 1_000_000


def measure(rate: float = RATE, seconds: float = SECONDS, users: int = USERS) -> list[Figure]:
    """Return the figures of one run in which each of ``users`` publishes ``rate`` messages/s."""
    how = ["-r", str(users), "--rooms", str(users), "--rate", str(rate), "--warm-up", "2"]
    with null_server() as url:
        result = load_run(url, "SteadyChat", users, seconds, *how)
    held = [second.sent for second in result.seconds if second.phase == "hold"][1:-1]
    sent = sum(held) / len(held) if held else 0.0
    late = Distribution.of(result.latency.lateness).percentile(99) / _MS
    cpu = result.workers[0].cpu_share
    return [
        Figure(name="publishing: messages", value=sent, unit="messages/s", least=20_000.0),
        Figure(name="publishing: lateness, p99", value=late, unit="ms", most=10.0, digits=2),
        Figure(name="publishing: deliveries gone wrong", value=wrong(result), unit="", most=0.0),
        Figure(name="publishing: CPU of the generator", value=cpu, unit="cores", digits=2),
    ]


def main() -> int:
    """Measure and print; return the exit code."""
    given = command_line(__doc__, rate=RATE, seconds=SECONDS, users=USERS).parse_args()
    return conclude(measure(given.rate, given.seconds, given.users), given.json, not given.no_limits)


if __name__ == "__main__":
    sys.exit(main())
