"""One load-generating process against the reference server, publishing included.

Run as ``python -m benchmarks.end_to_end``: Locust on one core, the server on another.
"""

import argparse
import sys
from pathlib import Path

from benchmarks.outcome import Figure, conclude, say
from benchmarks.processes import load_run, reference_server, wrong

USERS, ROOMS = 500, 10


def measure(rate: float, seconds: float, users: int = USERS, rooms: int = ROOMS) -> list[Figure]:
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
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=float, default=11.0, help="messages/s of each user")
    parser.add_argument("--seconds", type=float, default=12.0)
    parser.add_argument("--json", type=Path, help="file for the figures")
    parser.add_argument(
        "--no-limits", action="store_true", help="only measure: a missed target is no failure"
    )
    options = parser.parse_args()
    figures = measure(options.rate, options.seconds)
    return conclude(figures, options.json, not options.no_limits)


if __name__ == "__main__":
    sys.exit(main())
