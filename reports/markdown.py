"""A summary in GitHub's Markdown, short enough for the summary of a continuous-integration job.

Every text from a result file stands in a code span, where neither markup nor a mention has a meaning.
"""

import re
from collections.abc import Iterable, Sequence

from conformance.verdicts import Verdict
from reports.conformance_view import CheckView, ConformanceView, Tally, conformance_view
from reports.folder import Results
from reports.load_view import LoadView, load_view
from reports.percentiles import BEYOND, shown_levels
from reports.plain import cut
from reports.quantities import count, duration
from reports.verdict_strip import VerdictStrip, verdict_strip
from reports.words import SYMBOLS, TONE_SYMBOLS, verdict_name

FINDINGS = 50
"""At most so many findings are listed."""


def summary(results: Results) -> str:
    """Return the summary of one result folder. Raises ResultFileError where a histogram in it is damaged."""
    load = load_view(results.load) if results.load else None
    conformance = conformance_view(results.conformance) if results.conformance else None
    parts = [_verdict(verdict_strip(load, conformance), load, conformance)]
    if load:
        parts += [_ledger(load), _percentiles(load)]
    if conformance:
        parts += [_levels(conformance), _findings(conformance)]
    return "\n\n".join(filter(None, parts)) + "\n"


def code(text: str) -> str:
    """Return ``text`` as a code span that fits into a table's cell."""
    flat = re.sub(r"\s+", " ", text).strip()
    if not flat:
        return ""
    fence = "`" * (max(map(len, re.findall("`+", flat)), default=0) + 1)
    space = " " if flat.startswith("`") or flat.endswith("`") else ""
    return f"{fence}{space}{flat}{space}{fence}".replace("|", r"\|")


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table: its first column to the left, the others to the right."""
    rule = [":--", *["--:"] * (len(head) - 1)]
    return "\n".join("| " + " | ".join(row) + " |" for row in (head, rule, *rows))


def _verdict(strip: VerdictStrip, load: LoadView | None, conformance: ConformanceView | None) -> str:
    target = load.host if load else conformance.run.url if conformance else ""
    answers = [
        f"- {answer.question}: **{TONE_SYMBOLS[answer.tone]} {answer.word}** ({answer.detail})"
        for answer in strip.answers
    ]
    causes = [f"> {code(cause)}" for cause in strip.causes]
    again = [f"The server ended with the run; start it first: {code(command)}" for command in strip.before]
    again += [f"Run it again: {code(command)}" for command in strip.commands]
    blocks = [f"## hubbub: {code(target)}", "\n".join(answers), "\n>\n".join(causes), "\n\n".join(again)]
    return "\n\n".join(filter(None, blocks))


def _ledger(load: LoadView) -> str:
    return "### Delivery ledger\n\n" + table(
        [line.name for line in load.ledger],
        [[f"**{count(line.value)}**" if line.broken else count(line.value) for line in load.ledger]],
    )


def _percentiles(load: LoadView) -> str:
    levels = shown_levels(load.latencies)
    percentiles = [[distribution.percentile(level) for level in levels] for distribution in load.latencies]
    rows = [
        [
            distribution.name,
            *(_cell(p.value, p.wants) for p in row),
            "" if distribution.empty or distribution.withheld else duration(distribution.max),
        ]
        for distribution, row in zip(load.latencies, percentiles, strict=True)
    ]
    names = [p.name for p in percentiles[0]]
    note = (
        load.intended.withheld or f"A percentile is printed only with at least {BEYOND} messages beyond it."
    )
    return "### Latency\n\n" + table(["", *names, "largest"], rows) + f"\n\n{note}"


def _cell(value: int | None, wants: int) -> str:
    return f"wants {count(wants)}" if value is None else duration(value)


def _levels(view: ConformanceView) -> str:
    verdicts = [verdict for verdict, _ in view.total.verdicts]
    head = ["level", "requirements", *(f"{SYMBOLS[verdict]} {verdict_name(verdict)}" for verdict in verdicts)]
    return "### Conformance\n\n" + table(
        head, [_tally(tally, verdicts) for tally in (*view.levels, view.total)]
    )


def _tally(tally: Tally, verdicts: Sequence[Verdict | None]) -> list[str]:
    return [tally.name, str(tally.total), *(str(tally.of(verdict) or "·") for verdict in verdicts)]


def _findings(view: ConformanceView) -> str:
    if not view.findings:
        return ""
    lines = [_finding(check) for check in view.findings[:FINDINGS]]
    more = len(view.findings) - FINDINGS
    return "\n".join(["#### Findings\n", *lines, *([f"- … and {count(more)} more"] if more > 0 else [])])


def _finding(check: CheckView) -> str:
    verdict = f"{SYMBOLS[check.verdict]} **{verdict_name(check.verdict)}**"
    return f"- {verdict} {code(check.id)} {code(cut(check.message, 300))}"
