"""How the processes of a run keep their books together, while it is on and at its end.

The master (or the only process) asks; the load-generating processes answer. Questions and answers are
Locust's own messages, which reach a local runner as they reach workers elsewhere. In each round, while the
run is on:

- ``TELL``: tell what was sent since the last time, who came and went, and the fan-out of what was settled.
- ``SENDS``, with all that was sent by all: settle it, and put seconds together that are of one phase. This
  has no answer.

At the end everyone listens until all is in, and every process reports:

- ``STOP``: stop publishing, and tell as above.
- ``SETTLE``, with all that was sent: answer when nothing has been awaited for a while, in which what should
  not come (a second copy, a message of another room) has its chance. The master does not wait beyond the
  drain's deadline; only then is anything lost. ``BUSY`` tells it of time that does not count, for a process
  could not keep up with reading: what it has not read is not lost. That has an end, too, where all this
  reading brings nothing that is awaited: then the drain is cut.
- ``REPORT``: answer with all that was measured.
"""

import traceback
from collections.abc import Callable
from time import monotonic, monotonic_ns
from typing import Any, TypeVar

import gevent
import msgspec
import numpy as np
from locust.runners import STATE_MISSING, MasterRunner, Runner

from swarm.engine import Engine
from swarm.fanout import FanoutBook, pack, unpack
from swarm.headcount import Population
from swarm.phases import settled
from swarm.report import Report, make_report
from swarm.sends import Sends, join
from swarm.userlists import Names, Roll, join_rolls

T = TypeVar("T")

TELL, SENDS = "hubbub-tell", "hubbub-sends"
STOP, SETTLE, REPORT = "hubbub-stop", "hubbub-settle", "hubbub-report"
BUSY = "hubbub-busy"
_ANSWER = "-answer"

_LAST_SENDS = 1.0
"""How long, in s, a process waits for what is being sent when publishing stops."""
_LAST_COMERS = 1.0
"""How long, in s, a process waits for those who are just joining or leaving."""
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
_POLL = 0.02
_QUIET_POLLS = 25
"""So often in a row, half a second, must nothing be awaited: counted in looks, each after reading what there
is, so that a process that got no time to run has not listened."""


class Told(msgspec.Struct, frozen=True):
    """What a process tells in a round."""

    sends: Sends
    """All that it sent since the last round."""
    fanout: bytes
    """Of what it has settled since."""
    holding: bytes
    """The messages of whose fan-out more may come, as int64."""
    headcount: bytes = b""
    """How many users came and went since the last round, as ``Headcount`` tells it."""
    roll: Roll | None = None
    """Who is a member, once publishing has stopped."""


class Round(msgspec.Struct, frozen=True):
    """What all are to take in at the end of a round."""

    sends: Sends
    edges: list[int]
    """The seconds between two of which the run has one phase."""


class Ending(msgspec.Struct, frozen=True):
    """What all must know to settle what is left."""

    sends: Sends
    truth: dict[int, Names]
    """By room, what the last userlists must say."""


class Respondent:
    """A load-generating process's side; ``engine`` tells its engine, if it takes part in a run."""

    def __init__(self, runner: Runner, engine: Callable[[], Engine | None]) -> None:
        self._runner = runner
        self._engine = engine
        runner.register_message(SENDS, self._take)
        questions = ((TELL, self._tell), (STOP, self._stop), (SETTLE, self._settle), (REPORT, self._report))
        for question, answer in questions:
            runner.register_message(question, self._listener(question, answer))

    def _listener(self, question: str, answer: Callable[[Engine, bytes], Any]) -> Callable[..., None]:
        def listen(msg: Any, **_: Any) -> None:
            gevent.spawn(self._respond, question, answer, msg.data or b"")

        return listen

    def _respond(self, question: str, answer: Callable[[Engine, bytes], Any], data: bytes) -> None:
        engine = self._engine()
        reply: dict[str, bytes | str] = {}
        try:
            if engine is not None:
                reply = {"data": msgspec.msgpack.encode(answer(engine, data))}
        except Exception:
            reply = {"failure": traceback.format_exc()}
        self._runner.send_message(question + _ANSWER, reply)

    def _take(self, msg: Any, **_: Any) -> None:
        """Settle at once, so that the next question finds it done."""
        engine = self._engine()
        if engine is not None:
            try:
                told = msgspec.msgpack.decode(msg.data, type=Round)
                engine.settlement.take(told.sends)
                engine.settle()
                engine.recorder.join(told.edges)
            except Exception as error:
                engine.note_fault(error)

    def _tell(self, engine: Engine, _data: bytes) -> Told:
        self._check_clock(engine)
        settlement = engine.settlement
        return Told(
            engine.take_sends(),
            pack(settlement.take_fanout()),
            settlement.holding().tobytes(),
            engine.headcount.take(),
        )

    def _stop(self, engine: Engine, data: bytes) -> Told:
        engine.stop_publishing()
        with gevent.Timeout(_LAST_SENDS, False):
            while engine.sends.sending:
                gevent.sleep(_POLL)
        engine.sends.close()
        with gevent.Timeout(_LAST_COMERS, False):
            while engine.call_roll().unsettled:
                gevent.sleep(_POLL)
        return msgspec.structs.replace(self._tell(engine, data), roll=engine.call_roll())

    @staticmethod
    def _check_clock(engine: Engine) -> None:
        try:
            engine.clock.check()
        except RuntimeError as error:
            # The run is told as failed; what was measured is kept.
            engine.note_fault(error)

    def _settle(self, engine: Engine, data: bytes) -> None:
        ending = msgspec.msgpack.decode(data, type=Ending)
        engine.settlement.take(ending.sends)
        engine.truth = ending.truth
        quiet = 0
        while self._engine() is engine and quiet < _QUIET_POLLS:
            began = monotonic()
            # What has come cannot be awaited again; so once nothing is, only the listening remains.
            if not quiet:
                engine.settle()
            quiet = quiet + 1 if quiet or not (engine.settlement.awaited or any(engine.stale())) else 0
            if self._rest(engine, max(_POLL, monotonic() - began)):
                told = {"seconds": monotonic() - began, "awaited": engine.settlement.outstanding}
                self._runner.send_message(BUSY, told)

    @staticmethod
    def _rest(engine: Engine, seconds: float) -> bool:
        """Let the process read for a while; return whether it had more to read than time for it."""
        began, behind = monotonic(), engine.behind
        gevent.sleep(seconds)
        return monotonic() - began > seconds + _POLL or engine.behind > behind

    def _report(self, engine: Engine, _data: bytes) -> Report:
        return make_report(engine)


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


class Drain:
    """The master's side."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner
        self._answers: dict[str, dict[str, dict[str, Any]]] = {}
        self.begin()
        runner.register_message(BUSY, self._note_busy)
        for question in (TELL, STOP, SETTLE, REPORT):
            runner.register_message(question + _ANSWER, self._listener(question))

    def begin(self) -> None:
        """Forget the run before."""
        self.population = Population()
        self._patience = float("inf")
        self._busy: dict[str, _Busy] = {}
        self.cut = 0.0
        """After how many s the drain was ended though a process was still busy; 0 where that was not so."""
        self.failures: list[str] = []
        """The tracebacks of processes that could not do what they were asked for."""
        self._told: list[Told] = []
        self._horizons: dict[str, int] = {}
        self._holding: dict[str, bytes] = {}
        for question in (TELL, STOP, SETTLE, REPORT):
            self._answers[question] = {}

    def hurry(self) -> None:
        """Wait only a moment longer for what is under way: the user wants an end."""
        self._patience = min(self._patience, monotonic() + _HURRIED)

    def go_round(self, workers: tuple[str, ...], book: FanoutBook) -> int:
        """Let those ``workers``, which are Locust's ids, settle what all of them have sent so far.

        Return how many messages they have sent since the round before.
        """
        sends = self._hear(TELL, workers, book)
        edges = settled(self.population.steps, book.start, sends.horizon)
        book.join(edges)
        self._ask(SENDS, msgspec.msgpack.encode(Round(sends, edges)))
        return sends.count

    def run(self, workers: tuple[str, ...], seconds: float, book: FanoutBook) -> list[Report]:
        """Bring a run to its end, waiting up to ``seconds`` for what is under way.

        Return the reports of those workers that still answer, in their order.
        """
        sends = self._hear(STOP, workers, book)
        self._ask(SETTLE, msgspec.msgpack.encode(Ending(sends, self._truth(workers))))
        self._await(SETTLE, workers, seconds)
        self._ask(REPORT, b"")
        self._await(REPORT, workers, _ANSWER_TIMEOUT)
        reports = self._collect(REPORT, workers, Report)
        book.take([unpack(report.fanout) for report in reports], np.zeros(0, np.int64))
        return reports

    def _truth(self, workers: tuple[str, ...]) -> dict[int, Names]:
        """Return what the last userlists must say; nothing where a worker's members are not known."""
        told = self._collect(STOP, workers, Told)
        rolls = [each.roll for each in told if each.roll is not None]
        return join_rolls(rolls) if len(rolls) == len(workers) else {}

    def _hear(self, question: str, workers: tuple[str, ...], book: FanoutBook) -> Sends:
        """Let the workers tell; return what they sent, that of late answers to earlier questions included."""
        self._ask(question, b"")
        self._await(question, workers, _ANSWER_TIMEOUT)
        self._collect(question, workers, Told)
        told, self._told = self._told, []
        holding = np.frombuffer(b"".join(self._holding.values()), np.int64)
        book.take([unpack(each.fanout) for each in told], holding)
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
            if question in (TELL, STOP) and "data" in msg.data:
                self._note(msg.node_id, msgspec.msgpack.decode(msg.data["data"], type=Told))

        return listen

    def _note_busy(self, msg: Any, **_: Any) -> None:
        self._busy.setdefault(msg.node_id, _Busy()).note(msg.data["seconds"], msg.data["awaited"])

    def _note(self, worker: str, told: Told) -> None:
        self._told.append(told)
        self._horizons[worker] = told.sends.horizon
        self.population.take(worker, told.headcount)
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
            longest = seconds + (self._allowance(seconds) if settling else 0.0)
            if waited > longest:
                if settling and self._busiest > longest - seconds:
                    self.cut = waited
                return
            if monotonic() > self._patience + (0.0 if settling else _LAST_PATIENCE):
                return
            gevent.sleep(_POLL)

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


def is_alive(runner: Runner, worker: str) -> bool:
    """Whether Locust's ``runner`` still hears of a worker."""
    if not isinstance(runner, MasterRunner):
        return True
    node = runner.clients.get(worker)
    return node is not None and node.state != STATE_MISSING
