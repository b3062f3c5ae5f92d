"""The summary in Markdown, added to the page that ``$GITHUB_STEP_SUMMARY`` names, as GitHub shows it."""

import os
from pathlib import Path

from hubbub.results.conformance_result import ConformanceResult

from .run_summary import RequirementSummary, shortened, summarize, table

VARIABLE = "GITHUB_STEP_SUMMARY"


def add_step_summary(result: ConformanceResult) -> str:
    """Add the summary where GitHub asks for one; return why that failed, in one line, or nothing."""
    asked = os.environ.get(VARIABLE)
    if not asked:
        return ""
    try:
        with Path(asked).open("a", encoding="utf-8") as page:
            page.write(markdown(result))
    except OSError as error:
        return f"{asked} cannot be written: {error.strerror}; ${VARIABLE} names it"
    return ""


def markdown(result: ConformanceResult) -> str:
    """Return the outcome, the counts by group and level, and each broken requirement with one example."""
    run = result.run
    reason = f": {run.reason}" if run.reason else ""
    head = f"## Conformance of {_code(run.url)}\n\n**{run.outcome}**{_escaped(reason)}\n\n"
    counts = "\n".join(["```text", *table(result.checks), "```", ""]) if result.checks else ""
    first = f"Start the server first: {_code(run.server_command)}\n\n" if run.server_command else ""
    short = "".join(f"{line}\n\n" for line in shortened(result.checks))
    return head + counts + "\n" + short + first + "".join(map(_finding, summarize(result.checks)))


def _finding(one: RequirementSummary) -> str:
    lines = "<br>".join(_escaped(line) for line in one.example.message.splitlines())
    head = f"**{one.verdict} {_escaped(one.requirement)}** {one.count}; {_escaped(one.example.id)}:"
    return f"- {head}<br>{lines}<br>{_code(one.example.command)}\n"


def _code(text: str) -> str:
    fence = "``" if "`" in text else "`"
    return f"{fence}{_one_line(text)}{fence}"


def _escaped(text: str) -> str:
    return "".join(f"\\{c}" if c in "\\`*_[]<>#|~&" else c for c in _one_line(text))


def _one_line(text: str) -> str:
    return " ".join(text.split())
