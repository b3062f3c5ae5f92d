"""A badge that shields.io draws: ``badge.json``, its endpoint format, from a run's result.

Publish the file with the project, and point ``https://img.shields.io/endpoint?url=`` at it.
"""

from pathlib import Path

from reports.conformance_view import LEVEL_NAMES, ConformanceView, conformance_view
from reports.folder import Results
from reports.quantities import count
from result_files.records import Record, write_result
from swarm.result import LoadResult

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
    return write_result(made, folder / FILE_NAME)


def _conformance(view: ConformanceView) -> Badge:
    parts = [
        f"{tally.holds}/{tally.judged} {name}"
        for name, tally in zip(LEVEL_NAMES.values(), view.levels, strict=True)
        if tally.judged
    ]
    passed = view.run.outcome == "passed"
    return Badge(
        label="Room Chat 1.0",
        message=", ".join(parts) if parts else view.run.outcome,
        color="brightgreen" if passed else "red",
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
    else:
        message = f"{count(ledger.delivered)} deliveries, all correct"
    passed = verdict.exit_code == 0
    color = "brightgreen" if passed else "red" if verdict.valid else "lightgrey"
    return Badge(label="load test", message=message, color=color, is_error=not passed)
