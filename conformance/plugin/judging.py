"""From what a check ended with, and what the oracle saw, to verdicts."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from hubbub.protocol.requirements import Level, requirements
from hubbub.results.conformance_result import Check, Verdict, fails_run
from hubbub.results.records import ResultFileError

from ..configuration.options import Options
from ..configuration.profile import Deviation
from ..findings import Broken, Finding, NotDeclared, ServerDown, Untestable
from ..messages.plain_text import plain, plain_lines
from ..oracle.judge import judge
from ..oracle.violation import Violation
from ..presentation.check_report import brief_report, report
from ..presentation.swimlanes import swimlanes
from ..wire.wire import Wire
from .check_log import log_verdicts

BROKEN: dict[Level, Verdict] = {"M": Verdict.FAIL, "S": Verdict.WARN, "Y": Verdict.NOTE}
"""What a broken requirement means, by its level."""

TRANSCRIPTS = "transcripts"


@dataclass(frozen=True)
class Observation:
    """What is to be recorded under one requirement."""

    verdict: Verdict
    message: str = ""
    clients: tuple[str, ...] = ()
    at: float | None = None
    """When, in seconds since the check began; None for its end."""
    exactly: bool = False
    """Whether ``at`` is the very moment, as the oracle knows it, and not the check's end."""


@dataclass(frozen=True)
class CheckContext:
    """What a check is judged by."""

    check_id: str
    requirement: str
    began: float
    """The monotonic clock, in seconds, when it began."""
    wire: Wire | None = None
    reports: Callable[[str], bool] = lambda _: True
    """Whether a violation of another requirement is to be recorded with this check."""


class Judge:
    """Turns the end of each check into records, transcripts included."""

    def __init__(self, options: Options, folder: Path) -> None:
        self._options = options
        self._redact = options.redact
        self.folder = folder
        self._judged: tuple[Wire, list[Violation]] | None = None

    def checks(self, context: CheckContext, ended: Finding | None) -> list[Check]:
        """Return the check's own record first, then one for each other requirement that was seen broken."""
        check_id, requirement, wire = context.check_id, context.requirement, context.wire
        found: dict[str, Observation] = {requirement: self._own(requirement, wire, ended)}
        if isinstance(ended, Broken) and ended.requirement not in ("", requirement):
            found = {
                requirement: Observation(Verdict.PASS),
                ended.requirement: self._own(ended.requirement, wire, ended),
            }
        for violation in self._violations(wire) if wire else ():
            if violation.requirement != requirement and not context.reports(violation.requirement):
                continue
            seen = _of_violation(violation)
            known = found.get(violation.requirement, Observation(Verdict.PASS))
            # The first word on a requirement stands, unless it was that all is well.
            if known.verdict in (Verdict.PASS, Verdict.NOTE):
                found[violation.requirement] = seen
            elif known.verdict == seen.verdict and known.clients == seen.clients and not known.exactly:
                found[violation.requirement] = replace(known, at=seen.at, exactly=True)
        seconds = round(time.monotonic() - context.began, 4)
        records = [
            self._record(check_id, requirement, each, seen, wire, seconds) for each, seen in found.items()
        ]
        log_verdicts(check_id, records)
        return self._with_transcript(records, check_id, wire)

    def _violations(self, wire: Wire) -> list[Violation]:
        """Return what the oracle found, which it looks for once where several checks read one scene."""
        if self._judged is None or self._judged[0] is not wire:
            self._judged = (wire, judge(wire.transcript))
        return self._judged[1]

    def harness_error(self, context: CheckContext, words: str) -> Check:
        """Return the record of a check that the harness itself spoiled."""
        seconds = round(time.monotonic() - context.began, 4)
        return Check(
            id=context.check_id,
            requirement=context.requirement,
            level=requirements()[context.requirement].level,
            verdict=Verdict.HARNESS_ERROR,
            seconds=seconds,
            message=self._redact(f"the suite's own fault, not the server's: {plain(words)}"),
            command=self._options.command(context.check_id),
        )

    @staticmethod
    def _own(requirement: str, wire: Wire | None, ended: Finding | None) -> Observation:
        match ended:
            case None:
                warnings = "; ".join(wire.warnings) if wire else ""
                return Observation(Verdict.WARN if warnings else Verdict.PASS, warnings)
            case Broken():
                at = wire.closed_at if wire else None
                return Observation(BROKEN[requirements()[requirement].level], str(ended), ended.clients, at)
            case ServerDown():
                return Observation(Verdict.SERVER_DOWN, plain(str(ended)))
            case NotDeclared():
                return Observation(Verdict.NOT_APPLICABLE, str(ended))
            case Untestable():
                return Observation(Verdict.UNTESTABLE, plain(str(ended)))
            case _:
                return Observation(Verdict.HARNESS_ERROR, plain(str(ended)))

    def _record(
        self, check_id: str, own: str, requirement: str, seen: Observation, wire: Wire | None, seconds: float
    ) -> Check:
        identity = check_id if requirement == own else f"{requirement} (oracle in {check_id})"
        verdict, message = self._with_deviation(identity, requirement, seen)
        shown = verdict not in (Verdict.PASS, Verdict.NOT_APPLICABLE)
        return Check(
            id=identity,
            requirement=requirement,
            level=requirements()[requirement].level,
            verdict=verdict,
            seconds=seconds,
            message=self._redact(plain_lines(message)),
            notes=tuple(map(self._redact, wire.notes)) if wire and requirement == own else (),
            lanes=self._redact(swimlanes(wire.transcript, seen.clients, seen.at)) if wire and shown else "",
            command=self._options.command(check_id),
        )

    def _with_deviation(self, identity: str, requirement: str, seen: Observation) -> tuple[Verdict, str]:
        if seen.verdict not in (Verdict.FAIL, Verdict.WARN):
            return seen.verdict, seen.message
        deviation = covering(self._options.profile.deviation, identity, requirement)
        if deviation is None:
            return seen.verdict, seen.message
        if deviation.expires < datetime.now(UTC).date():
            words = f"a known deviation ({deviation.reason}) that expired on {deviation.expires}"
            return Verdict.FAIL, f"{seen.message}\n{words}"
        words = f"a known deviation until {deviation.expires}: {deviation.reason}"
        return Verdict.XFAIL, f"{seen.message}\n{words}"

    def _with_transcript(self, records: list[Check], check_id: str, wire: Wire | None) -> list[Check]:
        if wire is None or not any(record.lanes for record in records):
            return records
        relative = f"{TRANSCRIPTS}/{file_name(check_id)}.jsonl"
        try:
            wire.transcript.save(self.folder / relative, self._redact)
        except ResultFileError as error:
            return [_without_transcript(record, str(error)) if record.lanes else record for record in records]
        return [_saved(record, relative) if record.lanes else record for record in records]


def covering(deviations: Iterable[Deviation], check_id: str, requirement: str) -> Deviation | None:
    """Return the known deviation that speaks of a check, or None."""
    return next((each for each in deviations if each.covers(check_id, requirement)), None)


def file_name(check_id: str) -> str:
    """Return a check's id as a file's name."""
    return "".join(c if c.isalnum() or c in "-." else "_" for c in check_id).strip("_")


def report_of(checks: Iterable[Check], folder: Path, strict: bool) -> str:
    """Return what the terminal shows of the records that fail the run: of one check, the first in full."""
    first, *others = [check for check in checks if fails_run(check, strict)]
    return "\n".join([report(first, folder), *map(brief_report, others)])


def _of_violation(violation: Violation) -> Observation:
    level = requirements()[violation.requirement].level
    message = str(violation.as_broken)
    return Observation(BROKEN[level], message, (violation.client,), violation.at, exactly=True)


def _saved(record: Check, transcript: str) -> Check:
    return msgspec.structs.replace(record, transcript=transcript)


def _without_transcript(record: Check, why: str) -> Check:
    return msgspec.structs.replace(record, message=f"{record.message}\nthe transcript is lost: {why}".strip())
