"""Which rules of the always-on oracle see which faults."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from conformance.oracle.judge import RULES, Rule
from conformance.oracle.reconstruct import reconstruct
from conformance.wire.transcript import load

_ID = re.compile(r"[A-Z]+-\d+")


class Fired(NamedTuple):
    """A rule that reported a requirement broken."""

    rule: str
    requirement: str


def promised() -> list[Fired]:
    """Return what each rule says that it may report: the ids at the head of its docstring."""
    return [Fired(rule.__name__, found) for rule in RULES for found in _ids(rule)]


def fired(transcripts: Iterable[Path], named: frozenset[str]) -> frozenset[Fired]:
    """Return the rules that report any of the requirements ``named`` of any of the transcripts."""
    rules = [rule for rule in RULES if not named.isdisjoint(_ids(rule))]
    found: set[Fired] = set()
    for path in transcripts if rules else ():
        history = reconstruct(load(path))
        found |= {Fired(rule.__name__, each.requirement) for rule in rules for each in rule(history)}
    return frozenset(each for each in found if each.requirement in named)


def _ids(rule: Rule) -> list[str]:
    return _ID.findall((rule.__doc__ or "").partition(": ")[0])
