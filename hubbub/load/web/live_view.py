"""What the tab *Deliveries* shows of a run: texts for people, and what of them is wrong."""

from collections.abc import Iterator
from typing import Literal

import msgspec

from hubbub.load.config.config import LoadConfig
from hubbub.load.config.objectives import read, scope
from hubbub.load.judging import objectives
from hubbub.load.judging.objectives import Figures
from hubbub.load.measure.anomalies import ON_ARRIVAL
from hubbub.load.measure.distribution import Distribution
from hubbub.load.timing.moments import MILLISECOND
from hubbub.load.web.live import Live, told_of
from hubbub.load.web.live_chart import Point
from hubbub.load.web.live_holds import Hold
from hubbub.results.counts import Ledger
from hubbub.results.latency import Latency
from hubbub.results.load_result import LoadResult, Objective, Verdict
from hubbub.results.percentiles import told

Stage = Literal["running", "draining", "ended"]

_HELD_UP = (
    "The load generator is held up. Give it cores of its own, spread the users with --processes, or ask for "
    "fewer users."
)
_LATE = "Sends leave too late. Spread the users with --processes, or ask for fewer users or a lower --rate."
_BUSY = "One process has one core. Spread the users over more of them with --processes."
_UNREAD = "The server does not read what it is sent, and so holds up the sends."
_MISSED = {
    "latency": "Ask for fewer users or a lower --rate to find the load at which it still holds.",
    "count": "The report lists the first of them with room, member and sequence number.",
}


class Answer(msgspec.Struct, frozen=True):
    """One answer of the verdict so far, or one large figure."""

    name: str
    word: str
    bad: bool = False


class Line(msgspec.Struct, frozen=True):
    """One line of a table; its last cell is the state."""

    cells: tuple[str, ...]
    bad: bool = False
    advice: str = ""


class Table(msgspec.Struct, frozen=True):
    """One table."""

    title: str
    head: tuple[str, ...]
    rows: tuple[Line, ...]


class End(msgspec.Struct, frozen=True):
    """A run that has ended."""

    told: str
    folder: str
    """Where its result lies."""
    report: str
    """Where its report is, from the page."""


class View(msgspec.Struct, frozen=True):
    """All that the tab shows."""

    state: str
    answers: tuple[Answer, ...] = ()
    reasons: tuple[str, ...] = ()
    figures: tuple[Answer, ...] = ()
    points: tuple[Point, ...] = ()
    tables: tuple[Table, ...] = ()
    end: End | None = None


NOTHING = View("No run has been started yet.")


def view(live: Live, config: LoadConfig, stage: Stage, result: LoadResult | None, end: End | None) -> View:
    """Return what is to be shown; of a run that has ended, the ``result``."""
    if not live.began and result is None:
        return View("The run starts.", end=end)
    verdict = result.verdict if result is not None else None
    known = verdict or (live.verdict() if live.latency.count else None)
    return View(
        state=_state(live, stage),
        answers=_answers(known, final=verdict is not None),
        reasons=() if known is None else known.reasons,
        figures=_figures(live) if result is None else _final_figures(result),
        points=live.points,
        tables=(
            _objectives(live, config, verdict),
            _limits(live, config),
            _ledger(live.ledger, live.errors, "missing so far")
            if result is None
            else _ledger(result.ledger, sum(error.count for error in result.errors), "lost"),
        ),
        end=end,
    )


def _state(live: Live, stage: Stage) -> str:
    words = {
        "running": "The run is on",
        "draining": "Publishing has stopped; what is under way is waited for",
        "ended": "The run has ended",
    }
    return f"{words[stage]}: {live.seconds:,.0f} s."


def _answers(verdict: Verdict | None, *, final: bool) -> tuple[Answer, ...]:
    if verdict is None:
        return (Answer("verdict so far", "nothing has been delivered yet"),)
    so_far = "" if final else " so far"
    return (
        Answer(f"measurement{so_far}", "valid" if verdict.valid else "not valid", not verdict.valid),
        Answer(f"deliveries{so_far}", "correct" if verdict.correct else "not correct", not verdict.correct),
    )


def _figures(live: Live) -> tuple[Answer, ...]:
    ledger = live.ledger
    wrong = sum(getattr(ledger, name) for name in ON_ARRIVAL)
    # Of several processes each tells in a step of its own; the chart and the figure are to agree.
    delivered = live.points[-1].delivered if live.points else live.delivered
    return (
        Answer("members", f"{live.members:,}"),
        Answer("published", f"{live.published:,.0f}/s"),
        Answer("delivered", f"{delivered:,.0f}/s"),
        Answer("p50, last second", told_of(live.last, 50, live.sent_last)),
        Answer("p99, last second", told_of(live.last, 99, live.sent_last)),
        Answer("wrong", f"{wrong:,}", bool(wrong)),
        Answer("missing so far", f"{ledger.lost:,}"),
    )


def _final_figures(result: LoadResult) -> tuple[Answer, ...]:
    ledger, latency = result.ledger, Distribution.of(result.latency.intended)
    wrong = sum(getattr(ledger, name) for name in ON_ARRIVAL)
    return (
        Answer("published", f"{ledger.published:,}"),
        Answer("delivered", f"{ledger.delivered:,} of {ledger.expected:,}"),
        Answer("p50, whole run", told_of(latency, 50, ledger.published)),
        Answer("p99, whole run", told_of(latency, 99, ledger.published)),
        Answer("wrong", f"{wrong:,}", bool(wrong)),
        Answer("lost", f"{ledger.lost:,}", bool(ledger.lost)),
    )


def _objectives(live: Live, config: LoadConfig, verdict: Verdict | None) -> Table:
    rows = (
        [(each, "") for each in verdict.objectives]
        if verdict is not None
        else [(each, " so far") for each in _judged(live, config)]
    )
    return Table(
        "Objectives",
        ("objective", "measured", "state"),
        tuple(_objective(each, so_far) for each, so_far in rows),
    )


def _objective(objective: Objective, so_far: str) -> Line:
    if objective.met is None:
        later = "judged at the end" if objective.measured is None else "too few to judge yet"
        state = later if so_far else "not judged"
        return Line((objective.text, objective.shown, state))
    state = ("met" if objective.met else "missed") + so_far
    kind = "latency" if read(objective.text).is_time else "count"
    advice = "" if objective.met else _MISSED[kind]
    return Line((objective.text, objective.shown, state), not objective.met, advice)


def _judged(live: Live, config: LoadConfig) -> list[Objective]:
    """Return what can be said of the objectives while the run is on: by the worst hold, if there is one."""
    whole = _figures_of(live, Hold(live.latency, live.lateness), live.ledger.published)
    # Made once for all objectives, for it takes a while, which holds up the run.
    holds = [_figures_of(live, hold, hold.lateness.count) for hold in live.holds]
    return [_judged_by(text, whole, holds) for text in config.slos]


def _judged_by(text: str, whole: Figures, holds: list[Figures]) -> Objective:
    if scope(text) == "plateaus":
        found = [objectives.judge(text, hold) for hold in holds]
        known = [objective for objective in found if objective.measured is not None]
        if known:
            return objectives.worst(known)
    return objectives.judge(text, whole)


def _figures_of(live: Live, hold: Hold, sent: int) -> Figures:
    """Return what was measured of ``sent`` messages."""
    empty = Distribution().record()
    latency = Latency(**dict.fromkeys(Latency.__struct_fields__, empty))
    known = {"intended": hold.latency, "lateness": hold.lateness}
    latency = msgspec.structs.replace(latency, **{name: each.record() for name, each in known.items()})
    return Figures(
        ledger=msgspec.structs.replace(live.ledger, lost=0, published=sent),
        connections=live.connections,
        errors=live.errors,
        latency=latency,
        seconds=(),
        trends=(),
    )


def _limits(live: Live, config: LoadConfig) -> Table:
    return Table(
        "Limits of a valid measurement",
        ("figure", "last second", "whole run", "limit", "state"),
        tuple(_limit_lines(live, config)),
    )


def _limit_lines(live: Live, config: LoadConfig) -> Iterator[Line]:
    limits = config.limits
    held_up, sent = live.worst(lambda status: status.held_up) > 0.02, live.ledger.published
    late = live.lateness.percentile(99) / MILLISECOND
    yield _limit(
        ("lateness of sends, p99", _late(live.last_lateness), _late(live.lateness)),
        f"{limits.lateness:g} ms",
        late > limits.lateness,
        _UNREAD if held_up else _LATE,
    )
    for name, figure, units in (
        ("event loop lag, p99", live.worst(lambda status: status.lag_p99), live.lags),
        ("queueing in the generator, p99", live.worst(lambda status: status.queueing_p99), sent),
    ):
        broken = figure / MILLISECOND > limits.lag
        yield _limit((name, "", told(figure, 0.99, units)), f"{limits.lag:g} ms", broken, _HELD_UP)
    cpu = live.worst(lambda status: status.cpu_share)
    yield _limit(
        ("CPU of the busiest process", "", f"{cpu:.0%} of a core"),
        f"{limits.cpu:.0%}",
        cpu > limits.cpu,
        _BUSY,
    )


def _late(sends: Distribution) -> str:
    """Return the 99th percentile of how late messages were sent."""
    return told_of(sends, 99, sends.count)


def _limit(cells: tuple[str, ...], limit: str, broken: bool, advice: str) -> Line:
    return Line((*cells, limit, "over" if broken else "within"), broken, advice if broken else "")


def _ledger(ledger: Ledger, errors: int, missing: str) -> Table:
    """Return the ledger; what is missing is wrong only once it is lost."""
    counts = {
        "messages published": (ledger.published, False),
        "deliveries expected": (ledger.expected, False),
        "of them delivered": (ledger.delivered, False),
        missing: (ledger.lost, missing == "lost"),
        **{name: (getattr(ledger, name), True) for name in ON_ARRIVAL},
        "indeterminate": (ledger.indeterminate, False),
        "errors": (errors, True),
    }
    return Table(
        "Ledger",
        ("count", ""),
        tuple(Line((name, f"{count:,}"), wrong and count > 0) for name, (count, wrong) in counts.items()),
    )
