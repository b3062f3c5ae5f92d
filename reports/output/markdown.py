"""A summary in GitHub's Markdown, short enough for the summary of a continuous-integration job.

Every text from a result file stands in a code span, where neither markup nor a mention has a meaning.
"""

import re
from collections.abc import Iterable, Sequence

from hubbub.results.conformance_result import Verdict
from hubbub.results.percentiles import FEW, wanted
from hubbub.text.quantities import count, counted, duration

from ..model.conformance_view import ConformanceView, Tally, conformance_view
from ..model.findings import Finding
from ..model.key_figures import key_figures
from ..model.load_view import LoadView, load_view
from ..model.percentiles import shown_levels
from ..model.result_folder import Results
from ..model.verdict_strip import VerdictStrip, verdict_strip
from ..text.sanitize import cut
from ..text.verdict_words import SYMBOLS, TONE_SYMBOLS, verdict_name

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


def to_copy(command: str) -> str:
    """Return a command as a block of its own, in which every character stands as it is."""
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", command)), default=0))
    return f"{fence}sh\n{command}\n{fence}"


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
    figures = [
        f"{each.name} **{each.value}**" + (f" ({each.beside})" if each.beside else "")
        for each in (key_figures(load) if load else ())
    ]
    again = [f"The server ended with the run; start it first:\n\n{to_copy(each)}" for each in strip.before]
    again += [f"Run it again:\n\n{to_copy(command)}" for command in strip.commands]
    blocks = [
        f"## hubbub: {code(target)}",
        "\n".join(answers),
        ", ".join(figures),
        "\n>\n".join(f"> {code(cause)}" for cause in strip.causes),
        "\n\n".join(again),
    ]
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
            *(p.told for p in row),
            "" if distribution.empty or distribution.withheld else duration(distribution.max),
        ]
        for distribution, row in zip(load.latencies, percentiles, strict=True)
    ]
    names = [p.name for p in percentiles[0]]
    few = any(p.is_few for row in percentiles for p in row)
    note = load.intended.withheld or (
        f"{FEW}: p99 wants {count(wanted(0.99))} messages; this run published {count(load.intended.units)}."
        if few
        else ""
    )
    return "### Latency\n\n" + table(["", *names, "largest"], rows) + (f"\n\n{note}" if note else "")


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
    lines = [_finding(finding) for finding in view.findings[:FINDINGS]]
    more = len(view.findings) - FINDINGS
    return "\n".join(["#### Findings\n", *lines, *([f"- … and {count(more)} more"] if more > 0 else [])])


def _finding(finding: Finding) -> str:
    verdict = f"{SYMBOLS[finding.verdict]} **{verdict_name(finding.verdict)}**"
    of = f"{count(finding.checks)} of {counted(len(finding.requirement.checks), 'check')}"
    return f"- {verdict} {code(finding.requirement.id)} ({of}) {code(cut(finding.example.message, 300))}"
