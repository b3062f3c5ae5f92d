"""Judging a transcript by all rules. The package's docstring says what a rule may conclude, and from what."""

from collections.abc import Callable, Iterator
from itertools import islice

from hubbub.protocol.requirements import requirements

from ..wire.transcript import Transcript
from . import delivery_rules, frame_rules, greeting_rules, message_rules, name_rules
from .history import History
from .reconstruct import reconstruct
from .violation import Violation

Rule = Callable[[History], Iterator[Violation]]

RULES: tuple[Rule, ...] = (
    *frame_rules.RULES,
    *message_rules.RULES,
    *greeting_rules.RULES,
    *delivery_rules.RULES,
    *name_rules.RULES,
)

_MOST_OF_A_KIND = 3
_MOST_OF_A_RULE = 5000
"""The most violations taken from one rule: enough, if a server floods its clients with bad messages."""


def judge(transcript: Transcript) -> list[Violation]:
    """Return what was broken, at most three violations a requirement, in the order of the rules.

    Of a transcript that is not whole, the part before what was left out is judged.
    """
    history = reconstruct(transcript.whole)  # up to where events were left out (O7)
    table = requirements()
    found: dict[str, list[Violation]] = {}
    for rule in RULES:
        for violation in islice(rule(history), _MOST_OF_A_RULE):
            # One rule may yield violations of several requirements, some of which the server may lack.
            if table[violation.requirement].capability in transcript.head.lacks:
                continue
            found.setdefault(violation.requirement, []).append(violation)
    return [violation for same in found.values() for violation in same[:_MOST_OF_A_KIND]]
