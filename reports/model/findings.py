"""What is not as required, a requirement a finding: in how many checks, for which causes, with examples."""

from collections.abc import Iterable
from dataclasses import dataclass

from hubbub.results.conformance_result import GRAVEST_FIRST, Verdict

from .requirement_views import QUIET, CheckView, RequirementView

LEVELS = "MSY"
"""Findings come in this order, and within a level in that of the table."""

ROOM = 180
"""Lines of a page that findings may take: one for each, and what unfolded examples take."""

LANES = 10
"""Lines of an example's lanes that show at once; they scroll."""


@dataclass(frozen=True, kw_only=True)
class Cause:
    """Checks of one requirement that came to one verdict for one cause."""

    checks: tuple[CheckView, ...]

    @property
    def verdict(self) -> Verdict:
        """What all of them came to."""
        return self.checks[0].verdict

    @property
    def example(self) -> CheckView:
        """The one with the evidence."""
        return self.checks[0]

    @property
    def others(self) -> tuple[CheckView, ...]:
        """All but the example."""
        return self.checks[1:]


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One requirement that does not plainly hold."""

    requirement: RequirementView
    causes: tuple[Cause, ...]
    """The gravest first, and of those the most frequent."""
    unfolded: bool
    """Whether a page shows its first example at once."""

    @property
    def verdict(self) -> Verdict:
        """The gravest."""
        return self.causes[0].verdict

    @property
    def example(self) -> CheckView:
        """The first cause's."""
        return self.causes[0].example

    @property
    def checks(self) -> int:
        """How many checks are part of it."""
        return sum(len(cause.checks) for cause in self.causes)


def findings(rows: Iterable[RequirementView]) -> tuple[Finding, ...]:
    """Return the findings of a matrix, by level and, within a level, in the order of the rows."""
    remarkable = [(row, causes) for row in rows if (causes := _causes(row))]
    remarkable.sort(key=lambda each: LEVELS.find(each[0].level))
    room = ROOM - len(remarkable)
    found = []
    for number, (row, causes) in enumerate(remarkable):
        room -= _lines(causes)
        found.append(Finding(requirement=row, causes=causes, unfolded=number == 0 or room >= 0))
    return tuple(found)


def _causes(row: RequirementView) -> tuple[Cause, ...]:
    together: dict[tuple[Verdict, str], list[CheckView]] = {}
    for check in row.checks:
        if check.verdict not in QUIET:
            together.setdefault((check.verdict, check.cause), []).append(check)
    causes = [Cause(checks=tuple(_with_evidence_first(checks))) for checks in together.values()]
    return tuple(sorted(causes, key=lambda each: (GRAVEST_FIRST.index(each.verdict), -len(each.checks))))


def _with_evidence_first(checks: list[CheckView]) -> list[CheckView]:
    return sorted(checks, key=lambda check: not check.lanes)


def _lines(causes: tuple[Cause, ...]) -> int:
    """Return how many lines of a page a finding takes when it is unfolded, roughly."""
    example = causes[0].example
    lanes = min(LANES, example.lanes.count("\n") + 1) if example.lanes else 0
    return 4 + len(causes) + 2 * example.message.count("\n") + lanes
