"""One load-generating process against the reference server, publishing included.

Run as ``python -m benchmarks.end_to_end``: Locust on one core, the server on another.
"""

import sys

from benchmarks.outcome import Figure, command_line, conclude, say
from benchmarks.processes import load_run, reference_server, wrong

USERS, ROOMS = 500, 10
RATE = 11.0
"""Messages/s of each user."""
SECONDS = 12.0


def measure(
    rate: float = RATE, seconds: float = SECONDS, users: int = USERS, rooms: int = ROOMS
) -> list[Figure]:
    """Return the figures of one run in which each user publishes so many messages/s."""
    say(f"end to end: {users} users in {rooms} rooms, {rate:g} messages/s each, for {seconds:g} s")
    options = ["-r", str(users), "--rooms", str(rooms), "--rate", str(rate), "--message-size", "108"]
    with reference_server() as url:
        result = load_run(url, "SteadyChat", users, seconds, *options)
    held = [each for each in result.seconds if each.phase == "hold"][1:-1]
    mean = sum(each.delivered for each in held) / len(held) if held else 0.0
    return [
        Figure(name="end to end: verified deliveries", value=mean, unit="deliveries/s", least=250_000.0),
        Figure(name="end to end: deliveries gone wrong", value=wrong(result), unit="", most=0.0),
        Figure(
            name="end to end: CPU of the generator", value=result.workers[0].cpu_share, unit="cores", digits=2
        ),
    ]


def main() -> int:
    """Measure and print; return the exit code."""
    given = command_line(__doc__, rate=RATE, seconds=SECONDS).parse_args()
    return conclude(measure(given.rate, given.seconds), given.json, not given.no_limits)


if __name__ == "__main__":
    sys.exit(main())
