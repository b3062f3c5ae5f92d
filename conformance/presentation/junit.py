"""``junit.xml`` as GitHub and GitLab read it: failures are failures, harness faults are errors.

A WARN, a NOTE and a known deviation are passed test cases that say so in their properties and their
output; only N/A is skipped. One test case a record, so what the oracle saw in passing has its own.
"""

import re
from pathlib import Path
from xml.etree import ElementTree as ET

from hubbub.results.conformance_result import Check, ConformanceResult, Verdict

FILE_NAME = "junit.xml"

_FAILURES = frozenset({Verdict.FAIL, Verdict.XPASS})
_ERRORS = frozenset({Verdict.SERVER_DOWN, Verdict.HARNESS_ERROR, Verdict.UNTESTABLE})
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write(result: ConformanceResult, strict: bool, path: Path) -> Path:
    """Write ``result`` to ``path``, whole or not at all; return it. Raises OSError."""
    suites = ET.Element("testsuites")
    suite = ET.SubElement(suites, "testsuite", _counts(result, strict))
    first = result.run.server_command
    for check in result.checks:
        _case(suite, check, strict, first)
    if not result.checks and result.run.reason:
        case = ET.SubElement(suite, "testcase", name="session", classname="conformance", time="0")
        ET.SubElement(case, "error", message=_clean(result.run.reason))
    ET.indent(suites)
    partial = path.with_name(f".{path.name}")
    try:
        ET.ElementTree(suites).write(partial, encoding="utf-8", xml_declaration=True)
        return partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _counts(result: ConformanceResult, strict: bool) -> dict[str, str]:
    outcomes = [_outcome(check, strict) for check in result.checks]
    no_check = not result.checks and bool(result.run.reason)
    return {
        "name": "conformance",
        "tests": str(len(outcomes) + no_check),
        "failures": str(outcomes.count("failure")),
        "errors": str(outcomes.count("error") + no_check),
        "skipped": str(outcomes.count("skipped")),
        "time": f"{result.run.seconds:.3f}",
        "timestamp": result.run.started.partition("+")[0],
    }


def _outcome(check: Check, strict: bool) -> str:
    if check.verdict in _FAILURES or (strict and check.verdict == Verdict.WARN):
        return "failure"
    if check.verdict in _ERRORS:
        return "error"
    return "skipped" if check.verdict == Verdict.NOT_APPLICABLE else ""


def _case(suite: ET.Element, check: Check, strict: bool, first: str) -> None:
    group = check.requirement.rpartition("-")[0]
    case = ET.SubElement(
        suite, "testcase", name=check.id, classname=f"conformance.{group}", time=f"{check.seconds:.3f}"
    )
    properties = ET.SubElement(case, "properties")
    named = (("id", check.requirement), ("level", check.level), ("verdict", check.verdict.value))
    for name, value in named:
        ET.SubElement(properties, "property", name=name, value=value)
    outcome = _outcome(check, strict)
    before = ("the server ended with the run; start it first, then run this alone:", first) if first else ()
    if outcome:
        first = check.message.replace("\n", "; ")
        element = ET.SubElement(case, outcome, message=_clean(f"{check.verdict}: {first}"))
        element.text = _clean(
            "\n\n".join(part for part in (check.message, check.lanes, *before, check.command) if part)
        )
    words = "\n".join(part for part in (f"{check.verdict}: {check.message}", *check.notes) if part)
    if not outcome and (check.message or check.notes):
        ET.SubElement(case, "system-out").text = _clean(words)


def _clean(text: str) -> str:
    """Return ``text`` without the characters that XML cannot hold."""
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)
