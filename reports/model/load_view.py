"""A load run in numbers, ready to be drawn or printed: every text made plain, every histogram decoded."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from hubbub.results.connections import AddressConnections, Connections
from hubbub.results.load_result import Ceiling, LoadResult, Objective, Pace, Room, Verdict, Worker, pace
from hubbub.text import quantities
from hubbub.text.redaction import shown_text

from ..text.sanitize import COMMAND, line
from .coarse_timeline import Timeline, timeline
from .percentiles import RecordedDistribution, decode
from .phase_rows import PhaseView, phase_views
from .trend_rows import TrendView, trend_view

ROOMS = 20
"""Rooms in the table: those with the slowest last member."""


@dataclass(frozen=True, kw_only=True)
class LedgerLine:
    """One count of the ledger."""

    name: str
    value: int
    meaning: str
    broken: bool
    """Whether the count says that the server is not correct."""


@dataclass(frozen=True, kw_only=True)
class AnomalyView:
    """One delivery gone wrong."""

    kind: str
    room: str
    member: str
    publisher: str
    sequence: str
    detail: str


@dataclass(frozen=True, kw_only=True)
class ErrorView:
    """One kind of error."""

    kind: str
    count: int
    example: str


@dataclass(frozen=True, kw_only=True)
class ConnectionsView:
    """What became of the connections."""

    counts: tuple[tuple[str, int], ...]
    closes: tuple[tuple[str, int], ...]
    """By close code, ascending."""
    addresses: tuple["AddressView", ...]
    """Those behind URLs that have several."""


@dataclass(frozen=True, kw_only=True)
class AddressView:
    """What became of the connections to one of a URL's addresses."""

    url: str
    address: str
    counts: AddressConnections
    example: str


@dataclass(frozen=True, kw_only=True)
class WorkerView:
    """The health of one load-generating process."""

    index: int
    users: int
    cpu_share: float
    loop_lag: RecordedDistribution
    clock_error: int
    arrival: str


@dataclass(frozen=True, kw_only=True)
class RoomView:
    """One room's fan-out; durations in ns."""

    name: str
    members: int
    published: int
    delivered: int
    last_member: int
    spread: int


@dataclass(frozen=True, kw_only=True)
class LoadView:
    """All that a report says of a load run."""

    scenario: str
    host: str
    command: str
    server_command: str
    started: str
    seconds: float
    users: int
    """The most that were members at once."""
    pace: Pace | None
    verdict: Verdict
    reasons: tuple[str, ...]
    objectives: tuple[str, ...]
    """The declared ones, each with what was measured; of a missed one it says so."""
    remarks: tuple[str, ...]
    """Sentences that a reader of the figures must know."""
    ledger: tuple[LedgerLine, ...]
    anomalies: tuple[AnomalyView, ...]
    intended: RecordedDistribution
    sent: RecordedDistribution
    last_member: RecordedDistribution
    spread: RecordedDistribution
    lateness: RecordedDistribution
    queueing: RecordedDistribution
    connect: RecordedDistribution
    userlist: RecordedDistribution
    phases: tuple[PhaseView, ...]
    """In their order; none in results of earlier versions."""
    timeline: Timeline
    rooms: tuple[RoomView, ...]
    """The slowest last member first."""
    connections: ConnectionsView
    errors: tuple[ErrorView, ...]
    trends: tuple[TrendView, ...]
    workers: tuple[WorkerView, ...]
    configuration: tuple[tuple[str, str], ...]
    environment: tuple[tuple[str, str], ...]

    @property
    def latencies(self) -> tuple[RecordedDistribution, ...]:
        """What users felt, the most important first."""
        return (self.intended, self.sent, self.last_member, self.spread)

    @property
    def generator(self) -> tuple[RecordedDistribution, ...]:
        """What the generator itself added."""
        return (self.lateness, self.queueing, *(worker.loop_lag for worker in self.workers))

    @property
    def slowest_rooms(self) -> tuple[RoomView, ...]:
        """Those in the table."""
        return self.rooms[:ROOMS]

    def count(self, name: str) -> int:
        """Return the ledger's count of that name; raises KeyError where there is none."""
        return {line.name: line.value for line in self.ledger}[name]


_MEANINGS = {
    "published": "messages sent whole",
    "expected": "deliveries that the server owed",
    "delivered": "owed deliveries that arrived, whole",
    "lost": "owed deliveries that had not arrived when the drain ended",
    "duplicated": "arrivals after the first of the same delivery",
    "reordered": "arrivals after a later message of the same publisher",
    "misdelivered": "arrivals in another room than the message was published to",
    "corrupt": "arrivals that match no published message",
    "stale": "members whose last userlist was not the names of their room's members",
    "indeterminate": "deliveries while the member was joining or leaving: neither owed nor wrong",
}
_FAULTS = ("lost", "duplicated", "reordered", "misdelivered", "corrupt", "stale")


def load_view(result: LoadResult) -> LoadView:
    """Return what a report says of ``result``. Raises ResultFileError where a histogram in it is damaged."""
    latencies = _latencies(result)
    over_time = timeline(result.seconds, result.phases)
    return LoadView(
        scenario=line(result.run.scenario),
        host=line(shown_text(result.run.host)),
        command=line(shown_text(result.run.command), COMMAND),
        server_command=line(result.run.server_command, COMMAND),
        started=line(result.run.started),
        seconds=result.run.seconds,
        users=max((second.users for second in result.seconds), default=0),
        pace=pace(result),
        verdict=result.verdict,
        reasons=tuple(line(reason) for reason in result.verdict.reasons),
        objectives=tuple(_objective(objective) for objective in result.verdict.objectives),
        remarks=tuple(
            filter(
                None,
                (
                    latencies["intended"].withheld,
                    _arrival_remark(result.workers),
                    _ceiling_remark(result.ceiling),
                    over_time.not_stationary,
                ),
            )
        ),
        ledger=_ledger(result),
        anomalies=_anomalies(result),
        phases=phase_views(result.phases, latencies["intended"].withheld),
        timeline=over_time,
        rooms=_rooms(result.rooms),
        connections=_connections(result),
        errors=_errors(result),
        workers=tuple(_worker(worker) for worker in result.workers),
        trends=tuple(trend_view(trend) for trend in result.trends if trend.is_telling),
        configuration=_pairs(result.configuration),
        environment=_pairs(result.environment),
        **latencies,
    )


def _objective(objective: Objective) -> str:
    words = {True: "", False: ", missed", None: ", not judged"}
    return line(f"{objective.text}: {objective.shown}{words[objective.met]}")


def _latencies(result: LoadResult) -> dict[str, RecordedDistribution]:
    latency, messages = result.latency, result.ledger.published
    found = {
        "intended": decode("from intended time", latency.intended, "messages", messages),
        "sent": decode("from actual send", latency.sent, "messages", messages),
        "last_member": decode("last member", latency.last_member, "messages", messages),
        "spread": decode("spread", latency.spread, "messages", messages),
    }
    withheld = _withheld(result)
    return {
        **{name: replace(distribution, withheld=withheld) for name, distribution in found.items()},
        "lateness": decode("send lateness", latency.lateness, "messages"),
        "queueing": decode("queueing", latency.queueing, "messages", messages),
        "connect": decode("connect", latency.connect, "connections"),
        "userlist": decode("userlist", latency.userlist, "changes of membership"),
    }


def _withheld(result: LoadResult) -> str:
    """Return, as a sentence, why the latencies that need clocks that agree are not told, if so."""
    why = line(result.withheld)
    return f"{why[:1].upper()}{why[1:]}." if why else ""


def _arrival_remark(workers: Sequence[Worker]) -> str:
    if all(worker.arrival == "kernel" for worker in workers):
        return ""
    return (
        "Arrival times are those of reading, not of the kernel: latencies include the generator's queueing."
    )


def _ceiling_remark(ceiling: Ceiling | None) -> str:
    if ceiling is None:
        return ""
    return (
        f"The load generator was at {quantities.share(ceiling.reached)} of its machine's calibrated ceiling."
    )


def _ledger(result: LoadResult) -> tuple[LedgerLine, ...]:
    counts = {name: getattr(result.ledger, name) for name in _MEANINGS}
    meanings = dict(_MEANINGS)
    if result.messages and result.messages.count:
        meanings["published"] += f", {result.messages}"
    return tuple(
        LedgerLine(
            name=name, value=counts[name], meaning=meaning, broken=name in _FAULTS and counts[name] > 0
        )
        for name, meaning in meanings.items()
    )


def _anomalies(result: LoadResult) -> tuple[AnomalyView, ...]:
    return tuple(
        AnomalyView(
            kind=anomaly.kind,
            room=line(anomaly.room),
            member=str(anomaly.member),
            publisher=_known(anomaly.publisher),
            sequence=_known(anomaly.sequence),
            detail=line(anomaly.detail),
        )
        for anomaly in result.anomalies
    )


def _known(number: int | None) -> str:
    return "unknown" if number is None else str(number)


def _rooms(rooms: Sequence[Room]) -> tuple[RoomView, ...]:
    views = [
        RoomView(
            name=line(room.room, 80),
            members=room.members,
            published=room.published,
            delivered=room.delivered,
            last_member=room.last_member_p50,
            spread=room.spread_p50,
        )
        for room in rooms
    ]
    return tuple(sorted(views, key=lambda room: -room.last_member))


def _connections(result: LoadResult) -> ConnectionsView:
    connections = result.connections
    names = ("attempted", "opened", "failed", "lost", "shed", "starved", "joining")
    return ConnectionsView(
        counts=tuple((name, getattr(connections, name)) for name in names),
        closes=tuple(sorted((line(code, 40), number) for code, number in connections.closes.items())),
        addresses=tuple(_addresses(connections)),
    )


def _addresses(connections: Connections) -> Iterator[AddressView]:
    for url, known in connections.urls.items():
        if len(known.addresses) > 1:
            for address, counts in known.addresses.items():
                shown = line(shown_text(url)), line(address), line(counts.example)
                yield AddressView(url=shown[0], address=shown[1], counts=counts, example=shown[2])


def _errors(result: LoadResult) -> tuple[ErrorView, ...]:
    views = (
        ErrorView(kind=line(error.kind), count=error.count, example=line(error.example))
        for error in result.errors
    )
    return tuple(sorted(views, key=lambda error: (-error.count, error.kind)))


def _worker(worker: Worker) -> WorkerView:
    return WorkerView(
        index=worker.index,
        users=worker.users,
        cpu_share=worker.cpu_share,
        loop_lag=decode(f"loop lag, worker {worker.index}", worker.loop_lag, "timers"),
        clock_error=worker.clock_error,
        arrival=worker.arrival,
    )


def _pairs(
    values: dict[str, str | int | float | bool | None] | dict[str, str],
) -> tuple[tuple[str, str], ...]:
    return tuple((line(name), _setting(value)) for name, value in values.items())


def _setting(value: str | int | float | bool | None) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "none" if value is None else line(shown_text(str(value)))
