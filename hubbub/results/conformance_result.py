"""The verdicts of the suite, and the format of ``conformance.json``: versioned, validated both ways.

``conformance.schema.json`` beside this file is the same as a JSON Schema; ``python -m scripts.schemas``
writes it. This module knows neither pytest nor sockets, so that reports can read results without either.
"""

from enum import StrEnum
from typing import Any, Literal

from hubbub.protocol.requirements import Level
from hubbub.results.records import Record, ResultFormat

FILE_NAME = "conformance.json"
FORMAT: Literal["hubbub-conformance"] = "hubbub-conformance"
VERSION: Literal[1] = 1


class Verdict(StrEnum):
    """What a check found out about its requirement."""

    PASS = "PASS"
    FAIL = "FAIL"
    """A MUST is broken."""
    WARN = "WARN"
    """A SHOULD is broken; fails the run under ``--strict`` only."""
    NOTE = "NOTE"
    """A MAY, or what was observed where the protocol leaves a choice."""
    NOT_APPLICABLE = "N/A"
    """The server declares that it lacks the capability."""
    XFAIL = "XFAIL"
    """A known deviation, still there."""
    XPASS = "XPASS"
    """A known deviation that is gone: strike its entry."""
    UNTESTABLE = "UNTESTABLE"
    """The check could not be brought to a verdict against this server."""
    SERVER_DOWN = "SERVER DOWN"
    """The server no longer takes new clients."""
    HARNESS_ERROR = "HARNESS ERROR"
    """The suite's own fault, not the server's."""


GREEN = frozenset({Verdict.PASS, Verdict.WARN, Verdict.NOTE, Verdict.NOT_APPLICABLE, Verdict.XFAIL})
"""The verdicts that leave a run passed (without ``--strict``)."""


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


class Check(Record, frozen=True, kw_only=True):
    """One check's verdict, or one violation that the oracle saw during a check."""

    id: str
    """The check's selector, ``BAD-1[empty-text]`` say."""
    requirement: str
    """The requirement judged; another than the id's where the oracle saw a violation in passing."""
    level: Level
    verdict: Verdict
    seconds: float
    message: str = ""
    """What was allowed and what was seen, where the verdict is not PASS."""
    notes: tuple[str, ...] = ()
    """What was observed where the protocol leaves a choice."""
    lanes: str = ""
    """The transcript, a client a column, as text; empty for a pass."""
    transcript: str = ""
    """The saved transcript, relative to the result's folder."""
    command: str = ""
    """The one line that runs this check alone."""

    @property
    def in_passing(self) -> bool:
        """Whether it is no check of its own, but what the oracle saw during one."""
        return " (oracle in " in self.id


def fails_run(check: Check, strict: bool) -> bool:
    """Whether a check's verdict fails the run; ``strict`` lets a broken SHOULD fail it, too."""
    return check.verdict not in GREEN or (strict and check.verdict == Verdict.WARN)


class Run(Record, frozen=True, kw_only=True):
    """When, what and where the run was."""

    url: str
    bundled: bool
    """Whether the suite started the bundled reference server itself."""
    command: str
    """The one line that runs it again."""
    started: str
    """UTC, ISO 8601."""
    seconds: float
    outcome: Literal["passed", "failed", "server down", "interrupted", "error"]
    """``error``: no server, no check run, or the harness's own fault."""
    reason: str = ""
    """One line, where the outcome is not ``passed``."""
    server: str = ""
    """The ``Server`` header of the server's handshake, if it sends one."""
    echo: float | None = None
    """The server's median echo time, in seconds, from which waits were calibrated."""
    server_command: str = ""
    """The one line to give before that one: it starts the server, which ended with the run."""


class ConformanceResult(Record, frozen=True, kw_only=True):
    """All that ``conformance.json`` holds."""

    run: Run
    checks: tuple[Check, ...]
    profile: dict[str, Any]
    """The capabilities, limits and deadline the run was judged by."""
    environment: dict[str, str]
    format: Literal["hubbub-conformance"] = FORMAT
    version: Literal[1] = VERSION


CONFORMANCE_JSON = ResultFormat(FILE_NAME, ConformanceResult)
read, write, schema = CONFORMANCE_JSON.read, CONFORMANCE_JSON.write, CONFORMANCE_JSON.schema
