"""Numbers as an engineer reads them: three significant digits, a unit, thousands apart."""

import math

_UNITS = ((1_000_000_000, "s"), (1_000_000, "ms"), (1_000, "µs"), (1, "ns"))
_MINUTE = 60.0


def duration(nanoseconds: float) -> str:
    """Return a duration with three significant digits: ``1.23 ms``, ``45.6 µs``, ``0``, ``135 s``."""
    if nanoseconds == 0:
        return "0"
    # From 999.5 on, three digits would round to the next unit's 1.
    size, unit = next(
        (size, unit) for size, unit in (*_UNITS, _UNITS[-1]) if nanoseconds >= 0.9995 * size or size == 1
    )
    return f"{_three_digits(nanoseconds / size)} {unit}"


def _three_digits(value: float) -> str:
    digits = 2 if value < 9.995 else 1 if value < 99.95 else 0
    return f"{value:,.{digits}f}"


def count(number: int) -> str:
    """Return a whole number, its thousands apart: ``59,800``."""
    return f"{number:,}"


def rate(per_second: float) -> str:
    """Return a rate: ``1,990``, ``12.5``."""
    return (
        f"{per_second:,.0f}" if per_second >= 100 or per_second == int(per_second) else f"{per_second:,.1f}"
    )


def size(number: float) -> str:
    """Return a number of bytes with three significant digits: ``512 B``, ``1.50 MiB``."""
    for power, unit in ((30, "GiB"), (20, "MiB"), (10, "KiB")):
        if number >= 0.9995 * (1 << power):
            return f"{_three_digits(number / (1 << power))} {unit}"
    return f"{number:,.0f} B"


def share(part: float) -> str:
    """Return a share of one as percent: ``93 %``; never 0 % or 100 % of something else."""
    percent = part * 100
    if 0 < percent < 1:
        return f"{percent:.2g} %"
    if 99 < percent < 100:
        return f"{min(percent, 99.99):.2f} %"
    return f"{percent:.0f} %"


def seconds(value: float) -> str:
    """Return a time of seconds: ``0.42 s``, ``31.2 s``, ``10 min 2 s``."""
    if value < _MINUTE:
        return f"{value:.2f} s" if value < 1 else f"{value:.1f} s"
    minutes, rest = divmod(round(value), int(_MINUTE))
    return f"{minutes:,} min {rest} s" if rest else f"{minutes:,} min"


def counted(number: int, noun: str) -> str:
    """Return a number with its noun: ``1 worker``, ``2 workers``."""
    return f"{count(number)} {noun}" if number == 1 else f"{count(number)} {noun}s"


def number(value: float) -> str:
    """Return a number with three significant digits, a whole one as it is: ``0.0420``, ``1,990``."""
    if value == int(value):
        return f"{value:,.0f}"
    digits = 2 - math.floor(math.log10(abs(float(f"{value:.3g}"))))
    return f"{value:,.{max(0, digits)}f}"
