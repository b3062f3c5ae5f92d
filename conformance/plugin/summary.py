"""The summary in the terminal: a table by group and level, what failed and how to run it alone."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from _pytest.terminal import TerminalReporter

from chat_protocol.requirements import requirements
from conformance.plugin.judging import is_red
from conformance.verdicts import GREEN, Check, ConformanceResult, Verdict
from conformance.wire.patience import SHORTENED

_LEVELS = {"M": "MUST", "S": "SHOULD", "Y": "MAY"}
_COLUMN = 8
_LONGEST = 300


def write_summary(terminal: TerminalReporter, result: ConformanceResult, folder: Path, strict: bool) -> None:
    """Print the table, the findings and where the results lie."""
    terminal.section("conformance", "=")
    for line in table(result.checks):
        terminal.write_line(line)
    for alike in findings(result.checks):
        colour = "red" if is_red(alike[0], strict) else "yellow"
        terminal.write_line(f"\n{_headline(alike)}", **{colour: True})
        terminal.write_line(f"    {alike[0].command}")
        if alike[0].verdict == Verdict.WARN and alike[0].transcript:
            terminal.write_line(f"    transcript: {folder / alike[0].transcript}")
    for line in shortened(result.checks):
        terminal.write_line(f"\n{line}", yellow=True)
    if result.run.server_command:
        terminal.write_line("\nThe server ends with this run. Before you run any of it again, start it:")
        terminal.write_line(f"    {result.run.server_command}")
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


def shortened(checks: Iterable[Check]) -> list[str]:
    """Return in a line, if there were any, how many checks failed on a wait that had been cut short."""
    count = sum(any(note.startswith(SHORTENED) for note in check.notes) for check in checks)
    words = "checks waited" if count > 1 else "check waited"
    why = "in vain already; run alone it waits in full"
    return [f"{count} {words} less than usual, since much had been waited for {why}"] if count else []


def findings(checks: Iterable[Check]) -> list[list[Check]]:
    """Return what is not as it should be: warnings first, the checks of one requirement together."""
    found: dict[tuple[Verdict, str], list[Check]] = {}
    for check in checks:
        if check.verdict not in GREEN or check.verdict == Verdict.WARN:
            found.setdefault((check.verdict, check.requirement), []).append(check)
    return sorted(found.values(), key=lambda alike: alike[0].verdict != Verdict.WARN)


def _headline(alike: list[Check]) -> str:
    first = alike[0]
    more = f" and {len(alike) - 1} more" if len(alike) > 1 else ""
    return f"{first.verdict} {first.id}{more}: {_first(first)}"


def _first(check: Check) -> str:
    words = "; ".join(check.message.partition("\n\n")[0].splitlines())
    return words if len(words) <= _LONGEST else f"{words[: _LONGEST - 1]}…"


def _colour(result: ConformanceResult) -> str:
    return "green" if result.run.outcome == "passed" else "red"
