"""Checks and requirements as a report has them: texts made plain, evidence bounded, causes told apart."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from hubbub.results.conformance_result import GRAVEST_FIRST, Check, Verdict

from ..text.sanitize import COMMAND, block, cut, line

QUIET = frozenset({Verdict.PASS, Verdict.NOTE, Verdict.NOT_APPLICABLE})
"""The verdicts that need no explanation; every other check is part of a finding."""

EVIDENCE = 200_000
"""Bytes of evidence in one report, escaped for its page; the rest is in the saved transcripts."""

_BRIEF = 80
"""Characters of a message that stands for others of its cause, or for which there is no room."""


@dataclass(frozen=True, kw_only=True)
class CheckView:
    """One check's verdict and evidence."""

    id: str
    requirement: str
    level: str
    verdict: Verdict
    seconds: float
    cause: str
    """What its message has in common with those of other checks that failed for the same cause."""
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
    """The gravest first."""

    @property
    def verdict(self) -> Verdict | None:
        """The gravest verdict of its checks; None where no check covered it."""
        return min((check.verdict for check in self.checks), key=GRAVEST_FIRST.index, default=None)

    @property
    def by_verdict(self) -> tuple[tuple[Verdict, tuple[CheckView, ...]], ...]:
        """Its checks by their verdicts, the gravest first."""
        found = {verdict: tuple(c for c in self.checks if c.verdict is verdict) for verdict in GRAVEST_FIRST}
        return tuple((verdict, checks) for verdict, checks in found.items() if checks)

    @property
    def seconds(self) -> float:
        """How long its checks took."""
        return sum(check.seconds for check in self.checks)


def cause(message: str) -> str:
    """Return what all messages of one cause have in common: what was allowed and seen, without particulars.

    Texts in quotes, numbers, what stands in brackets and which client it was are particulars; so is what
    follows a semicolon, which tells what else came.
    """
    lines = message.strip().splitlines()[:2]
    return "\n".join(_without_particulars(each.partition(";")[0]) for each in lines)


def _without_particulars(text: str) -> str:
    for pattern, instead in _PARTICULARS:
        text = pattern.sub(instead, text)
    return text


_PARTICULARS = tuple(
    (re.compile(pattern), instead)
    for pattern, instead in (
        (r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"", "…"),
        (r"\([^()]*\)", "(…)"),
        (r"within \S+ s( of silence)?", "in time"),
        (r"\d[\d.,_]*", "…"),
        (r"^(allowed|seen): *\w+ (?=receive)", r"\1: … "),
    )
)


def check_views(checks: Sequence[Check]) -> list[CheckView]:
    """Make the checks plain, in their order.

    Of those of one cause the first has the evidence. When the room for evidence is used up, it is left to the
    transcripts.
    """
    left = EVIDENCE
    views = {}
    firsts = _firsts(checks)
    order = sorted(range(len(checks)), key=lambda index: _need(checks[index], index in firsts))
    for index in order:
        check = checks[index]
        view = _check(check, brief=left <= 0 or (check.verdict not in QUIET and index not in firsts))
        left -= sum(len(escape(text).encode()) for text in (view.message, view.lanes, *view.notes))
        views[index] = view
    return [views[index] for index in range(len(checks))]


def _firsts(checks: Sequence[Check]) -> set[int]:
    """Return where the first check of each cause stands."""
    found: dict[tuple[str, Verdict, str], int] = {}
    for index, check in enumerate(checks):
        if check.verdict not in QUIET:
            found.setdefault((check.requirement, check.verdict, cause(check.message)), index)
    return set(found.values())


def _need(check: Check, is_first: bool) -> tuple[bool, int]:
    return not is_first, GRAVEST_FIRST.index(check.verdict)


def _check(check: Check, brief: bool) -> CheckView:
    return CheckView(
        id=line(check.id, 120),
        requirement=line(check.requirement, 40),
        level=check.level,
        verdict=check.verdict,
        seconds=check.seconds,
        cause=cut(block(cause(check.message), 2000), 400),
        message=cut(block(check.message, 2000), _BRIEF if brief else 2000),
        notes=() if brief else tuple(line(note) for note in check.notes[:20]),
        lanes="" if brief else block(check.lanes),
        transcript=line(check.transcript),
        command=line(check.command, COMMAND),
        left_out=brief and bool(check.lanes or check.notes),
    )
