"""The load engine of one process: what all its simulated users share, by its parts."""

from gevent.event import Event

from hubbub.load.config.config import LoadConfig
from hubbub.load.config.plan import Plan
from hubbub.load.config.run_context import RunContext
from hubbub.load.exchange.status import ProcessStatus
from hubbub.load.ledger.accounting import Accounting, OnFold
from hubbub.load.measure.anomalies import ON_ARRIVAL
from hubbub.load.measure.measurements import Measurements
from hubbub.load.messages.dialect import Dialect
from hubbub.load.timing.clock import RunClock
from hubbub.load.timing.moments import NEVER
from hubbub.load.timing.send_scheduler import SendScheduler
from hubbub.load.users.network import Network
from hubbub.load.websocket.exhaustion import short_of
from hubbub.load.workload.message_texts import read_sizes, texts
from hubbub.load.workload.publisher import Publisher
from hubbub.load.workload.room_map import RoomMap
from hubbub.load.workload.schedule import FROM_RUN_START, offsets


class Engine:
    """One process's part of a run; ``worker`` is its Locust id.

    It is made of four parts, and whoever needs but one of them is given that one: the ``context`` of the run,
    the ``measurements``, the ``accounting`` of deliveries, and the ``network`` to the server. Itself it knows
    its users: when they publish, how many there are, and when they are to stop. Raises ConfigError where the
    configured certificates cannot be used.
    """

    def __init__(self, config: LoadConfig, plan: Plan, worker: str, clock: RunClock, on_fold: OnFold) -> None:
        self.context = RunContext(config, plan, clock, Dialect(), worker)
        self.measurements = Measurements(clock, plan.start, config.warm_up)
        self.accounting = Accounting(self.context, self.measurements, on_fold)
        self.network = Network(self.context)
        self.scheduler = SendScheduler(clock)
        self.publishers: list[Publisher] = []
        self.playing = 0
        """How many users are still doing what their scenario says."""
        self.ramped = Event()
        """Is set when all users of the run have been started."""
        self.stopped = NEVER
        """When publishing stopped, in ns of the run."""
        self._map = RoomMap(config.sizes, config.seed)
        self._sizes = read_sizes(config.message_size)

    @property
    def publishing(self) -> bool:
        """Whether users are to publish still."""
        return self.stopped == NEVER

    @property
    def present(self) -> int:
        """How many users take part: they are members, are joining, or may yet come back."""
        connections = self.measurements.connections
        return connections.members + connections.joining + self.playing

    @property
    def held_up(self) -> float:
        """The share of its users' time in which they waited for the server to read what they sent."""
        until = min(self.stopped, self.context.clock.now())
        time = len(self.publishers) * (until - self.context.plan.start)
        return self.measurements.recorder.held_up / time if time > 0 else 0.0

    def status(self) -> ProcessStatus:
        """Return how this process stands: what status updates and the report at the end have in common."""
        measurements = self.measurements
        return ProcessStatus(
            ledger={
                **self.accounting.counts(),
                **{kind: measurements.anomalies.counts[kind] for kind in ON_ARRIVAL},
            },
            connections=measurements.connections.record(),
            joining=measurements.connections.joining,
            short_of=short_of(measurements.errors.kinds),
            faults=tuple(measurements.faults),
            lag_p99=measurements.health.loop_lag.percentile(99),
            queueing_p99=measurements.recorder.queueing.percentile(99),
            cpu_share=measurements.health.cpu_share,
            held_up=self.held_up,
            clock_error=self.context.clock.error,
            clock_step=measurements.arrivals.largest_step,
        )

    def new_publisher(self) -> Publisher:
        """Return the publisher of a new user, with a number that no other user of the run has."""
        config, plan = self.context.config, self.context.plan
        number = plan.number(self.context.worker, len(self.publishers))
        room = self._map.room(number)
        schedule = offsets(config.schedule, config.rate, config.seed, number, room)
        epoch = plan.start if config.schedule in FROM_RUN_START else NEVER
        words = texts(self._sizes, config.repeats, config.seed, number)
        self.publishers.append(Publisher(room, number, schedule, epoch, words))
        return self.publishers[-1]

    def stop_publishing(self) -> None:
        """End all schedules; what is being sent is still sent."""
        if self.publishing:
            self.stopped = self.context.clock.now()
            self.measurements.health.stop()
