"""Which percentiles may be relied on: one rule for the terminal, the running test, objectives and reports.

A percentile is sure where at least 100 independent values lie beyond it: p99 wants 10,000. One that stands on
fewer is shown with the word *few* beside it, and no objective is judged by it. The deliveries of one message
are not independent of each other, so of a latency it is the messages that count.
"""

from hubbub.text.quantities import duration

BEYOND = 100
"""Independent values that must lie beyond a percentile."""

FEW = "few"
"""What stands beside a percentile that is not sure."""


def level_name(level: float) -> str:
    """Return ``p99.9`` for 0.999."""
    return f"p{level * 100:.6g}"


def wanted(level: float) -> int:
    """Return how many independent values the percentile at ``level`` wants; the largest wants but one."""
    return round(BEYOND / (1 - level)) if level < 1 else 1


def is_few(level: float, units: int) -> bool:
    """Whether the percentile at ``level`` is not sure, standing on ``units`` independent values."""
    return units < wanted(level)


def beside(text: str, level: float, units: int) -> str:
    """Return a percentile's text, and beside it whether it stands on few values: ``4.85 ms (few)``."""
    return f"{text} ({FEW})" if is_few(level, units) else text


def told(nanoseconds: float, level: float, units: int) -> str:
    """Return a percentile as people read it: its duration, and whether it stands on few values."""
    return beside(duration(nanoseconds), level, units)
