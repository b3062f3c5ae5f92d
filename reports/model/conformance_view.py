"""A conformance run in numbers: the matrix of requirements by group, with verdicts and evidence."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from hubbub.protocol.requirements import Requirement, requirements
from hubbub.results.conformance_result import GRAVEST_FIRST, ConformanceResult, Run, Verdict
from hubbub.text.redaction import shown_text

from ..text.sanitize import COMMAND, line
from .findings import Finding, findings
from .requirement_views import CheckView, RequirementView, check_views

LEVEL_NAMES = {"M": "MUST", "S": "SHOULD", "Y": "MAY"}

HOLDS = frozenset({Verdict.PASS, Verdict.NOTE})
"""The verdicts of a requirement that the server meets."""

UNKNOWN_GROUP = "unknown"


@dataclass(frozen=True, kw_only=True)
class GroupView:
    """One group of the matrix."""

    id: str
    title: str
    requirements: tuple[RequirementView, ...]

    @property
    def tally(self) -> "Tally":
        """How its requirements came out."""
        return tally(self.id, self.requirements)


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
    findings: tuple[Finding, ...]
    """The requirements that do not plainly hold, by level and group."""
    checks: int
    """How many checks were run; what the oracle saw in passing is no check of its own."""
    profile: tuple[tuple[str, str], ...]
    environment: tuple[tuple[str, str], ...]

    @property
    def rows(self) -> tuple[RequirementView, ...]:
        """The requirements of all groups."""
        return tuple(row for group in self.groups for row in group.requirements)


def conformance_view(result: ConformanceResult) -> ConformanceView:
    """Return what a report says of ``result``."""
    checks = check_views(result.checks)
    groups = _groups(checks)
    rows = [row for group in groups for row in group.requirements]
    return ConformanceView(
        run=_run(result.run),
        groups=groups,
        levels=tuple(
            tally(name, [row for row in rows if row.level == level]) for level, name in LEVEL_NAMES.items()
        ),
        by_group=tuple(group.tally for group in groups),
        total=tally("all", rows),
        findings=findings(rows),
        checks=sum(not check.in_passing for check in result.checks),
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
        url=line(shown_text(run.url)),
        bundled=run.bundled,
        command=line(shown_text(run.command), COMMAND),
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
