"""The records of a check, carried by pytest's report of it, from a parallel worker too."""

from collections.abc import Iterable

import msgspec
import pytest

from hubbub.results.conformance_result import Check

_ATTRIBUTE = "conformance_checks"


def put_records(report: pytest.TestReport, checks: Iterable[Check]) -> None:
    """Let ``report`` carry the records."""
    setattr(report, _ATTRIBUTE, [msgspec.to_builtins(check) for check in checks])


def records_of(report: pytest.TestReport) -> list[Check]:
    """Return the records that ``report`` carries; none of a check's setup and teardown, if all went well."""
    return msgspec.convert(getattr(report, _ATTRIBUTE, []), list[Check])
