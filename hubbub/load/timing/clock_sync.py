"""How a worker on another host learns the run's clock: by asking the master what time it is.

Questions and answers are Locust's own messages. A worker asks when it has connected, and again at the end of
a run, for the clocks may have drifted apart in between.
"""

import contextlib
from time import monotonic_ns
from typing import Any

import gevent
from gevent.event import Event
from locust.runners import Runner, WorkerRunner

from hubbub.load.timing.clock import Offset, RoundTrip, RunClock, clock_identity, estimate

_ASK, _TELL = "hubbub-time", "hubbub-time-answer"
_TRIPS = 20
_PAUSE = 0.01
_TIMEOUT = 5.0


class TimeServer:
    """The master's side: tells its clock to whoever asks."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner
        runner.register_message(_ASK, self._tell)

    def _tell(self, msg: Any, **_: Any) -> None:
        answer = {"asked": msg.data["asked"], "told": monotonic_ns()}
        self._runner.send_message(_TELL, answer, msg.node_id)


class TimeKeeper:
    """A worker's side."""

    def __init__(self, runner: WorkerRunner) -> None:
        self._runner = runner
        self._trips: list[RoundTrip] = []
        self._told = Event()
        runner.register_message(_TELL, self._learn)
        gevent.spawn(self._measure_first)

    def clock(self, identity: str) -> RunClock:
        """Return the run's clock, whose ``clock_identity`` is given, by what is known so far.

        Where that is this host's own clock, nothing need be known. Raises RuntimeError where it is not, and
        the master has not answered yet.
        """
        if identity and identity == clock_identity():
            return RunClock()
        if not self._trips:
            raise RuntimeError("the master has not told this worker its time")
        return RunClock(estimate(self._trips), self._measure)

    def _measure_first(self) -> None:
        # Without an answer this worker takes no part in runs, and says so when one starts.
        with contextlib.suppress(RuntimeError):
            self._measure()

    def _measure(self) -> Offset:
        """Ask anew, and return what the answers show; raises RuntimeError where none come."""
        self._trips = []
        with gevent.Timeout(_TIMEOUT, False):
            while len(self._trips) < _TRIPS:
                self._told.clear()
                self._runner.send_message(_ASK, {"asked": monotonic_ns()})
                self._told.wait()
                gevent.sleep(_PAUSE)
        if not self._trips:
            raise RuntimeError("the master does not tell its time")
        return estimate(self._trips)

    def _learn(self, msg: Any, **_: Any) -> None:
        self._trips.append(RoundTrip(msg.data["asked"], msg.data["told"], monotonic_ns()))
        self._told.set()
