"""The ledger against servers that tamper, by their record of faults, while members come and go all the time.

What a member is owed depends on when its Status came and when it began to leave, and of what was under way
when it left nobody can know whether it was lost. The server's record tells, for each delivery that it
tampered with, which of three it is: one that must be counted, one that must not, or one that hangs on the
moments in which the member joined or left, which only the member knows.
"""

from collections import Counter, defaultdict
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from hubbub.load.messages.envelope import Envelope, unseal

FAULTS = {
    "drop": {"lost"},
    "repeat": {"duplicated"},
    "reorder": {"reordered"},
    "misdeliver": {"misdelivered"},
    "corrupt": {"corrupt", "lost"},
}
"""By fault, what each delivery that was tampered with must be counted as."""

LIFE = {
    "ReconnectStorm": ["--interval", "5"],
    "Churn": ["--interval", "16", "--share", "1", "--room-sizes", "even", "--repeats", "0"],
}
EVERY, USERS, ROOMS = 7, 15, 3
OPTIONS = f"--headless -u {USERS} -r 100 -t 22s --rooms {ROOMS} --rate 4 --drain 4".split()
LISTENING = 450_000_000
"""So long, in ns, everybody listens at least at the end, before all leave: half a second, less some haste."""
MANY = 300
OPEN_AT_MOST = 0.25
"""The share of what happens around joins and leaves; most must be certain, or the proof proves little."""

Start = Callable[..., Any]


class Word(NamedTuple):
    """One message that the server got, in its order."""

    order: int
    envelope: Envelope


class Witness:
    """What a mutant's record says of its members."""

    def __init__(self, record: dict[str, Any]) -> None:
        self._members = record["members"]
        self._own: dict[str, list[Word]] = defaultdict(list)
        self._of: dict[int, list[Word]] = defaultdict(list)
        missing = record["notes"] + (record["faults"] if "lost" in FAULTS[record["fault"]] else [])
        self._missing = {(fault["member"], fault["message"]) for fault in missing}
        self._texts: dict[tuple[int, int], str] = {}
        for chat in record["published"]:
            word = Word(chat["order"], unseal(chat["message"]))
            self._own[chat["publisher"]].append(word)
            self._of[word.envelope.publisher].append(word)
            self._texts[word.envelope.publisher, word.envelope.sequence] = chat["message"]
        self._last = max(chat["order"] for chat in record["published"])
        self._silence = max(chat["moment"] for chat in record["published"])

    def stayed(self, member: str) -> bool:
        """Whether it was there to the end of the run, and did not just leave after the last word."""
        ended = self._members[member]["ended"]
        return ended is None or ended > self._silence + LISTENING

    def read(self, fault: dict[str, Any]) -> bool:
        """Whether the member has surely read what the server wrote at the fault: it went on talking.

        A user that drops its connection waits for the echo of its last word, and so reads what came before.
        """
        own = self._own[fault["member"]]
        return self.stayed(fault["member"]) or bool(own and fault["order"] < own[-1].order)

    def owed(self, fault: dict[str, Any]) -> bool:
        """Whether the message was surely sent between the member's Status and its leaving."""
        own, sent = self._own[fault["member"]], unseal(fault["message"]).sent
        if not own or sent <= own[0].envelope.sent:
            return False
        return self.stayed(fault["member"]) or sent < own[-1].envelope.sent

    def passed_over(self, fault: dict[str, Any], surely: bool) -> bool:
        """Whether the member got a later message of the publisher, which shows that this one was skipped."""
        member, struck = fault["member"], unseal(fault["message"])
        own = self._own[member]
        left = self._members[member]["left"] or self._last + 1
        until = own[-1].order if surely and own else left
        return any(
            word.envelope.sequence > struck.sequence
            and word.order < until
            and (member, self._texts[struck.publisher, word.envelope.sequence]) not in self._missing
            for word in self._of[struck.publisher]
        )

    def lost(self, fault: dict[str, Any]) -> bool | None:
        """Whether the pair must be lost, must not, or (None) may be either."""
        stayed = self.stayed(fault["member"])
        if self.owed(fault) and (stayed or self.passed_over(fault, surely=True)):
            return True
        return None if stayed or self.passed_over(fault, surely=False) else False


def verdicts(witness: Witness, faults: list[dict[str, Any]], count: str) -> Counter[bool | None]:
    """Return how many faults must be counted as ``count``, must not, and (None) may be either."""
    judge: dict[str, Callable[[dict[str, Any]], bool | None]] = {
        "lost": witness.lost,
        "reordered": lambda fault: (witness.read(fault) and witness.owed(fault)) or None,
    }
    return Counter(map(judge.get(count, lambda fault: witness.read(fault) or None), faults))


@pytest.mark.proof
@pytest.mark.parametrize("processes", [1, 2])
@pytest.mark.parametrize("life", LIFE)
def test_what_is_tampered_with_is_counted_while_members_come_and_go(
    start_load: Start, start_mutant: Start, free_port: Callable[[], str], life: str, processes: int
) -> None:
    """All faults at once, each in a run of its own, for they mostly wait."""
    mutants = {fault: start_mutant(fault, "--every", str(EVERY)) for fault in FAULTS}
    loads = {}
    for fault, mutant in mutants.items():
        port = free_port()
        spread = ["--processes", "2", "--master-bind-port", port, "--master-port", port]
        options = (*LIFE[life], *(spread if processes == 2 else ()), "--host", mutant.url)
        loads[fault] = start_load(life, *OPTIONS, *options)
    for fault, load in loads.items():
        assert load.finish() == 3, load.output
        assert load.result.connections.opened > 2 * USERS, load.output
        check(fault, load, mutants[fault].record())


def check(fault: str, load: Any, record: dict[str, Any]) -> None:
    """What the server held for a member and never sent, for it left, is as good as dropped."""
    ledger, wrong, witness = load.result.ledger, load.wrong, Witness(record)
    assert wrong.keys() - {"lost"} == FAULTS[fault] - {"lost"}, load.output
    withheld = verdicts(witness, record["notes"], "lost")
    for count in FAULTS[fault] | {"lost"}:
        found = verdicts(witness, record["faults"], count) if count in FAULTS[fault] else withheld
        counted = wrong.get(count, 0)
        assert found[True] <= counted <= found[True] + found[None]
        if count in FAULTS[fault]:
            assert found[None] + found[False] < OPEN_AT_MOST * record["tampered"]
            assert found[True] > MANY
    if "lost" in FAULTS[fault]:
        assert record["tampered"] - wrong["lost"] <= ledger.indeterminate
    assert ledger.delivered == ledger.expected - wrong.get("lost", 0)
