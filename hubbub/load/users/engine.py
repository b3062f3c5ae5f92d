"""The load engine of one process: what all its simulated users share."""

import os
from collections.abc import Callable, Iterator
from itertools import chain

from gevent.event import Event
from websockets.uri import WebSocketURI, parse_uri

from hubbub.load.config.config import LoadConfig
from hubbub.load.config.plan import Plan
from hubbub.load.ledger.eviction import Eviction
from hubbub.load.ledger.member_cursor import MemberCursor
from hubbub.load.ledger.room_ledger import Context, RoomLedger
from hubbub.load.ledger.sends import SendLog, Sends
from hubbub.load.ledger.settlement import Settlement
from hubbub.load.ledger.userlists import MembershipSnapshot, Names, Stale, Userlists, snapshot_members, stale
from hubbub.load.measure.anomalies import Anomalies
from hubbub.load.measure.distribution import Durations
from hubbub.load.measure.headcount import Headcount
from hubbub.load.measure.health import Health
from hubbub.load.measure.measurements import Recorder
from hubbub.load.measure.memory_log import MemoryLog
from hubbub.load.measure.tallies import ConnectionTally, ErrorTally
from hubbub.load.messages.dialect import Dialect
from hubbub.load.timing.arrival import ArrivalClock
from hubbub.load.timing.clock import RunClock
from hubbub.load.timing.moments import NEVER
from hubbub.load.timing.send_scheduler import SendScheduler
from hubbub.load.websocket.schemes import Schemes
from hubbub.load.websocket.transport import Dialer
from hubbub.load.workload.message_texts import read_sizes, texts
from hubbub.load.workload.publisher import Publisher
from hubbub.load.workload.room_map import RoomMap
from hubbub.load.workload.schedule import FROM_RUN_START, offsets
from hubbub.load.workload.targets import Target, target_of

_FAULTS = 20
"""So many exceptions are kept: what fails once may fail again and again."""

OnFold = Callable[[Durations, Durations], None]
"""Called several times a second with new deliveries' latencies and new publishes' lateness, in ns."""


class Engine:
    """Everything that this process knows of the run; ``worker`` is its Locust id.

    Raises ConfigError where the configured certificates cannot be used.
    """

    def __init__(self, config: LoadConfig, plan: Plan, worker: str, clock: RunClock, on_fold: OnFold) -> None:
        self.config = config
        self.plan = plan
        self.clock = clock
        self.dialect = Dialect()
        self.scheduler = SendScheduler(clock)
        self.arrivals = ArrivalClock(clock)
        self.recorder = Recorder(plan.start, config.warm_up)
        self.anomalies = Anomalies()
        self.connections = ConnectionTally()
        self.errors = ErrorTally()
        self.health = Health()
        self.memory = MemoryLog(os.getpid(), clock.now, family=False)
        self.faults: list[str] = []
        """Exceptions in callbacks, which should not have been."""
        self.publishers: list[Publisher] = []
        self.rooms: dict[int, RoomLedger] = {}
        self.headcount = Headcount()
        self.behind = 0
        """How often there was more to take in, on one of the connections, than is taken in at once."""
        self.members = 0
        """How many users are members now."""
        self.playing = 0
        """How many users are still doing what their scenario says."""
        self.ramped = Event()
        """Is set when all users of the run have been started."""
        self.sends = SendLog()
        self.stopped = NEVER
        """When publishing stopped, in ns of the run."""
        self.dialer = Dialer(config.tls())
        self.schemes = Schemes(self.dialer)
        self.opening = config.opening
        self.index = plan.workers.index(worker)
        self._worker = worker
        self._map = RoomMap(config.sizes, config.seed)
        self._sizes = read_sizes(config.message_size)
        self._on_fold = on_fold
        self._targets = config.targets
        self._uris: dict[tuple[Target, int], WebSocketURI] = {}
        self.userlists = Userlists()
        self.expected_userlists: dict[int, Names] = {}
        """By room, what the last userlists must say, once that is known."""
        self._snapshot = MembershipSnapshot({}, [], False)
        self.settlement = Settlement(self.rooms, self.recorder.messages, self.recorder.timeline)
        self.eviction = Eviction(
            self.rooms, self.settlement.open, self.recorder.messages, self.recorder.timeline
        )
        self._context = Context(
            run=plan.run,
            dialect=self.dialect,
            messages=self.recorder.messages,
            deliveries=self.recorder.deliveries,
            anomalies=self.anomalies,
            complaint=self._note_complaint,
            userlists=self.userlists,
            settled=self.settlement.settled,
        )

    @property
    def publishing(self) -> bool:
        """Whether users are to publish still."""
        return self.stopped == NEVER

    @property
    def present(self) -> int:
        """How many users take part: they are members, are joining, or may yet come back."""
        return self.members + self.connections.joining + self.playing

    def new_publisher(self) -> Publisher:
        """Return the publisher of a new user, with a number that no other user of the run has."""
        number = self.plan.number(self._worker, len(self.publishers))
        config = self.config
        room = self._map.room(number)
        schedule = offsets(config.schedule, config.rate, config.seed, number, room)
        epoch = self.plan.start if config.schedule in FROM_RUN_START else NEVER
        words = texts(self._sizes, config.repeats, config.seed, number)
        self.publishers.append(Publisher(room, number, schedule, epoch, words))
        return self.publishers[-1]

    def room(self, index: int) -> RoomLedger:
        """Return the ledger of a room."""
        if index not in self.rooms:
            self.rooms[index] = RoomLedger(index, self.plan.room(index), self._context)
        return self.rooms[index]

    def target(self, user: int) -> Target:
        """Return the URL of the server that the user with that number connects to."""
        targets = self._targets
        return targets[target_of(user, self.config.rooms, len(targets))]

    def uri(self, target: Target, room: int) -> WebSocketURI:
        """Return the URI that joins a room by way of one of the server's URLs."""
        key = (target, room)
        if key not in self._uris:
            self._uris[key] = parse_uri(self.dialect.url(target.url, self.plan.room(room)))
        return self._uris[key]

    def note_error(self, kind: str, example: str) -> None:
        """Count an error of the server or of the network."""
        self.errors.note(kind, example, self.clock.now())

    def note_fault(self, error: Exception) -> None:
        """Keep an exception of our own, if it is one of the first: the run will not be trusted."""
        if len(self.faults) < _FAULTS:
            self.faults.append(repr(error))

    def fold(self) -> None:
        """Take in what was measured since the last call; to be done several times a second."""
        self.arrivals.resample()
        self.health.fold()
        self.recorder.shown(self.userlists.drain())
        self._on_fold(*self.recorder.fold())

    def tidy(self) -> None:
        """Forget a part of what is settled; all deliveries so far must have been folded."""
        self.eviction.tidy()

    def stop_publishing(self) -> None:
        """End all schedules; what is being sent is still sent."""
        if self.publishing:
            self.stopped = self.clock.now()
            self.health.stop()

    def take_sends(self) -> Sends:
        """Return what was sent whole since the last call."""
        return self.sends.drain(self.clock.now(), self.clock.error)

    def settle(self) -> None:
        """Settle what can be settled of all that has been sent and received."""
        self.fold()
        self.settlement.settle(self.clock.now())
        self.eviction.schedule()

    @property
    def memberships(self) -> Iterator[MemberCursor]:
        """All memberships, present and past, that the ledger still knows."""
        return chain.from_iterable(room.members for room in self.rooms.values())

    def snapshot_members(self) -> MembershipSnapshot:
        """Return who is a member now."""
        self._snapshot = snapshot_members(self.memberships, self.dialect.nameless, self.userlists.seen)
        return self._snapshot

    def changed_rooms(self) -> list[int]:
        """Return the rooms whose members in this process have changed since the last snapshot."""
        before, now = self._snapshot.members, self.snapshot_members().members
        return [room for room in self.rooms if before.get(room) != now.get(room)]

    def stale(self) -> Iterator[Stale]:
        """Yield each member whose last userlist is not the expected one."""
        return stale(self.memberships, self.expected_userlists)

    def _note_complaint(self, complaint: str) -> None:
        self.note_error("server's Error message", complaint)
