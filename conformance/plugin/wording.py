"""What a person reads of a check that did not pass."""

import textwrap
from pathlib import Path

from chat_protocol.requirements import requirements
from conformance.verdicts import Check
from result_files import shell

_WIDTH = 110


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
        judge_again = [*shell.python_module("conformance"), "judge"]
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
    return (label, rest) if colon and label in ("allowed", "seen") else ("", line)


def _wrapped(label: str, words: str) -> str:
    head = f"  {label + ':' if label else '':<13}"
    if label in ("run alone", "transcript", "judge again"):
        return head + words  # to be copied, so in one piece
    return textwrap.fill(
        words, _WIDTH, initial_indent=head, subsequent_indent=" " * len(head), break_on_hyphens=False
    )
