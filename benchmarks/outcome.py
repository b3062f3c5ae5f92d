"""What the benchmarks found: figures with their targets, as a table and as JSON."""

import argparse
import os
import platform
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from rich.console import Console
from rich.table import Table

from hubbub.load.preflight.calibration import this_machine

MISSED = 1
"""The exit code where a target was missed."""
INTERRUPTED = 130
"""The exit code after Ctrl-C, as shells have it."""


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """One figure; with neither ``least`` nor ``most`` it has no target."""

    name: str
    value: float
    unit: str
    least: float | None = None
    most: float | None = None
    digits: int = 0

    @property
    def met(self) -> bool:
        """Whether the target, if there is one, is met."""
        return (self.least is None or self.value >= self.least) and (
            self.most is None or self.value <= self.most
        )

    @property
    def target(self) -> str:
        """The target as people read it."""
        if self.least is not None:
            return f"≥ {self.least:,.{self.digits}f}"
        return "" if self.most is None else f"≤ {self.most:,.{self.digits}f}"

    @property
    def verdict(self) -> str:
        """Met or missed; nothing where there is no target."""
        return ("met" if self.met else "MISSED") if self.target else ""


def command_line(what: str | None, **settings: int | float) -> argparse.ArgumentParser:
    """Return the parser of a benchmark's command line: its own ``settings``, and what all have."""
    parser = argparse.ArgumentParser(description=what, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in settings.items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=type(default), default=default)
    parser.add_argument("--json", type=Path, help="file for the figures")
    parser.add_argument(
        "--no-limits", action="store_true", help="only measure: a missed target is no failure"
    )
    return parser


def say(text: str) -> None:
    """Show progress."""
    print(text, file=sys.stderr, flush=True)


def conclude(figures: Sequence[Figure], json: Path | None, limits: bool) -> int:
    """Print the table, write the JSON if asked to; return the exit code."""
    table = Table(title="hubbub's benchmarks", title_justify="left")
    for column in ("what", "measured", "unit", "target", ""):
        table.add_column(column, justify="right" if column in ("measured", "target") else "left")
    for each in figures:
        table.add_row(each.name, f"{each.value:,.{each.digits}f}", each.unit, each.target, each.verdict)
    Console(width=120 if not sys.stdout.isatty() else None).print(table)
    if json:
        json.write_bytes(msgspec.json.format(msgspec.json.encode(_document(figures)), indent=1) + b"\n")
    return MISSED if limits and not all(each.met for each in figures) else 0


def _document(figures: Sequence[Figure]) -> dict[str, object]:
    return {
        "format": "hubbub-benchmarks",
        "version": 1,
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": this_machine(),
        "system": platform.platform(),
        "load_average": os.getloadavg(),
        "figures": figures,
    }
