"""The end of a run: publishing stops, everyone listens until all is in, and every process reports.

The master (or the only process) asks; the load-generating processes answer. Questions and answers are
Locust's own messages, which reach a local runner as they reach workers elsewhere. In this order:

- ``STOP``: stop publishing, and tell what was sent. The answers are put together.
- ``SETTLE``, with all that was sent: answer when nothing has been awaited for a while, in which what should
  not come (a second copy, a message of another room) has its chance. The master does not wait beyond the
  drain's deadline; only then is anything lost.
- ``REPORT``: answer with all that was measured.
"""

import traceback
from collections.abc import Callable
from time import monotonic
from typing import Any, TypeVar

import gevent
import msgspec
from locust.runners import STATE_MISSING, MasterRunner, Runner

from swarm.engine import Engine
from swarm.report import Report, make_report, settle
from swarm.settlement import Sends

T = TypeVar("T")

STOP, SETTLE, REPORT = "hubbub-stop", "hubbub-settle", "hubbub-report"
_ANSWER = "-answer"

_LAST_SENDS = 1.0
"""How long, in s, a process waits for what is being sent when publishing stops."""
_ANSWER_TIMEOUT = 60.0
"""How long, in s, a process may take to answer what needs no waiting."""
_HURRIED = 1.0
"""How long, in s, the drain goes on at most when the user has asked for an end."""
_POLL = 0.02
_QUIET_POLLS = 25
"""So often in a row, half a second, must nothing be awaited: counted in looks, each after reading what there
is, so that a process that got no time to run has not listened."""


class ReportError(Exception):
    """A process could not do what it was asked for at the end."""


class Respondent:
    """A load-generating process's side; ``engine`` tells its engine, if it takes part in a run."""

    def __init__(self, runner: Runner, engine: Callable[[], Engine | None]) -> None:
        self._runner = runner
        self._engine = engine
        self._sends: list[Sends] = []
        for question, answer in ((STOP, self._stop), (SETTLE, self._settle), (REPORT, self._report)):
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

    def _stop(self, engine: Engine, _data: bytes) -> list[Sends]:
        engine.stop_publishing()
        with gevent.Timeout(_LAST_SENDS, False):
            while engine.sending:
                gevent.sleep(_POLL)
        try:
            engine.clock.check()
        except RuntimeError as error:
            # The run is told as failed; what was measured is kept.
            engine.note_fault(error)
        return engine.sends()

    def _settle(self, engine: Engine, data: bytes) -> None:
        self._sends = msgspec.msgpack.decode(data, type=list[Sends])
        quiet = 0
        while self._engine() is engine and quiet < _QUIET_POLLS:
            began = monotonic()
            # What has come cannot be awaited again; so once nothing is, only the listening remains.
            quiet = quiet + 1 if quiet or not any(room.awaited for room in settle(engine, self._sends)) else 0
            gevent.sleep(max(_POLL, monotonic() - began))

    def _report(self, engine: Engine, _data: bytes) -> Report:
        return make_report(engine, self._sends)


class Drain:
    """The master's side."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner
        self._patience = float("inf")
        self._answers: dict[str, dict[str, dict[str, Any]]] = {}
        for question in (STOP, SETTLE, REPORT):
            self._answers[question] = {}
            runner.register_message(question + _ANSWER, self._listener(question))

    def begin(self) -> None:
        """Forget the run before."""
        self._patience = float("inf")

    def hurry(self) -> None:
        """Wait only a moment longer for what is under way: the user wants an end."""
        self._patience = min(self._patience, monotonic() + _HURRIED)

    def run(self, workers: tuple[str, ...], seconds: float) -> list[Report]:
        """Bring a run to its end, waiting up to ``seconds`` for what is under way.

        Return the reports of those ``workers``, which are Locust's ids, that still answer, in their order.
        Raises ReportError where one failed to make its report.
        """
        self._ask(STOP, b"")
        self._await(STOP, workers, _ANSWER_TIMEOUT)
        sends = [send for part in self._collect(STOP, workers, list[Sends]) for send in part]
        self._ask(SETTLE, msgspec.msgpack.encode(sends))
        self._await(SETTLE, workers, seconds)
        self._ask(REPORT, b"")
        self._await(REPORT, workers, _ANSWER_TIMEOUT)
        return self._collect(REPORT, workers, Report)

    def _listener(self, question: str) -> Callable[..., None]:
        def listen(msg: Any, **_: Any) -> None:
            self._answers[question][msg.node_id] = msg.data

        return listen

    def _ask(self, question: str, data: bytes) -> None:
        self._answers[question].clear()
        self._runner.send_message(question, data)

    def _await(self, question: str, workers: tuple[str, ...], seconds: float) -> None:
        answers = self._answers[question]
        deadline = monotonic() + seconds
        while any(worker not in answers and self._alive(worker) for worker in workers):
            if monotonic() > (min(deadline, self._patience) if question == SETTLE else deadline):
                return
            gevent.sleep(_POLL)

    def _alive(self, worker: str) -> bool:
        if not isinstance(self._runner, MasterRunner):
            return True
        node = self._runner.clients.get(worker)
        return node is not None and node.state != STATE_MISSING

    def _collect(self, question: str, workers: tuple[str, ...], kind: type[T]) -> list[T]:
        """Return the answers of those who gave one; an empty one is of a process that takes no part."""
        answers = [self._answers[question].get(worker, {}) for worker in workers]
        for answer in answers:
            if "failure" in answer:
                raise ReportError(answer["failure"])
        return [msgspec.msgpack.decode(answer["data"], type=kind) for answer in answers if "data" in answer]
