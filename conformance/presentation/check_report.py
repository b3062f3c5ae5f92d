"""What a person reads of a check that did not pass: on the screen where it was asked for, else in a file."""

import contextlib
import os
import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from hubbub.protocol.requirements import requirements
from hubbub.results.conformance_result import Check, Verdict
from hubbub.results.records import ResultFileError
from hubbub.text import shell

from ..messages.differences import LABEL

FILE_NAME = "evidence.txt"

_WIDTH = 110
_IN_FULL = 5
"""Of so many records of a requirement the lanes are shown, too; the saved transcripts have all."""
_QUIET = (Verdict.PASS, Verdict.NOTE, Verdict.NOT_APPLICABLE)


def write_evidence(checks: Iterable[Check], folder: Path) -> None:
    """Write the reports of all that needs one to the folder's evidence file; none, where nothing does.

    Raises ResultFileError where the disk does not allow it.
    """
    path = folder / FILE_NAME
    partial = path.with_name(f".{FILE_NAME}.{os.getpid()}")
    listed = [check for check in checks if check.verdict not in _QUIET]
    path.unlink(missing_ok=True)  # one of an earlier run into the same folder
    if not listed:
        return
    try:
        with partial.open("w", encoding="utf-8") as file:
            for words in _reports(listed, folder):
                file.write(f"{words}\n")
        partial.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            partial.unlink()
        message = f"{path} cannot be written: {error.strerror}; choose another --result DIR"
        raise ResultFileError(message) from error


def _reports(checks: Iterable[Check], folder: Path) -> Iterator[str]:
    counts = Counter[str]()
    for check in checks:
        counts[check.requirement] += 1
        yield report(check, folder) if counts[check.requirement] <= _IN_FULL else brief_report(check)


def report(check: Check, folder: Path) -> str:
    """Return the whole report of one check: requirement, allowed, seen, lanes, command, transcript."""
    requirement = requirements()[check.requirement]
    title = f"{check.verdict}  {check.id}"
    sentence = _wrapped("requirement", f"{requirement.sentence} [{requirement.level}; {requirement.source}]")
    parts = [title, sentence, *(_wrapped(*_label(line)) for line in check.message.splitlines())]
    if check.lanes:
        parts += ["", textwrap.indent(check.lanes, "  "), ""]
    parts.append(_wrapped("run alone", check.command))
    if check.transcript:
        path = folder / check.transcript
        judge_again = [*shell.python_module("hubbub.conformance"), "judge"]
        parts += [
            _wrapped("transcript", shell.line([shell.place(path)])),
            _wrapped("judge again", shell.line([*judge_again, shell.place(path)])),
        ]
    return "\n".join(parts) + "\n"


def brief_report(check: Check) -> str:
    """Return what else was seen broken in the same check: the same lanes and command serve for it."""
    requirement = requirements()[check.requirement]
    title = f"{check.verdict}  {check.id}"
    sentence = _wrapped("requirement", f"{requirement.sentence} [{requirement.level}; {requirement.source}]")
    return (
        "\n".join([title, sentence, *(_wrapped(*_label(line)) for line in check.message.splitlines())]) + "\n"
    )


def _label(line: str) -> tuple[str, str]:
    label, colon, rest = line.partition(": ")
    return (label, rest) if colon and label in ("allowed", "seen", LABEL) else ("", line)


def _wrapped(label: str, words: str) -> str:
    head = f"  {label + ':' if label else '':<13}"
    if label in ("run alone", "transcript", "judge again", LABEL):
        return head + words  # to be copied, or to be compared, so in one piece
    return textwrap.fill(
        words, _WIDTH, initial_indent=head, subsequent_indent=" " * len(head), break_on_hyphens=False
    )
