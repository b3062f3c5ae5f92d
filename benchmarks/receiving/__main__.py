"""Receiving on one core, against other clients: ``python -m benchmarks.receiving``."""

import sys

import msgspec

from benchmarks.outcome import command_line, conclude
from benchmarks.receiving.rounds import FEED, OURS, RECEIVERS, ROUNDS, compare


def main() -> int:
    """Measure and print; return the exit code."""
    sizes = {name: getattr(FEED, name) for name in ("rooms", "members", "seconds", "message_size")}
    parser = command_line(__doc__, rounds=ROUNDS, **sizes)
    parser.add_argument("--against", nargs="*", default=RECEIVERS[1:], choices=RECEIVERS[1:])
    given = parser.parse_args()
    feed = msgspec.structs.replace(FEED, **{name: getattr(given, name) for name in sizes})
    figures = compare(feed, given.rounds, (OURS, *given.against))
    return conclude(figures, given.json, not given.no_limits)


if __name__ == "__main__":
    sys.exit(main())
