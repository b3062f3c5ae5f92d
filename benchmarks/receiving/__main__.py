"""Receiving on one core, against other clients: ``python -m benchmarks.receiving``."""

import argparse
import sys
from pathlib import Path

from benchmarks.outcome import conclude
from benchmarks.receiving.feeder import Feed
from benchmarks.receiving.rounds import OURS, RECEIVERS, compare


def main() -> int:
    """Measure and print; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=4.0, help="of each feed")
    parser.add_argument("--rooms", type=int, default=10)
    parser.add_argument("--members", type=int, default=50, help="of each room")
    parser.add_argument(
        "--against", nargs="*", default=RECEIVERS[1:], choices=RECEIVERS[1:], help="the others"
    )
    parser.add_argument("--message-size", type=int, default=108, help="bytes before base64")
    parser.add_argument("--json", type=Path, help="file for the figures")
    parser.add_argument(
        "--no-limits", action="store_true", help="only measure: a missed target is no failure"
    )
    options = parser.parse_args()
    feed = Feed(
        run=0,
        rooms=options.rooms,
        members=options.members,
        seconds=options.seconds,
        message_size=options.message_size,
    )
    return conclude(
        compare(feed, options.rounds, (OURS, *options.against)), options.json, not options.no_limits
    )


if __name__ == "__main__":
    sys.exit(main())
