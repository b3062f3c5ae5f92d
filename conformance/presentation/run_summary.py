"""What a run comes to, requirement by requirement: the gravest verdict, how many checks, one cause."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hubbub.protocol.requirements import requirements
from hubbub.results.conformance_result import GRAVEST_FIRST, GREEN, Check, Verdict

from ..wire.waits.patience import SHORTENED
from .causes import cause

LEVELS = {"M": "MUST", "S": "SHOULD", "Y": "MAY"}

_BY_ORACLE = " (oracle in "
_COLUMN = 7
_LABEL = 13


@dataclass(frozen=True)
class RequirementSummary:
    """A requirement that is not as it should be."""

    requirement: str
    verdict: Verdict
    """The gravest of its records."""
    failed: int
    """Its own checks that are not as they should be."""
    judged: int
    """Its own checks."""
    passing: int
    """Checks of other requirements in which the oracle saw it broken."""
    example: Check
    cause: str

    @property
    def count(self) -> str:
        """In how many checks it was seen, in words."""
        own = f"{self.failed} of {checks(self.judged)}" if self.judged else ""
        seen = f"{self.passing} other" if own else f"{self.passing}"
        passing = f"seen in {checks(seen, self.passing)}" if self.passing else ""
        return ", ".join(filter(None, [own if self.failed or not passing else "", passing]))


def checks(number: int | str, count: int | None = None) -> str:
    """Return a number of checks, in words."""
    words = f"{number:,}" if isinstance(number, int) else number
    return f"{words} check" + ("" if (number if count is None else count) == 1 else "s")


def is_of_oracle(check: Check) -> bool:
    """Whether a record is of what the oracle saw in a check of another requirement."""
    return _BY_ORACLE in check.id


def summarize(records: Iterable[Check]) -> list[RequirementSummary]:
    """Return the requirements that are not as they should be: what fails a run before what only warns."""
    by_requirement: dict[str, list[Check]] = {}
    for check in records:
        by_requirement.setdefault(check.requirement, []).append(check)
    listed = [_summary_of(name, of_it) for name, of_it in by_requirement.items() if any(map(_is_odd, of_it))]
    order = [requirement.id for requirement in requirements().requirement]
    return sorted(listed, key=lambda each: (each.verdict == Verdict.WARN, order.index(each.requirement)))


def _is_odd(check: Check) -> bool:
    return check.verdict not in GREEN or check.verdict == Verdict.WARN


def _summary_of(name: str, of_it: Sequence[Check]) -> RequirementSummary:
    odd = [check for check in of_it if _is_odd(check)]
    gravest = worst(odd)
    grave = [check for check in odd if check.verdict == gravest]
    # Its own checks show more of it than what the oracle saw in others.
    examples = [check for check in grave if not is_of_oracle(check)] or grave
    commonest = Counter(cause(check.message) for check in examples).most_common(1)[0][0]
    own = [check for check in of_it if not is_of_oracle(check)]
    return RequirementSummary(
        requirement=name,
        verdict=gravest,
        failed=sum(map(_is_odd, own)),
        judged=len(own),
        passing=len(odd) - sum(map(_is_odd, own)),
        example=next(each for each in examples if cause(each.message) == commonest),
        cause=commonest,
    )


def worst(records: Iterable[Check]) -> Verdict:
    """Return the gravest verdict of some records."""
    return min((check.verdict for check in records), key=GRAVEST_FIRST.index)


def verdicts_by_requirement(records: Iterable[Check]) -> dict[str, Verdict]:
    """Return the gravest verdict of each requirement that was judged, what the oracle saw included."""
    by_requirement: dict[str, list[Check]] = {}
    for check in records:
        by_requirement.setdefault(check.requirement, []).append(check)
    return {name: worst(of_it) for name, of_it in by_requirement.items()}


def table(records: Iterable[Check]) -> list[str]:
    """Return how many requirements have which verdict, by group and by level, as lines of text."""
    verdicts = verdicts_by_requirement(records)
    counts: dict[str, Counter[Verdict]] = {}
    for name, verdict in verdicts.items():
        for row in (requirements()[name].group, LEVELS[requirements()[name].level]):
            counts.setdefault(row, Counter())[verdict] += 1
    shown = [verdict for verdict in Verdict if verdict in verdicts.values()]
    widths = [max(_COLUMN, len(verdict) + 2) for verdict in shown]
    rows = [f"{'requirements':<{_LABEL}}" + "".join(f"{v:>{w}}" for v, w in zip(shown, widths, strict=True))]
    for label in (*(group.id for group in requirements().group), *LEVELS.values()):
        if label in counts:
            cells = (f"{counts[label][v] or '·':>{w}}" for v, w in zip(shown, widths, strict=True))
            rows.append(f"{label:<{_LABEL}}" + "".join(cells))
    return rows


def totals(records: Sequence[Check], of: int = 0) -> str:
    """Return in a line how many requirements hold, in how many checks, ``of`` so many that were selected."""
    verdicts = verdicts_by_requirement(records)
    levels = Counter(
        requirements()[name].level for name, verdict in verdicts.items() if verdict == Verdict.FAIL
    )
    warned = [name for name, verdict in verdicts.items() if verdict == Verdict.WARN]
    counts = Counter(verdicts.values())
    parts = [f"{counts[Verdict.PASS] + counts[Verdict.NOTE]} hold"]
    parts += [f"{sum(levels.values())} broken"] if levels else []
    parts += [f"{len(warned)} with a warning"] if warned else []
    others = {Verdict.NOT_APPLICABLE: "not applicable", Verdict.XFAIL: "known to be broken"}
    listed = (Verdict.PASS, Verdict.NOTE, Verdict.FAIL, Verdict.WARN)
    parts += [f"{counts[v]} {others.get(v, v)}" for v in Verdict if counts[v] and v not in listed]
    run = sum(not is_of_oracle(check) for check in records)
    judged = f"{run:,} of {checks(of)}" if run < of else checks(run)
    plural = "" if len(verdicts) == 1 else "s"
    return f"{len(verdicts)} requirement{plural} in {judged}: {', '.join(parts)}"


def shortened(records: Iterable[Check]) -> list[str]:
    """Return in a line, if there were any, how many checks failed on a wait that had been cut short."""
    count = sum(any(note.startswith(SHORTENED) for note in check.notes) for check in records)
    words = "checks waited" if count > 1 else "check waited"
    why = "in vain already; run alone it waits in full"
    return [f"{count:,} {words} less than usual, since much had been waited for {why}"] if count else []
