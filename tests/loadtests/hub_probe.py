"""A locustfile that writes down the pauses of its process's event loop: ``-f loadtests/,…/hub_probe.py``.

A pause is one turn of the loop, from what woke it to its next waiting: nothing else happens meanwhile. It is
measured in CPU time, for a busy machine takes the core away for longer than any of our turns. Where it was
spent is asked by a thread beside.
"""

import json
import os
import statistics
import sys
import time
import traceback
from collections import Counter
from itertools import islice
from pathlib import Path
from types import FrameType
from typing import Any

import gevent
from gevent import monkey
from locust import events
from locust.env import Environment
from locust.runners import MasterRunner, Runner, WorkerRunner

from hubbub.load.users.user import ChatUser

WRITTEN = 3_000_000
"""Shorter pauses, in ns, are not written down."""
LOOK = 0.004
"""How often, in s, the thread beside looks where a pause is spent."""
DEEPEST = 6
"""So many of the innermost calls are told."""

_start_new_thread = monkey.get_original("_thread", "start_new_thread")
_get_ident = monkey.get_original("_thread", "get_ident")
_sleep = monkey.get_original("time", "sleep")


class Probe:
    """Measures one process's loop from now on; its file has a line of JSON for each pause."""

    def __init__(self, environment: Environment, runner: Runner) -> None:
        kinds: dict[type[Runner], str] = {MasterRunner: "master", WorkerRunner: "worker"}
        self._kind = kinds.get(type(runner), "local")
        path = Path(os.environ["HUB_PAUSES"], f"{self._kind}-{os.getpid()}.jsonl")
        self._file = path.open("w", encoding="utf-8")
        self._write(reference=reference_work())
        self._classes = environment.user_classes
        self._phase = "idle"
        self._woke: tuple[str, int, int] | None = None
        self._seen: Counter[str] = Counter()
        self._thread = _get_ident()
        self._watch_the_loop()
        self._watch_the_run(environment)
        _start_new_thread(self._look, ())

    def _watch_the_loop(self) -> None:
        """Be the first that is called when the loop wakes, and the last before it waits."""
        loop = gevent.get_hub().loop
        self._watchers = (loop.check(), loop.prepare())
        for watcher, callback, priority in zip(
            self._watchers, (self._wake, self._wait), (2, -2), strict=True
        ):
            watcher.priority = priority
            watcher.start(callback)

    def _watch_the_run(self, environment: Environment) -> None:
        hooks: Any = environment.events
        hooks.test_start.add_listener(lambda **_: self._enter("run"))
        hooks.test_stop.add_listener(lambda **_: self._enter("idle"))
        # Before our own listener, which returns when all is over.
        hooks.test_stopping._handlers.insert(0, lambda **_: self._enter("end"))

    def _enter(self, phase: str) -> None:
        self._phase = phase

    @property
    def _now(self) -> str:
        """The phase of the run at this process: idle, run or end."""
        if self._kind == "master":
            return self._phase
        engine = next((each.engine for each in self._classes if issubclass(each, ChatUser)), None)
        return "idle" if engine is None else "run" if engine.publishing else "end"

    def _wake(self) -> None:
        self._woke = (self._now, time.monotonic_ns(), time.thread_time_ns())

    def _wait(self) -> None:
        if self._woke is None:
            return
        phase, wall, cpu = self._woke
        if phase == "idle" != self._now:
            phase = "start"
        took = time.thread_time_ns() - cpu
        self._woke = None
        if took > WRITTEN:
            lasted = time.monotonic_ns() - wall
            where = [place for place, _ in self._seen.most_common(3)]
            self._write(phase=phase, cpu=took, wall=lasted, moment=wall, where=where)
        self._seen.clear()

    def _write(self, **line: object) -> None:
        print(json.dumps(line), file=self._file, flush=True)

    def _look(self) -> None:
        while True:
            _sleep(LOOK)
            woke = self._woke
            if woke is not None and time.monotonic_ns() - woke[1] > WRITTEN:
                self._seen[place(sys._current_frames().get(self._thread))] += 1


def place(frame: FrameType | None) -> str:
    """Return the innermost calls of a stack, the innermost first."""
    calls = islice(reversed(traceback.extract_stack(frame)), DEEPEST)
    return " < ".join(f"{Path(call.filename).name}:{call.lineno} {call.name}" for call in calls)


def reference_work() -> int:
    """Return what CPU time, in ns, always the same work takes here and now."""

    def work() -> int:
        began = time.thread_time_ns()
        sum(number * number for number in range(20_000))
        return time.thread_time_ns() - began

    return int(statistics.median(work() for _ in range(20)))


def begin(environment: Environment, runner: Runner, **_: Any) -> None:
    """Begin to measure (for Locust to call)."""
    Probe(environment, runner)


hooks: Any = events
hooks.init.add_listener(begin)
