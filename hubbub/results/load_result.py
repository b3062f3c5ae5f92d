"""The format of ``load.json``: what a load run measured, versioned, and validated on writing and reading.

``load.schema.json`` beside this file is the same as a JSON Schema; ``python -m scripts.schemas`` writes it.
All durations are integers in nanoseconds, all sizes bytes, all rates per second; times of day are UTC in
ISO 8601.
"""

from typing import Literal, NamedTuple

from hubbub.results.connections import Connections
from hubbub.results.counts import Anomaly, ErrorCount, Ledger, Messages
from hubbub.results.latency import Histogram, Latency, PhaseLatency
from hubbub.results.records import Record, ResultFormat

FILE_NAME = "load.json"
FORMAT: Literal["hubbub-load"] = "hubbub-load"
VERSION: Literal[2] = 2
"""2 since runs have phases; results of version 1 are read as well, and have none."""


Settings = dict[str, str | int | float | bool | None]
"""What a run was asked for, by name."""


class Run(Record, frozen=True, kw_only=True):
    """When, what and where the run was."""

    id: str
    scenario: str
    host: str
    """The server's URL."""
    command: str
    """The one line that runs it again."""
    started: str
    seconds: float
    """From the first user's start to the end of the drain."""
    server_command: str = ""
    """The one line to give before that one: it starts the server, which ended with the run."""


class Objective(Record, frozen=True, kw_only=True):
    """A declared service level objective, and what became of it."""

    text: str
    """As it was declared, such as ``p99<200ms``."""
    measured: float | None
    """In ns, ns per hour, per second, as a count, or as a share of 1, by the objective's unit; None where
    there was nothing to measure."""
    shown: str
    """The same for people, and why it was not judged, if so."""
    met: bool | None
    """None where it could not be judged: nothing was measured, or what was is too little to rely on."""


class Verdict(Record, frozen=True, kw_only=True):
    """The three answers of a run, with their causes, and the process's exit code."""

    valid: bool
    """Whether the measurement can be trusted, whatever the server did."""
    correct: bool
    """Whether no delivery was lost, duplicated, reordered, misdelivered or corrupt, and no connection was
    refused or ended by the server; never true where nothing was measured."""
    slo: Literal["met", "missed", "unjudged", "none"]
    """The declared service level objectives; ``unjudged`` where one that was asked for stands on too little
    to be judged and none was missed; ``none`` where none was declared, or nothing was measured."""
    reasons: tuple[str, ...]
    """One sentence for each cause of a bad answer, the gravest first."""
    exit_code: Literal[0, 1, 3, 4]
    """0 pass, 1 error, 3 a correctness or SLO failure, 4 an invalid measurement."""
    objectives: tuple[Objective, ...] = ()
    """The declared objectives one by one."""


class Second(Record, frozen=True, kw_only=True):
    """One second of the run."""

    second: int
    """Seconds since the first user's start."""
    phase: Literal["ramp", "hold", "drain"]
    """The kind of the phase that it is part of; ``hold`` in a plateau."""
    users: int
    """Members at the end of the second."""
    scheduled: int
    """Messages whose intended time fell into it."""
    sent: int
    """Messages sent in it."""
    expected: int
    """Deliveries owed for the messages sent in it."""
    delivered: int
    """Deliveries that arrived in it."""
    errors: int
    latency: tuple[tuple[int, int], ...]
    """Intended latency of the deliveries of this second: (upper bound in ns, count), ascending,
    in buckets that grow by a fixed factor."""


class Rates(Record, frozen=True, kw_only=True):
    """Means of a phase, per second."""

    scheduled: float
    sent: float
    """Messages."""
    expected: float
    """Deliveries owed for them."""
    delivered: float
    """Deliveries that arrived."""


class Phase(Record, frozen=True, kw_only=True):
    """A part of the run, in whole seconds: phases follow one another without gaps."""

    kind: Literal["ramp", "plateau", "drain"]
    """Users came or went; their number stood still, for five seconds or longer; publishing had stopped."""
    users: int
    """That Locust ran at its end, whether they got in or not."""
    start: int
    """Its first second, since the first user's start."""
    end: int
    """The second after its last one."""
    messages: int
    """Sent in it."""
    errors: int
    rates: Rates
    latency: PhaseLatency
    objectives: tuple[Objective, ...] = ()
    """Those that are judged phase by phase, as far as this one is judged; its verdict is not the run's."""


class Pace(NamedTuple):
    """How much went on per second, on average."""

    messages: float
    deliveries: float


class Room(Record, frozen=True, kw_only=True):
    """One room's fan-out."""

    room: str
    members: int
    published: int
    delivered: int
    last_member_p50: int
    spread_p50: int


TELLING = 60.0
"""From so many seconds on a slope is told, and an objective judged by it."""


class Trend(Record, frozen=True, kw_only=True):
    """How one figure went while the number of users stood still: in the longest plateau."""

    what: str
    unit: Literal["ns", "bytes"]
    per_hour: float
    """The slope of the straight line that fits best (least squares), in the unit per hour."""
    points: tuple[tuple[float, int], ...]
    """Seconds since the first user's start, and the value."""

    @property
    def seconds(self) -> float:
        """How long it was watched."""
        return self.points[-1][0] - self.points[0][0] if self.points else 0.0

    @property
    def is_telling(self) -> bool:
        """Whether it was watched for so long that its slope means something."""
        return self.seconds >= TELLING


class Worker(Record, frozen=True, kw_only=True):
    """The health of one load-generating process."""

    index: int
    users: int
    cpu_share: float
    """CPU time over wall time while publishing: 1.0 is a whole core."""
    loop_lag: Histogram
    """How late a timer of the event loop came, due every 50 ms; what was missed meanwhile is filled in."""
    clock_error: int
    """Bound on the clock offset against the master, in ns; 0 on one host."""
    arrival: Literal["kernel", "read"]
    """Where arrival times came from."""


class Ceiling(Record, frozen=True, kw_only=True):
    """How near a run came to what its processes can generate on this machine, as it was calibrated."""

    deliveries: float
    """The calibrated ceiling of one process, in deliveries/s."""
    publishes: float
    """The same in messages/s."""
    processes: int
    asked: float
    """The share of all processes' ceiling that the run was predicted to take, of the nearer of the two."""
    reached: float
    """The share that it took in the plateau in which it took most."""


class LoadResult(Record, frozen=True, kw_only=True):
    """All that ``load.json`` holds."""

    run: Run
    verdict: Verdict
    ledger: Ledger
    anomalies: tuple[Anomaly, ...]
    """The first 20."""
    latency: Latency
    seconds: tuple[Second, ...]
    phases: tuple[Phase, ...] = ()
    """Empty in results of version 1."""
    rooms: tuple[Room, ...]
    connections: Connections
    errors: tuple[ErrorCount, ...]
    workers: tuple[Worker, ...]
    configuration: Settings
    environment: dict[str, str]
    trends: tuple[Trend, ...] = ()
    """Of the median latency, and of the memory of each process that was looked at."""
    ceiling: Ceiling | None = None
    """None where this machine is not calibrated, or others took part."""
    messages: Messages | None = None
    """None in results of earlier versions."""
    withheld: str = ""
    """Why the latencies that need clocks that agree (``intended``, ``sent``, ``last_member``, ``spread``) are
    left out, in one sentence; empty where they are told, and in results of earlier versions."""
    format: Literal["hubbub-load"] = FORMAT
    version: Literal[1, 2] = VERSION


def pace(result: LoadResult) -> Pace | None:
    """Return the mean rates of the plateaus that had the most users.

    Where there was none, those of the seconds in which messages were sent; None where none was.
    """
    plateaus = [phase for phase in result.phases if phase.kind == "plateau"]
    most = max((phase.users for phase in plateaus), default=0)
    spans = [(phase.start, phase.end) for phase in plateaus if phase.users == most]
    seconds = [each for each in result.seconds if any(a <= each.second < b for a, b in spans)]
    seconds = seconds or [each for each in result.seconds if each.sent]
    if not seconds:
        return None
    return Pace(
        messages=sum(each.sent for each in seconds) / len(seconds),
        deliveries=sum(each.delivered for each in seconds) / len(seconds),
    )


LOAD_JSON = ResultFormat(FILE_NAME, LoadResult)
read, write, schema = LOAD_JSON.read, LOAD_JSON.write, LOAD_JSON.schema
