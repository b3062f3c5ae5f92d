"""The kill matrix as a page (Markdown): what each check kills, what the oracle sees, and who passes all."""

from collections.abc import Iterable, Iterator, Sequence

from hubbub.protocol.requirements import Requirement, requirements
from hubbub.results.conformance_result import Check, Verdict
from mutants.catalogue import MUTANTS
from mutants.machinery.mutant import Mutant
from mutants.machinery.tutorial_bugs import BUGS
from scripts.kill_matrix.oracle import promised
from scripts.kill_matrix.outcome import Outcome, is_fault
from scripts.kill_matrix.proof import Proof

_HEAD = """\
# The kill matrix

Can the conformance suite fail, and is it fair? `python -m scripts.kill_matrix` runs the suite against every
server in [`mutants/`](../mutants), over real sockets, and `make proof` does so in continuous integration. It
proves that

1. each broken server is killed by the check that it names, not by just any;
2. each odd but legal server passes every check;
3. each check of a MUST or a SHOULD kills a broken server. A check is one case of one requirement, say
   `FMT-4[3-bytes]`: a case that no broken server can fail would prove nothing;
4. each report that a rule of the always-on oracle can make comes true of a server that is broken so.

To kill is to FAIL for a MUST, to WARN for a SHOULD, each under the check's own id; or to end with the
server's death (SERVER DOWN). [How to write a mutant](mutants.md) tells how a server gets in here.

<!-- Written by `python -m scripts.kill_matrix --write`, from a run. -->
"""
_MAY = "a MAY: nothing can break it"
_TABLE = [
    "| requirement | level | covered | passed | can fail | broken servers |",
    "|---|---|---|---|---|---|",
]


def page(proof: Proof) -> str:
    """Return the page."""
    parts = [
        _HEAD,
        f"{proof.summary()}.\n".replace("\n", ".  \n", 3),
        "## Requirements, checks, mutants\n",
        _LEGEND,
    ]
    parts += ["\n".join([*_TABLE, *(_row(each, proof) for each in requirements().requirement)])]
    parts += ["\n## What cannot be seen from outside\n", "\n".join(_unseen())]
    parts += ["\n## The oracle's rules\n", "\n".join(_oracle(proof))]
    parts += ["\n## The published code's bugs\n", "\n".join(_published())]
    parts += ["\n## Broken servers\n", "\n".join(_servers(each for each in MUTANTS.values() if each.kills))]
    legal = [each for each in MUTANTS.values() if each.kind == "legal"]
    parts += ["\n## Odd, but legal\n", "\n".join(_servers(legal))]
    return "\n".join([*parts, ""])


_LEGEND = """\
*Covered*: how many checks it has. *Passed*: how many odd but legal servers pass them all, of
those that it applies to. *Can fail*: how many of its checks kill a broken server.
"""


def _row(requirement: Requirement, proof: Proof) -> str:
    checks = {check.id for check in proof.checks.values() if check.requirement == requirement.id}
    met = [own for each in proof.legal if (own := _own(each, requirement))]
    passed = sum(not any(map(is_fault, own)) for own in met)
    killers = len(checks & proof.killers)
    servers = ", ".join(f"`{each.name}`" for each in MUTANTS.values() if requirement.id in each.kills)
    can_fail = _MAY if requirement.level == "Y" else f"{killers} of {len(checks)}"
    cells = (
        requirement.id,
        requirement.level,
        len(checks),
        f"{passed} of {len(met)}",
        can_fail,
        servers,
    )
    return "| " + " | ".join(map(str, cells)) + " |"


def _own(outcome: Outcome, requirement: Requirement) -> list[Check]:
    """Return what came of a requirement, the oracle's word included; nothing where it does not apply."""
    own = [check for check in outcome.checks if check.requirement == requirement.id]
    return [check for check in own if check.verdict is not Verdict.NOT_APPLICABLE]


def _unseen() -> Iterator[str]:
    yield "The rest of these requirements is checked of every server.\n"
    yield "| requirement | what, and where it is looked at |\n|---|---|"
    for each in requirements().requirement:
        if each.unseen:
            yield f"| {each.id} | {each.unseen} |"


def _oracle(proof: Proof) -> Iterator[str]:
    yield "| rule | reports | seen of |\n|---|---|---|"
    for each in promised():
        seen = sorted(outcome.name for outcome in proof.broken if each in outcome.fired)
        yield f"| {each.rule.replace('_', ' ')} | {each.requirement} | {_names(seen)} |"


def _published() -> Iterator[str]:
    yield "The tutorial's published code has these; each is a broken server here.\n"
    yield "| in the published code | broken server |\n|---|---|"
    for bug, servers in BUGS.items():
        yield f"| {bug} | {_names(servers)} |"


def _servers(servers: Iterable[Mutant]) -> Iterator[str]:
    yield "| server | what it does |\n|---|---|"
    for each in servers:
        yield f"| `{each.name}` | {each.sentence} |"


def _names(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
