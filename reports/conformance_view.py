"""A conformance run in numbers: the matrix of requirements by group, with verdicts and evidence."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby

from chat_protocol.requirements import Requirement, requirements
from conformance.verdicts import Check, ConformanceResult, Run, Verdict
from reports.plain import COMMAND, block, cut, line

LEVEL_NAMES = {"M": "MUST", "S": "SHOULD", "Y": "MAY"}

GRAVEST_FIRST = (
    Verdict.FAIL,
    Verdict.SERVER_DOWN,
    Verdict.HARNESS_ERROR,
    Verdict.UNTESTABLE,
    Verdict.XPASS,
    Verdict.WARN,
    Verdict.XFAIL,
    Verdict.PASS,
    Verdict.NOTE,
    Verdict.NOT_APPLICABLE,
)
"""A requirement's verdict is the gravest of its checks'."""

HOLDS = frozenset({Verdict.PASS, Verdict.NOTE})
"""The verdicts of a requirement that the server meets."""

QUIET = frozenset({Verdict.PASS, Verdict.NOTE, Verdict.NOT_APPLICABLE})
"""The verdicts that need no explanation; every other check is listed among the findings."""

EVIDENCE = 200_000
"""Bytes of evidence in one report, escaped for its page; the rest is in the saved transcripts."""

UNKNOWN_GROUP = "unknown"


@dataclass(frozen=True, kw_only=True)
class CheckView:
    """One check's verdict and evidence."""

    id: str
    requirement: str
    level: str
    verdict: Verdict
    seconds: float
    message: str
    notes: tuple[str, ...]
    lanes: str
    transcript: str
    command: str
    left_out: bool
    """Whether evidence of it was left to the transcript, for want of room."""


@dataclass(frozen=True, kw_only=True)
class RequirementView:
    """One row of the matrix."""

    id: str
    level: str
    sentence: str
    source: str
    capability: str
    checks: tuple[CheckView, ...]

    @property
    def verdict(self) -> Verdict | None:
        """The gravest verdict of its checks; None where no check covered it."""
        return min((check.verdict for check in self.checks), key=GRAVEST_FIRST.index, default=None)


@dataclass(frozen=True, kw_only=True)
class GroupView:
    """One group of the matrix."""

    id: str
    title: str
    requirements: tuple[RequirementView, ...]


@dataclass(frozen=True, kw_only=True)
class Tally:
    """How the requirements of one level or group came out."""

    name: str
    total: int
    verdicts: tuple[tuple[Verdict | None, int], ...]
    """The gravest first, those that occur; None counts requirements that no check covered."""

    def of(self, *verdicts: Verdict | None) -> int:
        """Return how many requirements have one of ``verdicts``."""
        return sum(number for verdict, number in self.verdicts if verdict in verdicts)

    @property
    def holds(self) -> int:
        """Requirements that the server meets."""
        return self.of(*HOLDS)

    @property
    def judged(self) -> int:
        """Requirements that a check covered and that apply to the server."""
        return self.apply - self.of(None)

    @property
    def apply(self) -> int:
        """Requirements that apply to the server, whether a check covered them or not."""
        return self.total - self.of(Verdict.NOT_APPLICABLE)


@dataclass(frozen=True, kw_only=True)
class ConformanceView:
    """All that a report says of a conformance run."""

    run: Run
    """With every text made plain."""
    groups: tuple[GroupView, ...]
    levels: tuple[Tally, ...]
    by_group: tuple[Tally, ...]
    total: Tally
    findings: tuple[CheckView, ...]
    """The checks that need an explanation, the gravest first."""
    checks: int
    profile: tuple[tuple[str, str], ...]
    environment: tuple[tuple[str, str], ...]

    @property
    def rows(self) -> tuple[RequirementView, ...]:
        """The requirements of all groups."""
        return tuple(row for group in self.groups for row in group.requirements)


def conformance_view(result: ConformanceResult) -> ConformanceView:
    """Return what a report says of ``result``."""
    checks = _checks(result.checks)
    groups = _groups(checks)
    rows = [row for group in groups for row in group.requirements]
    return ConformanceView(
        run=_run(result.run),
        groups=groups,
        levels=tuple(
            tally(name, [row for row in rows if row.level == level]) for level, name in LEVEL_NAMES.items()
        ),
        by_group=tuple(tally(group.id, group.requirements) for group in groups),
        total=tally("all", rows),
        findings=tuple(check for check in _gravest_first(checks) if check.verdict not in QUIET),
        checks=len(checks),
        profile=tuple((line(name), _setting(value)) for name, value in result.profile.items()),
        environment=tuple((line(name), line(value)) for name, value in result.environment.items()),
    )


def tally(name: str, rows: Sequence[RequirementView]) -> Tally:
    """Count ``rows`` by verdict."""
    found = Counter(row.verdict for row in rows)
    order: tuple[Verdict | None, ...] = (*GRAVEST_FIRST, None)
    return Tally(
        name=name,
        total=len(rows),
        verdicts=tuple((verdict, found[verdict]) for verdict in order if found[verdict]),
    )


def _run(run: Run) -> Run:
    return Run(
        url=line(run.url),
        bundled=run.bundled,
        command=line(run.command, COMMAND),
        server_command=line(run.server_command, COMMAND),
        started=line(run.started),
        seconds=run.seconds,
        outcome=run.outcome,
        reason=line(run.reason),
        server=line(run.server, 80),
        echo=run.echo,
    )


def _gravest_first(checks: Iterable[CheckView]) -> list[CheckView]:
    return sorted(checks, key=lambda check: GRAVEST_FIRST.index(check.verdict))


def _checks(checks: Sequence[Check]) -> list[CheckView]:
    """Make the checks plain; when the room for evidence is used up, lanes are left to the transcripts."""
    left = EVIDENCE
    views = {}
    for index, check in sorted(enumerate(checks), key=lambda item: GRAVEST_FIRST.index(item[1].verdict)):
        view = _check(check, left)
        left -= sum(len(escape(text).encode()) for text in (view.message, view.lanes, *view.notes))
        views[index] = view
    return [views[index] for index in sorted(views)]


def _check(check: Check, left: int) -> CheckView:
    brief = left <= 0
    return CheckView(
        id=line(check.id, 120),
        requirement=line(check.requirement, 40),
        level=check.level,
        verdict=check.verdict,
        seconds=check.seconds,
        message=cut(block(check.message, 2000), 80 if brief else 2000),
        notes=() if brief else tuple(line(note) for note in check.notes[:20]),
        lanes="" if brief else block(check.lanes),
        transcript=line(check.transcript),
        command=line(check.command, COMMAND),
        left_out=brief and bool(check.lanes or check.notes),
    )


def _groups(checks: Sequence[CheckView]) -> tuple[GroupView, ...]:
    by_requirement = _by_requirement(checks)
    table = requirements()
    groups = [
        GroupView(
            id=group.id,
            title=group.title,
            requirements=tuple(
                _row(requirement, by_requirement.pop(requirement.id, ()))
                for requirement in table.requirement
                if requirement.group == group.id
            ),
        )
        for group in table.group
    ]
    unknown = tuple(_unknown(name, found) for name, found in by_requirement.items())
    if unknown:
        groups.append(GroupView(id=UNKNOWN_GROUP, title="not in this version's table", requirements=unknown))
    return tuple(groups)


def _by_requirement(checks: Sequence[CheckView]) -> dict[str, tuple[CheckView, ...]]:
    ordered = sorted(checks, key=lambda check: check.requirement)
    return {
        name: tuple(_gravest_first(found))
        for name, found in groupby(ordered, key=lambda check: check.requirement)
    }


def _row(requirement: Requirement, checks: Sequence[CheckView]) -> RequirementView:
    return RequirementView(
        id=requirement.id,
        level=requirement.level,
        sentence=requirement.sentence,
        source=requirement.source,
        capability=requirement.capability or "",
        checks=tuple(checks),
    )


def _unknown(name: str, checks: Sequence[CheckView]) -> RequirementView:
    return RequirementView(
        id=name, level=checks[0].level, sentence="", source="", capability="", checks=tuple(checks)
    )


def _setting(value: object) -> str:
    return line(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True))
