"""``python -m conformance judge FILE``: run the oracle over saved transcripts again, offline.

Exit codes: 0 where no MUST is broken (nor, with ``--strict``, a SHOULD), 1 where one is, 2 for a file that is
no transcript or a wrong command line.
"""

import sys
from pathlib import Path

from hubbub.protocol.requirements import requirements
from hubbub.results.records import ResultFileError
from hubbub.text.one_line_parser import OneLineParser

from .messages.differences import LABEL
from .messages.plain_text import plain
from .oracle.judge import judge
from .oracle.violation import Violation
from .presentation.swimlanes import swimlanes
from .wire.transcript import LeftOut, Transcript, load


def main() -> int:
    """Judge as the command line says; return the exit code."""
    options = _parser().parse_args()
    worst = 0
    for path in options.files:
        try:
            worst = max(worst, _judge(path, options.strict))
        except ResultFileError as error:
            print(error, file=sys.stderr)
            worst = 2
    return worst


def _parser() -> OneLineParser:
    says = "What needs no server; to judge one: hubbub conformance URL"
    parser = OneLineParser(prog=f"python -m {__package__}", description=says)
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    verb = verbs.add_parser("judge", help="hold saved transcripts against the general rules again")
    verb.add_argument("files", metavar="FILE", type=Path, nargs="+", help="a transcript, as JSON lines")
    verb.add_argument("--strict", action="store_true", help="let a broken SHOULD fail, too")
    return parser


def _judge(path: Path, strict: bool) -> int:
    transcript = load(path)
    violations = judge(transcript)
    clients = {event.client for event in transcript.events if event.client}
    print(f"{path}: {plain(transcript.head.check)}, {len(clients)} clients, {len(transcript.events)} events")
    left_out = sum(event.count for event in transcript.events if isinstance(event, LeftOut))
    if left_out:
        print(f"{left_out} events were too many to be saved; what was before them is judged")
    for violation in violations:
        _show(violation, transcript)
    if not violations:
        print("no general rule is broken; what the check itself expected is not judged here")
    levels = {requirements()[violation.requirement].level for violation in violations}
    return int("M" in levels or (strict and "S" in levels))


def _show(violation: Violation, transcript: Transcript) -> None:
    requirement = requirements()[violation.requirement]
    print(f"\n{violation.requirement} [{requirement.level}]  {requirement.sentence}")
    print(f"  allowed: {plain(violation.allowed)}")
    print(f"  seen:    {plain(violation.seen)}, at {violation.at * 1000:.1f} ms")
    print("".join(f"  {LABEL}: {plain(line)}\n" for line in violation.differs))
    print(swimlanes(transcript, (violation.client,), until=violation.at))


if __name__ == "__main__":
    sys.exit(main())
