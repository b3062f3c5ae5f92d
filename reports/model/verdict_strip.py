"""The first thing a reader sees: valid? correct? objectives met? conforming? And why, in a sentence."""

from collections.abc import Iterable
from dataclasses import dataclass

from hubbub.results.conformance_result import Run
from hubbub.text.quantities import count, counted

from ..text.verdict_words import Tone
from .conformance_view import ConformanceView
from .load_view import LoadView


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One answer of the strip."""

    question: str
    word: str
    tone: Tone
    detail: str


@dataclass(frozen=True, kw_only=True)
class VerdictStrip:
    """The answers, their causes, and how to run it again."""

    answers: tuple[Answer, ...]
    facts: tuple[tuple[str, str], ...]
    """The same for machines: ``valid`` and ``correct`` are ``true`` or ``false``."""
    causes: tuple[str, ...]
    """The gravest first; for a good run, the one sentence that says why it is good."""
    commands: tuple[str, ...]
    before: tuple[str, ...] = ()
    """The commands to give first: they start the server again, where it ended with the run."""

    @property
    def good(self) -> bool:
        """Whether no answer is bad."""
        return all(answer.tone != "bad" for answer in self.answers)


def verdict_strip(load: LoadView | None, conformance: ConformanceView | None) -> VerdictStrip:
    """Return the strip of a load run, a conformance run, or both."""
    answers: list[Answer] = []
    facts: list[tuple[str, str]] = []
    causes: list[str] = []
    if load:
        answers += _load_answers(load)
        facts += [
            ("valid", _truth(load.verdict.valid)),
            ("correct", _truth(load.verdict.correct)),
            ("slo", load.verdict.slo),
        ]
        causes += load.reasons or (_why(load),)
    if conformance:
        answers.append(_conformance_answer(conformance))
        facts.append(("conformance", conformance.run.outcome))
        causes += [conformance.run.reason] if conformance.run.reason else []
    runs: list[LoadView | Run] = [load] if load else []
    runs += [conformance.run] if conformance else []
    return VerdictStrip(
        answers=tuple(answers),
        facts=tuple(facts),
        causes=tuple(causes),
        commands=_different(each.command for each in runs),
        before=_different(each.server_command for each in runs),
    )


def _truth(value: bool) -> str:
    return "true" if value else "false"


def _different(commands: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(command for command in commands if command))


def _load_answers(load: LoadView) -> list[Answer]:
    valid, correct = load.verdict.valid, load.verdict.correct
    slo: dict[str, tuple[str, Tone]] = {
        "met": ("met", "good"),
        "missed": ("missed", "bad"),
        "unjudged": ("not judged", "bad"),
    }
    word, tone = slo.get(load.verdict.slo, ("none judged" if load.objectives else "none declared", "quiet"))
    return [
        Answer(
            question="measurement",
            word="valid" if valid else "not valid",
            tone="good" if valid else "bad",
            detail="the generator kept its schedule" if valid else "do not trust or compare the figures",
        ),
        Answer(
            question="deliveries",
            word="correct" if correct else "not correct",
            tone="good" if correct else "bad",
            detail=_arrived(load),
        ),
        Answer(
            question="objectives",
            word=word,
            tone=tone,
            detail="; ".join(load.objectives) or "nothing to meet or to miss",
        ),
    ]


def _arrived(load: LoadView) -> str:
    if not load.count("expected"):
        return "none fell due"
    wrong = sum(line.value for line in load.ledger if line.broken)
    arrived = f"{count(load.count('delivered'))} of {count(load.count('expected'))} arrived"
    return f"{arrived}, {count(wrong)} went wrong" if wrong else arrived


def _why(load: LoadView) -> str:
    if load.verdict.exit_code:
        return f"The run ended with exit code {load.verdict.exit_code}; its result names no cause."
    return (
        f"{counted(load.count('published'), 'message')} made {count(load.count('expected'))} deliveries due; "
        "each arrived once, whole, in order and in its room, and the generator kept its schedule."
    )


def _conformance_answer(view: ConformanceView) -> Answer:
    not_checked = view.total.of(None)
    return Answer(
        question="conformance",
        word=view.run.outcome,
        tone="good" if view.run.outcome == "passed" else "bad",
        detail=f"{count(view.total.holds)} of {counted(view.total.judged, 'requirement')} hold"
        + (f", {count(not_checked)} not checked" if not_checked else ""),
    )
