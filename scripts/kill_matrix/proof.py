"""What the matrix proves, claim by claim; whatever is not so is one line."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from hubbub.results.conformance_result import Check
from scripts.kill_matrix.oracle import Fired, promised
from scripts.kill_matrix.outcome import Outcome


@dataclass(frozen=True)
class Proof:
    """All outcomes together."""

    outcomes: Sequence[Outcome]

    @cached_property
    def broken(self) -> list[Outcome]:
        """Those of the broken servers."""
        return [outcome for outcome in self.outcomes if outcome.mutant.kind == "broken"]

    @cached_property
    def legal(self) -> list[Outcome]:
        """Those of the odd but legal servers."""
        return [outcome for outcome in self.outcomes if outcome.mutant.kind == "legal"]

    @cached_property
    def checks(self) -> dict[str, Check]:
        """Every check that a legal server met, by its id; each case of a parametrised one is a check."""
        return {
            check.id: check for outcome in self.legal for check in outcome.checks if "(oracle" not in check.id
        }

    @cached_property
    def killers(self) -> frozenset[str]:
        """The checks that kill at least one broken server."""
        return frozenset[str]().union(*(outcome.killers for outcome in self.broken))

    @cached_property
    def idle(self) -> list[str]:
        """The checks of a MUST or a SHOULD that kill nothing."""
        able = {check.id for check in self.checks.values() if check.level != "Y"}
        return sorted(able - self.killers)

    @cached_property
    def silent(self) -> list[Fired]:
        """What a rule of the oracle may report, and did not of any broken server."""
        seen = frozenset[Fired]().union(*(outcome.fired for outcome in self.broken))
        return [each for each in promised() if each not in seen]

    def complaints(self) -> list[str]:
        """Return what is not so, a line each; nothing if all is proved."""
        lines = [f"{each.name}: {each.complaint}" for each in self.outcomes if each.complaint]
        lines += [f"{check} kills nothing" for check in self.idle]
        return lines + [
            f"the oracle's rule {rule} sees no broken server break {id_}" for rule, id_ in self.silent
        ]

    def summary(self) -> str:
        """Return the claims with their figures."""
        killed = sum(not each.complaint for each in self.broken)
        passed = sum(not each.complaint for each in self.legal)
        able = {check.id for check in self.checks.values() if check.level == "M"}
        fail = len(able & self.killers)
        rules = len(promised())
        return "\n".join(
            [
                f"{killed} of {len(self.broken)} broken servers are killed by the check that they name",
                f"{passed} of {len(self.legal)} odd but legal servers pass every check",
                f"{fail} of {len(able)} checks of a MUST kill a broken server",
                f"{rules - len(self.silent)} of {rules} reports of the oracle's rules come true",
            ]
        )
