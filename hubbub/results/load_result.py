"""The format of ``load.json``: what a load run measured, versioned, and validated on writing and reading.

``load.schema.json`` beside this file is the same as a JSON Schema. All durations are integers in
nanoseconds, all sizes bytes, all rates per second; times of day are UTC in ISO 8601.
"""

from pathlib import Path
from typing import Any, Literal, NamedTuple

import msgspec

from hubbub.results.records import Record, ResultFileError, read_result, write_result

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


class Ledger(Record, frozen=True, kw_only=True):
    """Every delivery accounted for: delivered + lost = expected."""

    published: int
    """Messages sent whole."""
    expected: int
    """Pairs of message and member for which the server owed a delivery."""
    delivered: int
    """Expected pairs that arrived at least once, whole."""
    lost: int
    """Expected pairs that had not arrived when the drain ended."""
    duplicated: int
    """Arrivals after the first of a pair."""
    reordered: int
    """Arrivals after a later message of the same publisher."""
    misdelivered: int
    """Arrivals in another room than the message was published to."""
    corrupt: int
    """Arrivals that match no published message: envelope or CRC broken, or fields forged."""
    indeterminate: int
    """Pairs that fell into the member's join or leave window, arrived or not; not in ``expected``."""
    stale: int = 0
    """Members whose last userlist, when the drain ended, was not the names of the room's members."""


class Messages(Record, frozen=True, kw_only=True):
    """What was published, in bytes of each message before base64."""

    count: int
    least: int
    mean: float
    most: int
    repeated: int
    """Of these so many were equal to the sender's message before, to the last character."""

    def __str__(self) -> str:
        """Return it in a few words."""
        sizes = f"{self.least:,} bytes each"
        if self.least < self.most:
            sizes = f"{self.least:,} to {self.most:,} bytes, {self.mean:,.0f} on average"
        return sizes + (f"; {self.repeated:,} of them equal to the one before" if self.repeated else "")


class Anomaly(Record, frozen=True, kw_only=True):
    """One delivery gone wrong, with what is needed to find it in the server's logs."""

    kind: Literal["lost", "duplicated", "reordered", "misdelivered", "corrupt", "stale"]
    room: str
    member: int
    """The number of the user that saw it, or that missed it."""
    publisher: int | None
    sequence: int | None
    detail: str


class Histogram(Record, frozen=True, kw_only=True):
    """A distribution of durations in nanoseconds, bounded in error, mergeable without loss."""

    count: int
    mean: float
    max: int
    hdr: str
    """HdrHistogram V2 compressed, base64."""


NOTHING = Histogram(count=0, mean=0.0, max=0, hdr="HISTFAAAAB14nJNpmSzMgADMUJoRyHQz2LGAwf4DRAAATjkESw==")
"""The distribution of nothing."""


class Latency(Record, frozen=True, kw_only=True):
    """The distributions of a run. Latency ends at the kernel's arrival time where that is to be had."""

    intended: Histogram
    """Intended send time to arrival: what a user would have felt (free of coordinated omission)."""
    sent: Histogram
    """Actual send time to arrival."""
    lateness: Histogram
    """Intended send time to actual send time: the generator's own delay."""
    queueing: Histogram
    """Arrival in the kernel to reading by the generator; empty where arrival times are not to be had."""
    last_member: Histogram
    """Intended send time to the arrival at the last member of the room, one value a message."""
    spread: Histogram
    """First to last member's arrival, one value a message."""
    connect: Histogram
    """Start of the TCP connection to the server's Status."""
    userlist: Histogram = NOTHING
    """First message under a name, or start of a leaving, to the userlist that shows it."""

    def independent(self, name: str, published: int) -> int:
        """Return how many independent values stand in a distribution, of a run of ``published`` messages.

        All deliveries of a message, and all members' reads of them, share its fate: there the messages count.
        """
        count: int = getattr(self, name).count
        return min(count, published) if name in _OF_MESSAGES else count


_OF_MESSAGES = frozenset({"intended", "sent", "lateness", "queueing", "last_member", "spread"})
"""The distributions in which values of one message are not independent of each other."""


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


class PhaseLatency(Record, frozen=True, kw_only=True):
    """The distributions of a phase: of the messages that were to be sent in it."""

    intended: Histogram
    sent: Histogram
    lateness: Histogram
    last_member: Histogram
    spread: Histogram


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


class ErrorCount(Record, frozen=True, kw_only=True):
    """How often one kind of error occurred, with one example."""

    kind: str
    count: int
    example: str


class AddressConnections(Record, frozen=True, kw_only=True):
    """What became of the connections to one of the addresses behind a URL."""

    attempted: int = 0
    opened: int = 0
    failed: int = 0
    """Ended before a Status; the user then tried another address, where there was one."""
    example: str = ""
    """Why the first of them failed."""


class UrlConnections(Record, frozen=True, kw_only=True):
    """What became of the connections to one URL."""

    opened: int = 0
    failed: int = 0
    lost: int = 0
    addresses: dict[str, AddressConnections] = msgspec.field(default_factory=dict)
    """By each address that was tried, with its port."""


class Connections(Record, frozen=True, kw_only=True):
    """What became of the connections."""

    attempted: int
    opened: int
    """Reached their Status."""
    failed: int
    """Never reached their Status."""
    lost: int
    """Ended by the server while the run went on."""
    closes: dict[str, int]
    """By close code; ``none`` is an end without a Close frame."""
    shed: int = 0
    """Of users that put off reading: ended by the server, which is its right; not in ``lost``."""
    urls: dict[str, UrlConnections] = msgspec.field(default_factory=dict)
    """By each URL of the server."""
    joining: int = 0
    """Of those that failed: still opening when the run ended."""
    starved: int = 0
    """Of those that failed: for want of file descriptors or ports of the load generator."""


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


def schema() -> dict[str, Any]:
    """Return the JSON Schema of ``load.json``."""
    return msgspec.json.schema(LoadResult)


def write(result: LoadResult, directory: Path) -> Path:
    """Validate and write ``load.json`` into ``directory``, whole or not at all; return its path.

    Raises ResultFileError where it cannot be written.
    """
    return write_result(result, directory / FILE_NAME)


def read(path: Path) -> LoadResult:
    """Read and validate a ``load.json``.

    Raises ResultFileError, in one line, for a missing, cut-off or foreign file.
    """
    return read_result(path, LoadResult)


__all__ = ["LoadResult", "ResultFileError", "read", "schema", "write"]


if __name__ == "__main__":
    print(msgspec.json.format(msgspec.json.encode(schema()), indent=1).decode())
