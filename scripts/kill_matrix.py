"""The kill matrix: the conformance suite against every broken and every odd server in ``mutants/``.

It proves three things: each broken server is killed by the check that it names; each legal server passes
everything; each check of a MUST kills at least one broken server. ``docs/kill-matrix.md`` says which.

    python scripts/kill_matrix.py                      prove all, and exit with 1 for what is not so
    python scripts/kill_matrix.py --only room-folded   one mutant (repeatable)
    python scripts/kill_matrix.py --write              write docs/kill-matrix.md; proves nothing
"""

import argparse
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from conformance.verdicts import GREEN, Check, ResultFileError, Verdict, read  # noqa: E402  # need not be installed
from mutants.matrix import page  # noqa: E402  # as above
from mutants.mutant import Mutant  # noqa: E402  # as above
from mutants.registry import MUTANTS  # noqa: E402  # as above

PAGE = ROOT / "docs" / "kill-matrix.md"
EVERY = "20"
"""The delivery faults strike one delivery in so many."""
DEADLINE = "1.5"
"""Seconds that the suite waits for what a broken server does not send."""
KILLING = frozenset({Verdict.FAIL, Verdict.WARN, Verdict.SERVER_DOWN})

_LISTENING = re.compile(r"event=listening\b.*\burl=(\S+)")


@dataclass(frozen=True)
class Outcome:
    """What the suite made of one mutant."""

    mutant: Mutant
    checks: tuple[Check, ...]
    seconds: float
    error: str = ""
    """One line, where the suite came to no result."""

    @property
    def killers(self) -> frozenset[str]:
        """The ids of the checks that failed on their own account."""
        return frozenset(check.id for check in self.checks if is_kill(check))

    @property
    def complaint(self) -> str:
        """What is not as it should be; empty if all is."""
        if self.error:
            return self.error
        faults = [check for check in self.checks if check.verdict is Verdict.HARNESS_ERROR]
        if self.mutant.kind == "legal":
            faults = [check for check in self.checks if check.verdict not in GREEN]
        if faults:
            return "; ".join(f"{check.id}: {check.verdict} {check.message}" for check in faults)
        survived = [kill for kill in self.mutant.kills if not self.is_killed_by(kill)]
        return f"survives {', '.join(survived)}" if survived else ""

    def is_killed_by(self, named: str) -> bool:
        """Tell whether the check ``named``, or one of a requirement of that id, failed."""
        return any(named in (killer, killer.partition("[")[0]) for killer in self.killers)


def is_kill(check: Check) -> bool:
    """Tell whether ``check`` failed on its own account, not by what the oracle saw in passing."""
    return check.verdict in KILLING and check.id.partition("[")[0] == check.requirement


def main() -> int:
    """Do as the command line says; return the exit code."""
    options = _parser().parse_args()
    if options.write:
        PAGE.write_text(page(MUTANTS.values()), encoding="utf-8")
        return 0
    chosen = [MUTANTS[name] for name in options.only] or [
        each for each in MUTANTS.values() if is_judged(each)
    ]
    outcomes = []
    with ThreadPoolExecutor(options.jobs) as pool:
        for outcome in pool.map(judge, longest_first(chosen)):
            print(line_of(outcome), flush=True)
            outcomes.append(outcome)
    idle = () if options.only else checks_that_kill_nothing(outcomes)
    print(summary(outcomes, idle))
    return int(bool(idle) or any(outcome.complaint for outcome in outcomes))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Prove that the conformance suite can fail, and is fair.")
    parser.add_argument(
        "--only",
        metavar="NAME",
        action="append",
        choices=MUTANTS,
        default=[],
        help="a mutant to judge; repeatable (default: all)",
    )
    parser.add_argument("--jobs", metavar="N", type=int, default=4, help="mutants at a time (default: 4)")
    parser.add_argument("--write", action="store_true", help=f"write {PAGE.relative_to(ROOT)}, and stop")
    return parser


def is_judged(mutant: Mutant) -> bool:
    """Tell whether the suite has something to prove on ``mutant``, which may be there for load alone."""
    return mutant.kind == "legal" or bool(mutant.kills)


def longest_first(mutants: list[Mutant]) -> list[Mutant]:
    """Return the legal servers before the others: they meet the whole suite."""
    return sorted(mutants, key=lambda mutant: mutant.kind != "legal")


def judge(mutant: Mutant) -> Outcome:
    """Run a mutant and, against it, the checks that it names (a legal one: all)."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with running(mutant) as url:
            said = run_suite(mutant, url, folder)
        seconds = time.monotonic() - began
        try:
            return Outcome(mutant, read(folder / "conformance.json").checks, seconds)
        except ResultFileError as error:
            return Outcome(mutant, (), seconds, f"{error}; the suite said: {said[-300:]}")


@contextmanager
def running(mutant: Mutant) -> Iterator[str]:
    """Run ``mutant`` on a free port; yield its URL."""
    command = [sys.executable, "-m", "mutants", "--fault", mutant.name, "--port", "0"]
    command += ["--every", EVERY, "--log-level", "error"]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield url_told_by(process)
        finally:
            process.terminate()


def url_told_by(process: subprocess.Popen[str]) -> str:
    """Read the log up to the line that names the URL; the rest is read and dropped, so that no pipe fills."""
    assert process.stderr
    for line in process.stderr:
        if found := _LISTENING.search(line):
            threading.Thread(target=process.stderr.read, daemon=True).start()
            return found[1]
    raise RuntimeError("a mutant did not start")


def run_suite(mutant: Mutant, url: str, folder: Path) -> str:
    """Run the suite against ``url``; return what it said."""
    profile = folder / "profile.toml"
    profile.write_text(mutant.profile, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "conformance", "--url", url, "--result", str(folder)]
    command += ["--profile", str(profile), "-q", "-p", "no:cacheprovider"]
    if mutant.kills:
        command += ["-k", " or ".join(mutant.kills), "--deadline", DEADLINE]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return run.stdout + run.stderr


def checks_that_kill_nothing(outcomes: Iterable[Outcome]) -> list[str]:
    """Return the checks of a MUST that no broken server fails, of all that a legal one met."""
    outcomes = list(outcomes)
    met = {check.id for outcome in outcomes for check in outcome.checks if check.level == "M"}
    kills = frozenset[str]().union(*(outcome.killers for outcome in outcomes))
    return sorted(met - kills)


def line_of(outcome: Outcome) -> str:
    """Return one line of the printed matrix."""
    mutant = outcome.mutant
    claim = "passes all" if mutant.kind == "legal" else f"killed by {', '.join(mutant.kills)}"
    verdict = f"NOT SO: {outcome.complaint}" if outcome.complaint else f"{len(outcome.killers)} checks"
    if mutant.kind == "legal" and not outcome.complaint:
        warned = sorted({check.requirement for check in outcome.checks if check.verdict is Verdict.WARN})
        verdict = f"{len(outcome.checks)} checks" + (f", warned of {', '.join(warned)}" if warned else "")
    return f"{outcome.seconds:5.1f} s  {mutant.name:<26} {claim:<20} {verdict}"


def summary(outcomes: list[Outcome], idle: Iterable[str]) -> str:
    """Return the last lines of the printed matrix."""
    broken = [outcome for outcome in outcomes if outcome.mutant.kind == "broken"]
    legal = [outcome for outcome in outcomes if outcome.mutant.kind == "legal"]
    lines = [f"a check of a MUST that kills nothing: {check}" for check in idle]
    lines += [
        f"NOT SO: {outcome.mutant.name}: {outcome.complaint}" for outcome in outcomes if outcome.complaint
    ]
    killed = sum(not outcome.complaint for outcome in broken)
    passed = sum(not outcome.complaint for outcome in legal)
    lines.append(f"{killed} of {len(broken)} broken servers killed by the check that they name")
    lines.append(f"{passed} of {len(legal)} legal servers pass everything")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
