"""A load-generating process's side of the rounds: it answers what ``exchange.names`` says is asked."""

import traceback
from collections.abc import Callable
from time import monotonic
from typing import Any

import gevent
import msgspec
from locust.runners import Runner

from hubbub.load.exchange.names import ANSWER, BUSY, POLL, REPORT, SENDS, SETTLE, STOP, SYNC
from hubbub.load.exchange.report import Report
from hubbub.load.exchange.round_messages import DrainRequest, Round, RoundReply
from hubbub.load.measure.fanout import pack
from hubbub.load.users.engine import Engine
from hubbub.text.event_log import EventLog

_log = EventLog("hubbub.load.rounds")

_LAST_SENDS = 1.0
"""How long, in s, a process waits for what is being sent when publishing stops."""
_LAST_COMERS = 1.0
"""How long, in s, a process waits for those who are just joining or leaving."""
_QUIET_POLLS = 25
"""So often in a row, half a second, must nothing be awaited: counted in looks, each after reading what there
is, so that a process that got no time to run has not listened."""


class WorkerCoordinator:
    """Answers the master's questions.

    ``engine`` returns this process's engine, if it takes part in a run; ``make_report`` what it measured.
    """

    def __init__(
        self,
        runner: Runner,
        engine: Callable[[], Engine | None],
        make_report: Callable[[Engine], Report],
    ) -> None:
        self._runner = runner
        self._engine = engine
        self._make_report = make_report
        runner.register_message(SENDS, self._ingest)
        questions = ((SYNC, self._reply), (STOP, self._stop), (SETTLE, self._settle), (REPORT, self._report))
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

    def _ingest(self, msg: Any, **_: Any) -> None:
        """Settle at once, so that the next question finds it done."""
        engine = self._engine()
        if engine is None:
            return
        accounting, measurements = engine.accounting, engine.measurements
        try:
            told = msgspec.msgpack.decode(msg.data, type=Round)
            accounting.settlement.ingest(told.sends)
            accounting.settle()
            measurements.recorder.join(told.edges)
            if _log.enabled:
                outstanding, members = accounting.settlement.outstanding, measurements.connections.members
                _log.debug("round", sent=told.sends.count, outstanding=outstanding, members=members)
        except Exception as error:
            measurements.note_fault(error)

    def _reply(self, engine: Engine, _data: bytes) -> RoundReply:
        self._check_clock(engine)
        accounting = engine.accounting
        return RoundReply(
            accounting.drain_sends(),
            pack(accounting.settlement.drain_fanout()),
            accounting.settlement.holding().tobytes(),
            engine.measurements.headcount.drain(),
        )

    def _stop(self, engine: Engine, data: bytes) -> RoundReply:
        accounting = engine.accounting
        engine.stop_publishing()
        # In this order: who is still sending may yet send the whole, and it counts; and whoever is still
        # joining or leaving makes the userlists of its room uncertain.
        with gevent.Timeout(_LAST_SENDS, False):
            while accounting.sends.sending:
                gevent.sleep(POLL)
        accounting.sends.close()
        with gevent.Timeout(_LAST_COMERS, False):
            while accounting.snapshot_members().unsettled:
                gevent.sleep(POLL)
        return msgspec.structs.replace(self._reply(engine, data), snapshot=accounting.snapshot_members())

    @staticmethod
    def _check_clock(engine: Engine) -> None:
        try:
            engine.context.clock.check()
        except RuntimeError as error:
            # The run is told as failed; what was measured is kept.
            engine.measurements.note_fault(error)

    def _settle(self, engine: Engine, data: bytes) -> None:
        request = msgspec.msgpack.decode(data, type=DrainRequest)
        accounting, settlement = engine.accounting, engine.accounting.settlement
        settlement.ingest(request.sends)
        accounting.expected_userlists = request.expected_userlists
        quiet = 0
        while self._engine() is engine and quiet < _QUIET_POLLS:
            began = monotonic()
            # What has come cannot be awaited again; so once nothing is, only the listening remains.
            if not quiet:
                accounting.settle()
            quiet = quiet + 1 if quiet or not (settlement.awaited or any(accounting.stale())) else 0
            if self._rest(engine, max(POLL, monotonic() - began)):
                told = {"seconds": monotonic() - began, "awaited": settlement.outstanding}
                self._runner.send_message(BUSY, told)

    @staticmethod
    def _rest(engine: Engine, seconds: float) -> bool:
        """Let the process read for a while; return whether it had more to read than time for it."""
        connections = engine.measurements.connections
        began, behind = monotonic(), connections.behind
        gevent.sleep(seconds)
        return monotonic() - began > seconds + POLL or connections.behind > behind

    def _report(self, engine: Engine, _data: bytes) -> Report:
        return self._make_report(engine)
