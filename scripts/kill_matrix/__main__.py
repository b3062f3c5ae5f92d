"""``python -m scripts.kill_matrix``: prove that the conformance suite can fail, and is fair.

python -m scripts.kill_matrix                      prove all, and exit with 1 for what is not so
python -m scripts.kill_matrix --only room-folded   one server (repeatable)
python -m scripts.kill_matrix --write              prove all, and write docs/kill-matrix.md
"""

import argparse
import sys
import time
from pathlib import Path

from hubbub.text.spelling import word_of
from mutants.catalogue import MUTANTS
from mutants.machinery.mutant import Mutant
from scripts.kill_matrix.judging import judged
from scripts.kill_matrix.outcome import Outcome
from scripts.kill_matrix.page import page
from scripts.kill_matrix.proof import Proof

PAGE = Path(__file__).parents[2] / "docs" / "kill-matrix.md"


def main() -> int:
    """Do as the command line says; return the exit code."""
    options = _parser().parse_args()
    names = options.only or [each.name for each in MUTANTS.values() if is_judged(each)]
    began = time.monotonic()
    outcomes = []
    for outcome in judged(names, options.jobs):
        print(line_of(outcome), flush=True)
        outcomes.append(outcome)
    proof = Proof(outcomes)
    unjudged = [
        f"{name} is not judged, for lack of a check of {', '.join(MUTANTS[name].kills)}"
        for name in sorted(set(names) - {outcome.name for outcome in outcomes})
    ]
    if options.only:
        print("\n".join(unjudged))
        return int(bool(unjudged) or any(outcome.complaint for outcome in outcomes))
    complaints = [*unjudged, *proof.complaints()]
    print("\n".join(f"NOT SO: {complaint}" for complaint in complaints))
    print(f"{proof.summary()}\nin {time.monotonic() - began:.0f} s")
    if options.write:
        PAGE.write_text(page(proof), encoding="utf-8")
    return int(bool(complaints))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m scripts.kill_matrix",
        description="Prove that the conformance suite can fail, and is fair.",
    )
    help_only = "a server to judge; repeatable (default: all)"
    parser.add_argument(
        "--only", metavar="NAME", action="append", type=word_of(MUTANTS), default=[], help=help_only
    )
    parser.add_argument("--jobs", metavar="N", type=int, default=6, help="servers at a time (default: 6)")
    parser.add_argument("--write", action="store_true", help=f"write docs/{PAGE.name}, too")
    return parser


def is_judged(mutant: Mutant) -> bool:
    """Tell whether the suite has something to prove on ``mutant``, which may be there for load alone."""
    return mutant.kind == "legal" or bool(mutant.kills)


def line_of(outcome: Outcome) -> str:
    """Return one line of the printed matrix."""
    mutant = outcome.mutant
    claim = "passes all" if mutant.kind == "legal" else f"killed by {', '.join(mutant.kills)}"
    count = len(outcome.checks) if mutant.kind == "legal" else len(outcome.killers)
    verdict = f"NOT SO: {outcome.complaint}" if outcome.complaint else f"{count} checks"
    return f"{outcome.seconds:5.1f} s  {mutant.name:<26} {claim:<20} {verdict}"


if __name__ == "__main__":
    sys.exit(main())
