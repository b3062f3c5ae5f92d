"""The kill matrix as a page: which check proves itself on which broken server (Markdown)."""

from collections.abc import Iterable

from chat_protocol.requirements import Requirement, requirements
from mutants.mutant import Mutant

_HEAD = """\
# The kill matrix

Can the conformance suite fail, and is it fair? Each check has to fail on at least one server that is broken
on purpose, and each broken server has to be caught by the check that it names, not by just any. Odd servers
that break no rule have to pass everything. `make proof` runs the suite against all of them, in continuous
integration too; `python -m mutants --fault NAME --port N` runs one by hand.

<!-- Written by `python scripts/kill_matrix.py --write` from the mutants themselves. -->
"""


def page(mutants: Iterable[Mutant]) -> str:
    """Return the page: the broken servers by the requirement that they break, then the legal ones."""
    mutants = list(mutants)
    broken = [mutant for mutant in mutants if mutant.kind == "broken" and mutant.kills]
    legal = [mutant for mutant in mutants if mutant.kind == "legal"]
    counts = f"{len(broken)} broken servers, {len(legal)} odd but legal ones.\n"
    groups = [_group(group.id, group.title, broken) for group in requirements().group]
    return "\n".join([_HEAD, counts, *groups, _legal(legal)])


def _group(group_id: str, title: str, broken: list[Mutant]) -> str:
    lines = [
        f"## {group_id}: {title}",
        "",
        "| killed by | level | broken server | what it does |",
        "|---|---|---|---|",
    ]
    for requirement in requirements().requirement:
        if requirement.id.startswith(f"{group_id}-"):
            lines += [_row(requirement, mutant) for mutant in broken if _names(mutant, requirement)]
    return "\n".join([*lines, ""])


def _names(mutant: Mutant, requirement: Requirement) -> bool:
    return any(kill.partition("[")[0] == requirement.id for kill in mutant.kills)


def _row(requirement: Requirement, mutant: Mutant) -> str:
    kills = ", ".join(kill for kill in mutant.kills if kill.partition("[")[0] == requirement.id)
    return f"| {kills} | {requirement.level} | `{mutant.name}` | {mutant.sentence} |"


def _legal(legal: list[Mutant]) -> str:
    lines = ["## Odd, but legal", "", "| server | what it does |", "|---|---|"]
    return "\n".join([*lines, *(f"| `{mutant.name}` | {mutant.sentence} |" for mutant in legal), ""])
