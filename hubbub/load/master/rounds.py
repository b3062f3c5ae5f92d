"""The master's side of the exchange of the ledger's facts: rounds during the run, and the drain at its end.

The master (or the only process) asks; the load-generating processes answer (``worker.coordinator``). It does
not wait beyond the drain's deadline.
"""

from collections.abc import Callable
from time import monotonic, monotonic_ns
from typing import Any, TypeVar

import gevent
import msgspec
import numpy as np
from locust.runners import MasterRunner, Runner

from hubbub.load.exchange.names import ANSWER, BUSY, POLL, REPORT, SENDS, SETTLE, STOP, SYNC
from hubbub.load.exchange.report import Report
from hubbub.load.exchange.round_messages import DrainRequest, Round, RoundReply
from hubbub.load.ledger.sends import Sends, join
from hubbub.load.ledger.userlists import Names, merge_snapshots
from hubbub.load.master.fanout_book import FanoutBook
from hubbub.load.master.workers import is_alive
from hubbub.load.measure.fanout import unpack
from hubbub.load.measure.headcount import Population
from hubbub.load.measure.phases import settled

T = TypeVar("T")


_ANSWER_TIMEOUT = 60.0
"""How long, in s, a process may take to answer what needs no waiting."""
_HURRIED = 1.0
"""How long, in s, the drain goes on at most when the user has asked for an end."""
_LAST_PATIENCE = 20.0
"""How long, in s, it is then waited for what needs no waiting: a process may have gone."""
_STUCK = 10.0
"""How long, in s, a process may be busy with reading that brings nothing it awaits; or the drain's length, if
that is longer: a server may send without end what nobody waits for."""
_LONGEST = 60.0
"""How much longer, in s, than it was asked to the drain goes on at most for those that are busy."""


class _Busy:
    """How long a process has been busy with reading, since it was asked to settle."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.useful = 0.0
        """What it had been busy, in s, when it last came nearer to what it awaits."""
        self._awaited: int | None = None

    def note(self, seconds: float, awaited: int) -> None:
        """Take note of some more ``seconds``, after which so much was ``awaited``."""
        self.seconds += seconds
        if self._awaited is None or awaited < self._awaited:
            self.useful = self.seconds
            self._awaited = awaited


class RoundCoordinator:
    """The master's side: it asks in rounds, puts the answers together, and hands them to all."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner
        self._answers: dict[str, dict[str, dict[str, Any]]] = {}
        self.begin()
        runner.register_message(BUSY, self._note_busy)
        for question in (SYNC, STOP, SETTLE, REPORT):
            runner.register_message(question + ANSWER, self._listener(question))

    def begin(self) -> None:
        """Forget the run before."""
        self.population = Population()
        self._patience = float("inf")
        self._busy: dict[str, _Busy] = {}
        self.cut = 0.0
        """After how many s the drain was ended though a process was still busy; 0 where that was not so."""
        self.failures: list[str] = []
        """The tracebacks of processes that could not do what they were asked for."""
        self._told: list[RoundReply] = []
        self._horizons: dict[str, int] = {}
        self._holding: dict[str, bytes] = {}
        for question in (SYNC, STOP, SETTLE, REPORT):
            self._answers[question] = {}

    def hurry(self) -> None:
        """Wait only a moment longer for what is under way: the user wants an end."""
        self._patience = min(self._patience, monotonic() + _HURRIED)

    def go_round(self, workers: tuple[str, ...], book: FanoutBook) -> int:
        """Let those ``workers``, which are Locust's ids, settle what all of them have sent so far.

        Return how many messages they have sent since the round before.
        """
        sends = self._hear(SYNC, workers, book)
        # Up to the horizon everything is known, so also which seconds before it are of one phase.
        edges = settled(self.population.steps, book.start, sends.horizon)
        book.join(edges)
        self._ask(SENDS, msgspec.msgpack.encode(Round(sends, edges)))
        return sends.count

    def run(self, workers: tuple[str, ...], seconds: float, book: FanoutBook) -> list[Report]:
        """Bring a run to its end, waiting up to ``seconds`` for what is under way.

        Return the reports of those workers that still answer, in their order.
        """
        sends = self._hear(STOP, workers, book)
        self._ask(SETTLE, msgspec.msgpack.encode(DrainRequest(sends, self._expected_userlists(workers))))
        self._await(SETTLE, workers, seconds)
        self._ask(REPORT, b"")
        self._await(REPORT, workers, _ANSWER_TIMEOUT)
        reports = self._collect(REPORT, workers, Report)
        book.ingest([unpack(report.fanout) for report in reports], np.zeros(0, np.int64))
        return reports

    def _expected_userlists(self, workers: tuple[str, ...]) -> dict[int, Names]:
        """Return what the last userlists must say; nothing where a worker's members are not known."""
        told = self._collect(STOP, workers, RoundReply)
        snapshots = [each.snapshot for each in told if each.snapshot is not None]
        # Without one process's members no list can be judged: its members stand in all others' lists.
        return merge_snapshots(snapshots) if len(snapshots) == len(workers) else {}

    def _hear(self, question: str, workers: tuple[str, ...], book: FanoutBook) -> Sends:
        """Let the workers tell; return what they sent, that of late answers to earlier questions included."""
        self._ask(question, b"")
        self._await(question, workers, _ANSWER_TIMEOUT)
        self._collect(question, workers, RoundReply)
        # Not only this round's answers: one that came too late for its own round is in it, too.
        told, self._told = self._told, []
        holding = np.frombuffer(b"".join(self._holding.values()), np.int64)
        book.ingest([unpack(each.fanout) for each in told], holding)
        heard = [worker for worker in workers if self._alive(worker)]
        for worker in set(workers).difference(heard):
            self.population.lose(worker, monotonic_ns())
        if question != STOP:
            # One that is silent may be frozen, and tell later what it sent: nothing of that is forgotten yet.
            heard = [worker for worker in workers if self._may_return(worker)]
        horizon = min((self._horizons.get(worker, -1) for worker in heard), default=-1)
        return msgspec.structs.replace(join([each.sends for each in told]), horizon=horizon)

    def _listener(self, question: str) -> Callable[..., None]:
        def listen(msg: Any, **_: Any) -> None:
            self._answers[question][msg.node_id] = msg.data
            if question in (SYNC, STOP) and "data" in msg.data:
                self._note(msg.node_id, msgspec.msgpack.decode(msg.data["data"], type=RoundReply))

        return listen

    def _note_busy(self, msg: Any, **_: Any) -> None:
        self._busy.setdefault(msg.node_id, _Busy()).note(msg.data["seconds"], msg.data["awaited"])

    def _note(self, worker: str, told: RoundReply) -> None:
        self._told.append(told)
        self._horizons[worker] = told.sends.horizon
        self.population.ingest(worker, told.headcount)
        self._holding[worker] = told.holding

    def _ask(self, question: str, data: bytes) -> None:
        self._answers.setdefault(question, {}).clear()
        self._runner.send_message(question, data)

    def _await(self, question: str, workers: tuple[str, ...], seconds: float) -> None:
        answers = self._answers[question]
        began = monotonic()
        while any(worker not in answers and self._alive(worker) for worker in workers):
            waited = monotonic() - began
            settling = question == SETTLE
            # What a process has not had time to read is not lost; so its time for reading is added.
            longest = seconds + (self._allowance(seconds) if settling else 0.0)
            if waited > longest:
                if settling and self._busiest > longest - seconds:
                    self.cut = waited
                return
            if monotonic() > self._patience + (0.0 if settling else _LAST_PATIENCE):
                return
            gevent.sleep(POLL)

    def _allowance(self, seconds: float) -> float:
        """Return how much longer than ``seconds`` the drain may go on for those who are busy."""
        stuck = max(_STUCK, seconds)
        useful = (min(each.seconds, each.useful + stuck) for each in self._busy.values())
        return min(_LONGEST, max(useful, default=0.0))

    @property
    def _busiest(self) -> float:
        return max((each.seconds for each in self._busy.values()), default=0.0)

    def _alive(self, worker: str) -> bool:
        return is_alive(self._runner, worker)

    def _may_return(self, worker: str) -> bool:
        """Whether a process may tell more: Locust gives up those that have been silent for a minute."""
        return not isinstance(self._runner, MasterRunner) or worker in self._runner.clients

    def _collect(self, question: str, workers: tuple[str, ...], kind: type[T]) -> list[T]:
        """Return the answers of those who gave one; an empty one is of a process that takes no part."""
        answers = [self._answers[question].get(worker, {}) for worker in workers]
        self.failures += [answer["failure"] for answer in answers if "failure" in answer]
        return [msgspec.msgpack.decode(answer["data"], type=kind) for answer in answers if "data" in answer]
