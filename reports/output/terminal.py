"""The report in the terminal: verdict strip, ledger, percentiles, conformance by group and level, failures.

Texts go in as ``Text``, never as markup, and were made plain when they were read: none moves the cursor.
"""

from collections.abc import Iterable, Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from hubbub.results.conformance_result import Verdict
from hubbub.results.percentiles import FEW, level_name, wanted
from hubbub.text.quantities import count, counted, duration, seconds

from ..model.conformance_view import ConformanceView, Tally, conformance_view
from ..model.findings import Finding
from ..model.key_figures import latency_figures, rate_figures
from ..model.load_view import LoadView, load_view
from ..model.percentiles import RecordedDistribution, shown_levels
from ..model.phase_rows import HEAD
from ..model.result_folder import Results
from ..model.verdict_strip import VerdictStrip, verdict_strip
from ..text.verdict_words import SYMBOLS, TONE_SYMBOLS, tone, verdict_name

ANOMALIES, FINDINGS = 5, 20
"""At most so many are printed; the page has the rest."""

WITHHELD = "—"

STYLES = {"good": "green", "bad": "bold red", "warn": "yellow", "quiet": "dim"}


def show(results: Results, console: Console) -> None:
    """Print one result folder. Raises ResultFileError where a histogram in it is damaged."""
    load = load_view(results.load) if results.load else None
    conformance = conformance_view(results.conformance) if results.conformance else None
    parts = [*_verdict(verdict_strip(load, conformance), load, conformance)]
    if load:
        parts += _load(load)
    if conformance:
        parts += _conformance(conformance)
    for part in parts:
        console.print(part, soft_wrap=isinstance(part, Text))


def heading(text: str) -> Text:
    """Return a line that opens a section."""
    return Text(f"\n{text}", style="bold")


def grid(head: Sequence[str], rows: Iterable[Sequence[str | Text]], left: int = 1) -> RenderableType:
    """Return a table whose first ``left`` columns stand to the left, the others to the right."""
    made = Table(box=SIMPLE_HEAD, pad_edge=False, header_style="dim")
    for number, name in enumerate(head):
        made.add_column(Text(name), justify="left" if number < left else "right")
    for row in rows:
        made.add_row(*(Text(cell) if isinstance(cell, str) else cell for cell in row))
    return Padding(made, (0, 0, 0, 2))


def verdict_text(verdict: Verdict | None, with_name: bool = True) -> Text:
    """Return a verdict's mark and, if asked, its name."""
    text = f"{SYMBOLS[verdict]} {verdict_name(verdict)}" if with_name else SYMBOLS[verdict]
    return Text(text, style=STYLES[tone(verdict)])


def _verdict(
    strip: VerdictStrip, load: LoadView | None, conformance: ConformanceView | None
) -> list[RenderableType]:
    target = load.host if load else conformance.run.url if conformance else ""
    title = f"{load.scenario} on {target}" if load else f"Conformance of {target}"
    answers = Table.grid(padding=(0, 3, 0, 0))
    for answer in strip.answers:
        word = Text(f"{TONE_SYMBOLS[answer.tone]} {answer.word}", style=STYLES[answer.tone])
        answers.add_row(Text(answer.question), word, Text(answer.detail, style="dim"))
    causes = [Text(f"  {cause}") for cause in strip.causes]
    remarks = [Text(f"  {remark}", style="yellow") for remark in (load.remarks if load else ())]
    figures = [*(Text(f"  {line}", style="bold") for line in _figures(load)), Text("")] if load else []
    return [
        Text(title, style="bold"),
        Padding(answers, (1, 0, 1, 2)),
        *figures,
        *causes,
        *remarks,
        heading("Run it again"),
        *_again(strip),
    ]


def _again(strip: VerdictStrip) -> list[Text]:
    commands = [Text(f"  {command}", style="dim") for command in strip.commands]
    if not strip.before:
        return commands
    first = Text("  The server ended with the run; start it first, in another terminal:")
    return [
        first,
        *(Text(f"  {command}", style="dim") for command in strip.before),
        Text("  Then:"),
        *commands,
    ]


def _figures(load: LoadView) -> list[str]:
    """Return the key figures in two lines: latencies, and rates."""
    latencies, rates = latency_figures(load), rate_figures(load)
    told = [f"{each.name} {each.value}" + (f" ({each.beside})" if each.beside else "") for each in latencies]
    return [", ".join(told), *([", ".join(f"{each.value} {each.name}" for each in rates)] if rates else [])]


def _load(load: LoadView) -> list[RenderableType]:
    facts = f"{counted(load.users, 'user')}, {counted(len(load.rooms), 'room')}, {seconds(load.seconds)}"
    return [
        heading(f"Delivery ledger ({facts})"),
        _ledger(load),
        *_anomalies(load),
        heading("Latency"),
        _percentiles(load.latencies),
        _percentiles((load.connect, *_shown(load))),
        _why_few(load),
        *_phases(load),
        *_errors(load),
    ]


def _shown(load: LoadView) -> tuple[RecordedDistribution, ...]:
    """Return how fresh the userlists were, where that was seen."""
    return () if load.userlist.empty else (load.userlist,)


def _ledger(load: LoadView) -> RenderableType:
    made = Table.grid(padding=(0, 3, 0, 0))
    made.add_column()
    made.add_column(justify="right")
    made.add_column(style="dim")
    for entry in load.ledger:
        style = STYLES["bad"] if entry.broken else ""
        made.add_row(
            Text(entry.name, style=style), Text(count(entry.value), style=style), Text(entry.meaning)
        )
    return Padding(made, (1, 0, 0, 2))


def _anomalies(load: LoadView) -> list[RenderableType]:
    if not load.anomalies:
        return []
    head = ["kind", "room", "detail", "member", "publisher", "sequence"]
    rows = [[a.kind, a.room, a.detail, a.member, a.publisher, a.sequence] for a in load.anomalies[:ANOMALIES]]
    return [heading("First anomalies"), grid(head, rows, left=3)]


def _percentiles(distributions: Sequence[RecordedDistribution]) -> RenderableType:
    levels = shown_levels(distributions)
    rows = [["values", *(count(distribution.count) for distribution in distributions)]]
    rows += [
        [level_name(level), *(d.percentile(level).told or WITHHELD for d in distributions)]
        for level in levels
    ]
    rows.append(["largest", *(WITHHELD if d.empty or d.withheld else duration(d.max) for d in distributions)])
    return grid(["", *(distribution.name for distribution in distributions)], rows)


def _why_few(load: LoadView) -> Text:
    """Say what ``few`` means; it may stand beside the connect times where it stands nowhere else."""
    rule = (
        f"{FEW}: p50 wants {count(wanted(0.5))} messages, or connections, and p99 {count(wanted(0.99))}; "
        f"this run published {count(load.intended.units)}."
    )
    return Text(f"  {load.intended.withheld or rule}", style="dim")


def _phases(load: LoadView) -> list[RenderableType]:
    if not load.phases:
        return []
    narrow = {"messages/s": "sent/s", "deliveries/s": "deliv./s"}
    columns = [place for place, name in enumerate(HEAD) if name != "p95"]
    rows = [[phase.row[place] for place in columns] for phase in load.phases]
    judged = [Text(f"  {phase.name}: {objective}") for phase in load.phases for objective in phase.objectives]
    return [
        heading("Phases"),
        grid([narrow.get(HEAD[place], HEAD[place]) for place in columns], rows),
        *judged,
    ]


def _errors(load: LoadView) -> list[RenderableType]:
    if not load.errors:
        return []
    rows = [[error.kind, error.example, count(error.count)] for error in load.errors]
    return [heading("Errors"), grid(["kind", "example", "count"], rows, left=2)]


def _conformance(view: ConformanceView) -> list[RenderableType]:
    facts = f"{counted(view.checks, 'check')} in {seconds(view.run.seconds)}"
    return [
        heading(f"Conformance ({facts})"),
        _tallies(view),
        *_findings(view.findings),
    ]


def _tallies(view: ConformanceView) -> RenderableType:
    verdicts = [verdict for verdict, _ in view.total.verdicts]
    made = Table(box=SIMPLE_HEAD, pad_edge=False, header_style="dim")
    made.add_column("level, group")
    for name in ("requirements", *map(verdict_name, verdicts)):
        made.add_column(name, justify="right")
    for number, tally in enumerate((*view.levels, *view.by_group)):
        made.add_row(*_tally(tally, verdicts), end_section=number == len(view.levels) - 1)
    return Padding(made, (0, 0, 0, 2))


def _tally(tally: Tally, verdicts: Sequence[Verdict | None]) -> list[Text]:
    counts = [
        Text(str(found) if found else "·", style=STYLES[tone(verdict)] if found else "dim")
        for verdict in verdicts
        for found in [tally.of(verdict)]
    ]
    return [Text(tally.name), Text(str(tally.total)), *counts]


def _findings(findings: Sequence[Finding]) -> list[RenderableType]:
    if not findings:
        return []
    parts: list[RenderableType] = [heading("Findings")]
    for finding in findings[:FINDINGS]:
        requirement, example = finding.requirement, finding.example
        of = f"  {count(finding.checks)} of {counted(len(requirement.checks), 'check')}"
        name = (requirement.id, "bold")
        parts.append(Text.assemble("  ", verdict_text(finding.verdict), "  ", name, (of, "dim")))
        parts += [Text(f"      {text}") for text in example.message.splitlines()[:2]]
        parts += [Text(f"      {example.command}", style="dim")] if example.command else []
    more = len(findings) - FINDINGS
    return [*parts, *([Text(f"  … and {count(more)} more in the page")] if more > 0 else [])]
