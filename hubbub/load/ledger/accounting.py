"""The account of every delivery to this process's users: its rooms, what was sent, and what is settled."""

from collections.abc import Callable, Iterator
from itertools import chain

from hubbub.load.config.run_context import RunContext
from hubbub.load.ledger.eviction import Eviction
from hubbub.load.ledger.member_cursor import MemberCursor
from hubbub.load.ledger.room_ledger import Context, RoomLedger
from hubbub.load.ledger.sends import SendLog, Sends
from hubbub.load.ledger.settlement import Settlement
from hubbub.load.ledger.userlists import MembershipSnapshot, Names, Stale, Userlists, snapshot_members, stale
from hubbub.load.measure.distribution import Durations
from hubbub.load.measure.measurements import Measurements

OnFold = Callable[[Durations, Durations], None]
"""Called several times a second with new deliveries' latencies and new publishes' lateness, in ns."""


class Accounting:
    """What was owed to this process's users, and whether it came; ``on_fold`` hears of what is taken in."""

    def __init__(self, context: RunContext, measurements: Measurements, on_fold: OnFold) -> None:
        recorder = measurements.recorder
        self.rooms: dict[int, RoomLedger] = {}
        self.sends = SendLog()
        self.userlists = Userlists()
        self.expected_userlists: dict[int, Names] = {}
        """By room, what the last userlists must say, once that is known."""
        self.settlement = Settlement(self.rooms, recorder.messages, recorder.timeline)
        self.eviction = Eviction(self.rooms, self.settlement.open, recorder.messages, recorder.timeline)
        self._context = context
        self._measurements = measurements
        self._on_fold = on_fold
        self._snapshot = MembershipSnapshot({}, [], False)
        self._shared = Context(
            run=context.plan.run,
            dialect=context.dialect,
            messages=recorder.messages,
            deliveries=recorder.deliveries,
            anomalies=measurements.anomalies,
            complaint=lambda complaint: measurements.note_error("server's Error message", complaint),
            userlists=self.userlists,
            settled=self.settlement.settled,
        )

    def room(self, index: int) -> RoomLedger:
        """Return the ledger of a room."""
        if index not in self.rooms:
            self.rooms[index] = RoomLedger(index, self._context.plan.room(index), self._shared)
        return self.rooms[index]

    def drain_sends(self) -> Sends:
        """Return what was sent whole since the last call."""
        clock = self._context.clock
        return self.sends.drain(clock.now(), clock.error)

    def fold(self) -> None:
        """Take in what was measured since the last call; to be done several times a second."""
        self._measurements.recorder.shown(self.userlists.drain())
        self._on_fold(*self._measurements.fold())

    def settle(self) -> None:
        """Settle what can be settled of all that has been sent and received."""
        self.fold()
        self.settlement.settle(self._context.clock.now())
        self.eviction.schedule()

    def tidy(self) -> None:
        """Forget a part of what is settled; all deliveries so far must have been folded."""
        self.eviction.tidy()

    def counts(self) -> dict[str, int]:
        """Return what was settled so far, by the names of ``Ledger``; what has not come may come yet."""
        settlement = self.settlement
        return {
            "published": self.sends.count,
            "expected": settlement.expected,
            "delivered": settlement.expected - settlement.lost,
            "lost": settlement.lost,
            "indeterminate": settlement.indeterminate,
        }

    @property
    def memberships(self) -> Iterator[MemberCursor]:
        """All memberships, present and past, that the ledger still knows."""
        return chain.from_iterable(room.members for room in self.rooms.values())

    def snapshot_members(self) -> MembershipSnapshot:
        """Return who is a member now."""
        nameless = self._context.dialect.nameless
        self._snapshot = snapshot_members(self.memberships, nameless, self.userlists.seen)
        return self._snapshot

    def changed_rooms(self) -> list[int]:
        """Return the rooms whose members in this process have changed since the last snapshot."""
        before, now = self._snapshot.members, self.snapshot_members().members
        return [room for room in self.rooms if before.get(room) != now.get(room)]

    def stale(self) -> Iterator[Stale]:
        """Yield each member whose last userlist is not the expected one."""
        return stale(self.memberships, self.expected_userlists)
