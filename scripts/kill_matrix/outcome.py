"""What the suite made of one server, and what of it counts as a kill."""

from dataclasses import dataclass

from hubbub.results.conformance_result import GREEN, Check, Verdict
from mutants.catalogue import MUTANTS
from mutants.machinery.mutant import Mutant
from scripts.kill_matrix.oracle import Fired


@dataclass(frozen=True)
class Outcome:
    """What the suite made of one mutant."""

    name: str
    checks: tuple[Check, ...] = ()
    fired: frozenset[Fired] = frozenset()
    """The rules of the oracle that saw the fault."""
    seconds: float = 0.0
    error: str = ""
    """One line, where the suite came to no result."""

    @property
    def mutant(self) -> Mutant:
        """The server."""
        return MUTANTS[self.name]

    @property
    def killers(self) -> frozenset[str]:
        """The ids of the checks that failed on their own account."""
        return frozenset(check.id for check in self.checks if is_kill(check))

    @property
    def survived(self) -> tuple[str, ...]:
        """The requirements that the mutant names, and none of whose checks failed."""
        killing = {check.requirement for check in self.checks if is_kill(check)}
        return tuple(named for named in self.mutant.kills if named not in killing)

    @property
    def complaint(self) -> str:
        """What is not as it should be; empty if all is."""
        if self.error:
            return self.error
        legal = self.mutant.kind == "legal"
        faults = [check for check in self.checks if (is_fault(check) if legal else is_own_fault(check))]
        if faults:
            return "; ".join(f"{check.id}: {check.verdict} {check.message}" for check in faults)
        return f"survives {', '.join(self.survived)}" if self.survived else ""


def is_kill(check: Check) -> bool:
    """Tell whether ``check`` failed on its own account, not by what the oracle saw in passing.

    A WARN is how a SHOULD fails; of a MUST it is no kill.
    """
    if check.id.partition("[")[0] != check.requirement:
        return False
    broken = Verdict.FAIL if check.level == "M" else Verdict.WARN
    return check.verdict in (broken, Verdict.SERVER_DOWN)


def is_fault(check: Check) -> bool:
    """Tell whether ``check`` fails a run."""
    return check.verdict not in GREEN


def is_own_fault(check: Check) -> bool:
    """Tell whether the suite itself failed."""
    return check.verdict in (Verdict.HARNESS_ERROR, Verdict.UNTESTABLE)
