"""All that is measured of whole processes, in one table: ``python -m benchmarks`` (``make bench``)."""

import sys
from collections.abc import Callable

from benchmarks import end_to_end, growth, memory, publishing
from benchmarks.outcome import INTERRUPTED, Figure, command_line, conclude, say
from benchmarks.receiving.rounds import compare

MEASURES: tuple[Callable[[], list[Figure]], ...] = (
    compare,
    end_to_end.measure,
    publishing.measure,
    memory.measure,
    growth.measure_rooms,
    growth.measure_length,
)


def main() -> int:
    """Measure and print; return the exit code. Ctrl-C shows what was measured so far."""
    given = command_line(__doc__).parse_args()
    figures: list[Figure] = []
    try:
        for measure in MEASURES:
            figures += measure()
    except KeyboardInterrupt:
        say("interrupted; this was measured before:")
        conclude(figures, given.json, False)
        return INTERRUPTED
    return conclude(figures, given.json, not given.no_limits)


if __name__ == "__main__":
    sys.exit(main())
