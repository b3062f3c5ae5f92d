"""Puts the reports of all load-generating processes together into one result."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Literal

import msgspec

from hubbub.load.config.config import LoadConfig
from hubbub.load.config.plan import Plan
from hubbub.load.exchange.report import Report
from hubbub.load.judging.objectives import Figures
from hubbub.load.judging.trends import latency_trend, memory_trend
from hubbub.load.judging.verdict import Evidence, judge, withheld
from hubbub.load.master.by_phase import Latencies, divide
from hubbub.load.master.by_phase import judge as judge_by_phase
from hubbub.load.master.fanout_book import FanoutBook
from hubbub.load.measure.anomalies import KEPT
from hubbub.load.measure.distribution import Distribution
from hubbub.load.measure.headcount import NOBODY, Steps
from hubbub.load.measure.memory_log import Sample
from hubbub.load.measure.phases import Kind, Span, longest, phases, plateaus
from hubbub.load.measure.slices import Slices
from hubbub.load.measure.tallies import merge_messages
from hubbub.load.measure.timeline import Column, Timeline
from hubbub.load.preflight.calibration import reached
from hubbub.load.timing.moments import SECOND
from hubbub.load.users.causes import awaited
from hubbub.results.counts import Anomaly, ErrorCount, Ledger
from hubbub.results.latency import Histogram, Latency
from hubbub.results.load_result import Ceiling, LoadResult, Room, Run, Second, Settings, Trend
from hubbub.text import shell

_EXAMPLES = 3
_NAMES: dict[Kind, Literal["ramp", "hold", "drain"]] = {"ramp": "ramp", "plateau": "hold", "drain": "drain"}
"""What a second of a phase is called."""


class RunFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What only the master knows of the run; moments in ns of the run."""

    plan: Plan
    scenario: str
    command: tuple[str, ...]
    """The words of the command that runs it again."""
    started: str
    """UTC, ISO 8601."""
    steps: Steps = NOBODY
    """How many users there were, change by change."""
    ramped: int
    """When all users had first been started; after the run, if they never were."""
    stopped: int
    """When publishing stopped."""
    ended: int
    """When the drain ended."""
    lost_workers: int
    late_workers: int
    missing_workers: int = 0
    """Processes that were expected and were not there when the run began."""
    interrupted: bool
    """Whether the user did not wait for the drain's end."""
    asked: Settings
    """What Locust was asked for: users, spawn rate, run time."""
    environment: dict[str, str]
    exceptions: tuple[str, ...] = ()
    """One line for each kind of exception in a scenario."""
    server_memory: list[Sample] = []
    ceiling: Ceiling | None = None
    """What the run was foreseen to take of it."""
    faults: tuple[str, ...] = ()
    """Exceptions in the master, or instead of a report."""
    cut: float = 0.0
    """After how many s the drain was ended though a process was still busy with reading; 0 if it was not."""


def aggregate(reports: list[Report], book: FanoutBook, facts: RunFacts, config: LoadConfig) -> LoadResult:
    """Return the result of a run from what its load-generating processes measured and told."""
    seconds, spans = _seconds(reports, facts)
    evidence = _evidence(reports, facts, config, sum(second.scheduled for second in seconds))
    why_withheld = withheld(evidence)
    latencies = Latencies(reports, book, withhold=bool(why_withheld))
    latency = _latency(reports, latencies)
    errors = _errors(reports, config)
    trends = tuple(_trends(reports, seconds, facts, longest(spans)))
    figures = Figures(
        ledger=evidence.ledger,
        connections=evidence.connections,
        errors=sum(error.count for error in errors),
        latency=latency,
        seconds=seconds,
        trends=trends,
    )
    judged = judge_by_phase(config.slos, figures, spans, divide(spans, seconds, latencies))
    evidence = msgspec.structs.replace(evidence, objectives=judged.run)
    return LoadResult(
        run=_run(facts, config),
        verdict=judge(evidence, config),
        ledger=evidence.ledger,
        anomalies=_anomalies(reports, facts.plan),
        latency=latency,
        seconds=seconds,
        phases=judged.phases,
        rooms=_rooms(reports, book, facts.plan),
        connections=evidence.connections,
        errors=errors,
        workers=tuple(report.worker for report in reports),
        configuration={**facts.asked, **configuration(config)},
        environment=facts.environment,
        trends=trends,
        ceiling=_most([reached(facts.ceiling, seconds[span.start : span.end]) for span in plateaus(spans)])
        or facts.ceiling,
        messages=merge_messages([report.messages for report in reports]),
        withheld=why_withheld,
    )


def configuration(config: LoadConfig) -> Settings:
    """Return ``config`` as one flat table, nested names joined by a dot."""
    flat: Settings = {}
    for name, value in msgspec.to_builtins(config).items():
        entries = value.items() if isinstance(value, dict) else ()
        flat |= {f"{name}.{inner}": entry for inner, entry in entries} or {name: value}
    flat["host"] = config.redact(config.host)
    flat["header"] = config.redact(", ".join(config.header))
    flat["slos"] = ", ".join(config.slos)
    del flat["own_slos"]
    return flat


def _run(facts: RunFacts, config: LoadConfig) -> Run:
    return Run(
        id=facts.plan.id,
        scenario=facts.scenario,
        host=config.redact(config.host),
        command=shell.line(config.redact(word) for word in facts.command),
        server_command=shell.server_command(),
        started=facts.started,
        seconds=(facts.ended - facts.plan.start) / SECOND,
    )


def _evidence(reports: list[Report], facts: RunFacts, config: LoadConfig, scheduled: int) -> Evidence:
    """Return what the processes reported, with what only the master knows of the run."""
    evidence = Evidence.of(
        [report.status for report in reports],
        config,
        Slices.of(report.distributions.intended for report in reports).whole(),
        Slices.of(report.distributions.lateness for report in reports).whole(),
    )
    errors = sorted(_errors(reports, config), key=lambda error: -error.count)
    return msgspec.structs.replace(
        evidence,
        ledger=_ledger(evidence.ledger, reports),
        errors=tuple(f"{error.example} ({error.count:,} times)" for error in errors[:_EXAMPLES]),
        faults=(*map(config.redact, facts.faults), *evidence.faults),
        exceptions=facts.exceptions,
        waiting=_waiting(reports),
        scheduled=scheduled,
        queueing_p99=_merge(report.distributions.queueing for report in reports).percentile(99),
        lost_workers=facts.lost_workers,
        late_workers=facts.late_workers,
        missing_workers=facts.missing_workers,
        interrupted=facts.interrupted,
        cut=facts.cut,
        ceiling=facts.ceiling,
    )


def _waiting(reports: list[Report]) -> tuple[str, ...]:
    """Return what the connections were waiting for that were still opening when the run ended."""
    steps = Counter[str]()
    for report in reports:
        steps.update(report.waiting)
    hints = dict.fromkeys(hint for report in reports for hint in report.hints)
    lines = [
        f"{count:,} connections were still waiting for {step} when the run ended: {awaited(step)}"
        for step, count in steps.items()
    ]
    return (*lines, *hints)


def _ledger(known: Ledger, reports: list[Report]) -> Ledger:
    """Return the sums with the members whose last userlist was wrong, where that can be judged."""
    unsure = _unsure(reports)
    stale = sum(count for report in reports for room, count in report.stale.items() if room not in unsure)
    return msgspec.structs.replace(known, stale=stale)


def _unsure(reports: list[Report]) -> set[int]:
    """Return the rooms whose userlists cannot be judged, for a member went when all should have stayed."""
    return {room for report in reports for room in report.changed}


def _anomalies(reports: list[Report], plan: Plan) -> tuple[Anomaly, ...]:
    unsure = {plan.room(room) for room in _unsure(reports)}
    listed = chain.from_iterable(report.anomalies for report in reports)
    return tuple(each for each in listed if each.kind != "stale" or each.room not in unsure)[:KEPT]


def _errors(reports: list[Report], config: LoadConfig) -> tuple[ErrorCount, ...]:
    """Return the errors of all processes; what a server says in them may hold a secret that it was sent."""
    merged: dict[str, ErrorCount] = {}
    for each in chain.from_iterable(report.errors for report in reports):
        error = ErrorCount(
            kind=config.redact(each.kind), count=each.count, example=config.redact(each.example)
        )
        known = merged.setdefault(error.kind, msgspec.structs.replace(error, count=0))
        merged[error.kind] = msgspec.structs.replace(known, count=known.count + error.count)
    return tuple(merged.values())


def _merge(records: Iterable[Histogram]) -> Distribution:
    total = Distribution()
    for record in records:
        total.merge(Distribution.of(record))
    return total


def _latency(reports: list[Report], latencies: Latencies) -> Latency:
    parts = [report.distributions for report in reports]
    return Latency(
        queueing=_merge(part.queueing for part in parts).record(),
        connect=_merge(part.connect for part in parts).record(),
        userlist=_merge(part.userlist for part in parts).record(),
        **msgspec.structs.asdict(latencies.whole()),
    )


def _seconds(reports: list[Report], facts: RunFacts) -> tuple[tuple[Second, ...], tuple[Span, ...]]:
    """Return the seconds of a run, and its phases."""
    timeline = Timeline(facts.plan.start)
    for report in reports:
        timeline.merge(report.timeline)
    rows = timeline.rows()
    spans = phases(facts.steps, facts.plan.start, facts.ramped, facts.stopped, len(rows))
    kinds = [_NAMES[span.kind] for span in spans for _ in range(span.seconds)]
    return tuple(
        Second(
            second=second,
            phase=kind,
            latency=row.latency,
            **{column.name.lower(): row.counts[column] for column in Column},
        )
        for second, (row, kind) in enumerate(zip(rows, kinds, strict=True))
    ), spans


def _most(ceilings: Iterable[Ceiling | None]) -> Ceiling | None:
    """Return the one of which most was reached."""
    return max(filter(None, ceilings), key=lambda ceiling: ceiling.reached, default=None)


def _trends(
    reports: list[Report], seconds: Sequence[Second], facts: RunFacts, held: Span | None
) -> Iterator[Trend]:
    """Yield what grew, or did not, while the number of users stood still for longest."""
    if held is None:
        return
    start = facts.plan.start
    span = (start + held.start * SECOND, start + held.end * SECOND)
    seconds = seconds[held.start : held.end]
    logs = [(f"worker {report.worker.index}", report.memory) for report in reports]
    logs.append(("the server", facts.server_memory))
    memory = [memory_trend(what, samples, start, span) for what, samples in logs]
    yield from filter(None, (latency_trend(seconds), *memory))


def _rooms(reports: list[Report], book: FanoutBook, plan: Plan) -> tuple[Room, ...]:
    members, published = Counter[int](), Counter[int]()
    for tally in chain.from_iterable(report.rooms for report in reports):
        members[tally.index] += tally.members
        published[tally.index] += tally.published
    return tuple(
        _room(plan.room(index), members[index], published[index], book.room(index))
        for index in sorted(members)
    )


def _room(name: str, members: int, published: int, fanout: tuple[int, int, int]) -> Room:
    delivered, last_member, spread = fanout
    return Room(
        room=name,
        members=members,
        published=published,
        delivered=delivered,
        last_member_p50=last_member,
        spread_p50=spread,
    )
