"""A badge that shields.io draws: ``badge.json``, its endpoint format, from a run's result.

Publish the file with the project, and point ``https://img.shields.io/endpoint?url=`` at it.
"""

from pathlib import Path

import msgspec

from hubbub.results.load_result import LoadResult
from hubbub.results.records import Record
from hubbub.text.quantities import count

from ..model.conformance_view import ConformanceView, conformance_view
from ..model.result_folder import Results, save

FILE_NAME = "badge.json"


class Badge(Record, frozen=True, kw_only=True, rename="camel"):
    """The shields endpoint format, version 1."""

    label: str
    message: str
    color: str
    is_error: bool
    schema_version: int = 1


def badge(results: Results) -> Badge:
    """Return the badge of the conformance run where there is one, else of the load run."""
    if results.conformance:
        return _conformance(conformance_view(results.conformance))
    assert results.load, "a result folder holds at least one result"
    return _load(results.load)


def write(made: Badge, folder: Path) -> Path:
    """Write ``badge.json`` into ``folder``; return its path. Raises ResultFileError where it cannot be."""
    text = msgspec.json.format(msgspec.json.encode(made), indent=1).decode()
    return save(f"{text}\n", folder / FILE_NAME)


def _conformance(view: ConformanceView) -> Badge:
    """Count of all that apply, so that a run of a few checks cannot pass for a whole one."""
    parts = [f"{tally.holds}/{tally.apply} {tally.name}" for tally in view.levels if tally.apply]
    passed, whole = view.run.outcome == "passed", not view.total.of(None)
    return Badge(
        label="Room Chat 1.0",
        message=", ".join(parts) if view.total.judged else f"{view.run.outcome}, nothing judged",
        color="red" if not passed else "brightgreen" if whole else "yellow",
        is_error=not passed,
    )


def _load(result: LoadResult) -> Badge:
    verdict, ledger = result.verdict, result.ledger
    if not verdict.valid:
        message = "no valid measurement"
    elif not verdict.correct:
        message = f"not correct: {count(ledger.lost)} of {count(ledger.expected)} lost"
    elif verdict.slo == "missed":
        message = "objectives missed"
    elif verdict.slo == "unjudged":
        message = "objectives not judged"
    else:
        message = f"{count(ledger.delivered)} deliveries, all correct"
    passed = verdict.exit_code == 0
    says_nothing = not verdict.valid or verdict.slo == "unjudged"
    color = "brightgreen" if passed else "lightgrey" if says_nothing else "red"
    return Badge(label="load test", message=message, color=color, is_error=not passed)
