"""What a session leaves behind: ``conformance.json`` and ``junit.xml``, from the records of its checks."""

import platform
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal

import msgspec

from hubbub.protocol.requirements import requirements
from hubbub.results import conformance_result as verdicts
from hubbub.results.conformance_result import Check, ConformanceResult, Run, Verdict, fails_run
from hubbub.results.records import ResultFileError
from hubbub.text import shell
from hubbub.text.redaction import shown_url
from hubbub.text.spelling import meant

from ..configuration.options import Options
from ..configuration.profile import Deviation, Profile
from ..presentation import check_report, junit

Outcome = Literal["passed", "failed", "server down", "interrupted", "error"]


@dataclass
class SessionRecord:
    """What is known of the session so far; filled as it goes."""

    options: Options
    profile: Profile
    folder: Path
    url: str = ""
    echo: float | None = None
    server: str = ""
    error: str = ""
    """Why there could be no checks; empty where there could."""
    interrupted: bool = False
    failures: int = 0
    """How many failures pytest counted."""
    started: datetime = field(default_factory=lambda: datetime.now(UTC))
    checks: list[Check] = field(default_factory=list)
    collected: set[str] = field(default_factory=set)
    """The ids of all checks that there are, those not selected too."""

    @property
    def strict(self) -> bool:
        """Whether WARN fails the run."""
        return self.options.strict


def mark_fixed_deviations(session: SessionRecord) -> None:
    """Turn the checks of each known deviation that none of them shows any more into XPASS.

    Only a run of all checks of the deviation can show that: not one narrowed to some of them, or cut short.
    """
    for deviation in session.profile.deviation:
        covered = [check for check in session.checks if deviation.covers(check.id, check.requirement)]
        owed = {each for each in session.collected if deviation.covers(each, each.partition("[")[0])}
        is_gone = all(check.verdict == Verdict.PASS for check in covered)
        if covered and is_gone and owed <= {check.id for check in covered}:
            words = f"the known deviation ({deviation.reason}) is gone: strike it from the profile"
            gone = {
                check.id: msgspec.structs.replace(check, verdict=Verdict.XPASS, message=words)
                for check in covered
            }
            session.checks = [gone.get(check.id, check) for check in session.checks]


def write_results(session: SessionRecord, result: ConformanceResult) -> None:
    """Write both files. Raises ResultFileError where the disk does not allow it."""
    verdicts.write(result, session.folder)
    path = session.folder / junit.FILE_NAME
    try:
        junit.write(result, session.strict, path)
    except OSError as error:
        message = f"{path} cannot be written: {error.strerror}; choose another --result DIR"
        raise ResultFileError(message) from error
    check_report.write_evidence(result.checks, session.folder)


def result_of(session: SessionRecord) -> ConformanceResult:
    """Return the session as ``conformance.json`` holds it, checks in the order of the table."""
    outcome, reason = _outcome(session)
    return ConformanceResult(
        run=Run(
            url=shown_url(session.url or session.options.url or ""),
            bundled=session.options.url is None,
            command=session.options.again,
            server_command=shell.server_command(),
            started=session.started.isoformat(timespec="milliseconds"),
            seconds=round((datetime.now(UTC) - session.started).total_seconds(), 3),
            outcome=outcome,
            reason=session.options.redact(reason),
            server=session.server,
            echo=session.echo,
        ),
        checks=tuple(sorted(session.checks, key=_in_order_of_the_table)),
        profile=session.profile.published(),
        environment=_environment(),
    )


def _outcome(session: SessionRecord) -> tuple[Outcome, str]:
    red = [check for check in session.checks if fails_run(check, session.strict)]
    down = [check for check in red if check.verdict == Verdict.SERVER_DOWN]
    if session.error:
        return "error", session.error
    if down:
        return "server down", f"in {down[0].id}: {down[0].message}"
    if session.interrupted:
        return "interrupted", f"interrupted after {len(session.checks)} checks"
    if not session.checks:
        return "error", "no check was run"
    strange = [each.check for each in session.profile.deviation if _is_unknown_case(each, session.collected)]
    if strange:
        return "error", f"the profile's deviation {_strange(strange[0], session.collected)}"
    if session.failures and not red:
        return "error", "the suite itself failed, in no check: see what pytest says"
    if any(check.verdict == Verdict.HARNESS_ERROR for check in red):
        return "error", "the suite itself failed: see the HARNESS ERRORs"
    return ("failed", _failed(red)) if red else ("passed", "")


def _is_unknown_case(deviation: Deviation, known: set[str]) -> bool:
    """Whether a deviation names a case that its requirement does not have, as far as that was collected."""
    cases = {each for each in known if each.partition("[")[0] == deviation.check.partition("[")[0]}
    return "[" in deviation.check and bool(cases) and deviation.check not in cases


def _strange(check: str, known: Iterable[str]) -> str:
    near = meant(check, known)
    question = f"; did you mean {near!r}?" if near else ";"
    return f"{check!r} names no check{question} --list shows them all"


def _failed(red: Sequence[Check]) -> str:
    """Return which requirements are broken, by level and then in the order of the table."""
    found = {check.requirement for check in red}
    broken = [each.id for level in "MSY" for each in requirements().requirement if each.level == level]
    broken = [each for each in broken if each in found]
    more = f" and {len(broken) - 5} more" if len(broken) > 5 else ""
    return f"broken: {', '.join(broken[:5])}{more}"


def _in_order_of_the_table(check: Check) -> tuple[int, bool, str]:
    order = [requirement.id for requirement in requirements().requirement]
    return order.index(check.requirement), "(oracle" in check.id, check.id


def _environment() -> dict[str, str]:
    return {
        "hubbub": _version("hubbub"),
        "python": platform.python_version(),
        "pytest": _version("pytest"),
        "platform": platform.platform(),
    }


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "unknown"
