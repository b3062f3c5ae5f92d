"""How the processes of a run exchange what the ledger needs: the messages, and the workers' side of them.

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
from time import monotonic
from typing import Any

import gevent
import msgspec
from locust.runners import Runner

from hubbub.load.ledger.sends import Sends
from hubbub.load.ledger.userlists import MembershipSnapshot, Names
from hubbub.load.measure.fanout import pack
from hubbub.load.users.engine import Engine
from hubbub.load.worker.report import Report, make_report
from hubbub.text.event_log import EventLog

_log = EventLog("hubbub.load.rounds")

TELL, SENDS = "hubbub-tell", "hubbub-sends"
STOP, SETTLE, REPORT = "hubbub-stop", "hubbub-settle", "hubbub-report"
BUSY = "hubbub-busy"
ANSWER = "-answer"
"""Is put behind a question's name: the name of its answer."""

_LAST_SENDS = 1.0
"""How long, in s, a process waits for what is being sent when publishing stops."""
_LAST_COMERS = 1.0
"""How long, in s, a process waits for those who are just joining or leaving."""
POLL = 0.02
"""How long, in s, it is from one look to the next."""
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
    snapshot: MembershipSnapshot | None = None
    """Who is a member, once publishing has stopped."""


class Round(msgspec.Struct, frozen=True):
    """What all are to take in at the end of a round."""

    sends: Sends
    edges: list[int]
    """The seconds between two of which the run has one phase."""


class Ending(msgspec.Struct, frozen=True):
    """What all must know to settle what is left."""

    sends: Sends
    expected_userlists: dict[int, Names]
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
        self._runner.send_message(question + ANSWER, reply)

    def _take(self, msg: Any, **_: Any) -> None:
        """Settle at once, so that the next question finds it done."""
        engine = self._engine()
        if engine is not None:
            try:
                told = msgspec.msgpack.decode(msg.data, type=Round)
                engine.settlement.ingest(told.sends)
                engine.settle()
                engine.recorder.join(told.edges)
                if _log.enabled:
                    outstanding = engine.settlement.outstanding
                    _log.debug(
                        "round", sent=told.sends.count, outstanding=outstanding, members=engine.members
                    )
            except Exception as error:
                engine.note_fault(error)

    def _tell(self, engine: Engine, _data: bytes) -> Told:
        self._check_clock(engine)
        settlement = engine.settlement
        return Told(
            engine.take_sends(),
            pack(settlement.drain_fanout()),
            settlement.holding().tobytes(),
            engine.headcount.take(),
        )

    def _stop(self, engine: Engine, data: bytes) -> Told:
        engine.stop_publishing()
        with gevent.Timeout(_LAST_SENDS, False):
            while engine.sends.sending:
                gevent.sleep(POLL)
        engine.sends.close()
        with gevent.Timeout(_LAST_COMERS, False):
            while engine.snapshot_members().unsettled:
                gevent.sleep(POLL)
        return msgspec.structs.replace(self._tell(engine, data), snapshot=engine.snapshot_members())

    @staticmethod
    def _check_clock(engine: Engine) -> None:
        try:
            engine.clock.check()
        except RuntimeError as error:
            # The run is told as failed; what was measured is kept.
            engine.note_fault(error)

    def _settle(self, engine: Engine, data: bytes) -> None:
        ending = msgspec.msgpack.decode(data, type=Ending)
        engine.settlement.ingest(ending.sends)
        engine.expected_userlists = ending.expected_userlists
        quiet = 0
        while self._engine() is engine and quiet < _QUIET_POLLS:
            began = monotonic()
            # What has come cannot be awaited again; so once nothing is, only the listening remains.
            if not quiet:
                engine.settle()
            quiet = quiet + 1 if quiet or not (engine.settlement.awaited or any(engine.stale())) else 0
            if self._rest(engine, max(POLL, monotonic() - began)):
                told = {"seconds": monotonic() - began, "awaited": engine.settlement.outstanding}
                self._runner.send_message(BUSY, told)

    @staticmethod
    def _rest(engine: Engine, seconds: float) -> bool:
        """Let the process read for a while; return whether it had more to read than time for it."""
        began, behind = monotonic(), engine.behind
        gevent.sleep(seconds)
        return monotonic() - began > seconds + POLL or engine.behind > behind

    def _report(self, engine: Engine, _data: bytes) -> Report:
        return make_report(engine)
