"""All mutants, by name."""

from mutants import delivery, refusal
from mutants.mutant import Mutant

MUTANTS: dict[str, Mutant] = {mutant.name: mutant for mutant in (*delivery.MUTANTS, *refusal.MUTANTS)}
