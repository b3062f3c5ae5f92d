"""The summary in the terminal: a table by group and level, what failed and how to run it alone."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from _pytest.terminal import TerminalReporter

from chat_protocol.requirements import requirements
from conformance.plugin.judging import is_red
from conformance.verdicts import Check, ConformanceResult, Verdict

_LEVELS = {"M": "MUST", "S": "SHOULD", "Y": "MAY"}
_COLUMN = 8
_LONGEST = 300


def write_summary(terminal: TerminalReporter, result: ConformanceResult, folder: Path, strict: bool) -> None:
    """Print the table, the findings and where the results lie."""
    terminal.section("conformance", "=")
    for line in table(result.checks):
        terminal.write_line(line)
    for check in result.checks:
        if check.verdict == Verdict.WARN:
            terminal.write_line(f"\nWARN {check.id}: {_first(check)}", yellow=True)
            terminal.write_line(f"    {check.command}")
    red = [check for check in result.checks if is_red(check, strict) and check.verdict != Verdict.WARN]
    for check in red:
        terminal.write_line(f"\n{check.verdict} {check.id}: {_first(check)}", red=True)
        terminal.write_line(f"    {check.command}")
    echo = "" if result.run.echo is None else f", echo {result.run.echo * 1000:.2f} ms"
    terminal.write_line("")
    words = f"{result.run.outcome}" + (f": {result.run.reason}" if result.run.reason else "")
    terminal.write_line(f"{result.run.url}{echo}: {words}", **{_colour(result): True})
    terminal.write_line(f"results in {folder}/")


def table(checks: Iterable[Check]) -> list[str]:
    """Return the counts of verdicts by group and level, as lines of text."""
    counts: dict[tuple[str, str], Counter[Verdict]] = {}
    for check in checks:
        key = (requirements()[check.requirement].group, check.level)
        counts.setdefault(key, Counter())[check.verdict] += 1
    shown = [verdict for verdict in Verdict if any(verdict in count for count in counts.values())]
    widths = [max(_COLUMN, len(verdict) + 2) for verdict in shown]
    head = f"{'group':<7}{'level':<8}" + "".join(f"{v:>{w}}" for v, w in zip(shown, widths, strict=True))
    rows = [head]
    for group in requirements().group:
        for level, word in _LEVELS.items():
            count = counts.get((group.id, level))
            if count:
                cells = (f"{count[v] or '·':>{w}}" for v, w in zip(shown, widths, strict=True))
                rows.append(f"{group.id:<7}{word:<8}" + "".join(cells))
    return rows


def _first(check: Check) -> str:
    words = "; ".join(check.message.splitlines())
    return words if len(words) <= _LONGEST else f"{words[: _LONGEST - 1]}…"


def _colour(result: ConformanceResult) -> str:
    return "green" if result.run.outcome == "passed" else "red"
