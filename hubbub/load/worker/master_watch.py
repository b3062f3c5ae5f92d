"""A worker's look at its master: users of a run that nobody conducts any more must not go on.

Locust's own worker notices after a minute without an answer. The end of the master's process ends the TCP
connection at once; one that was only interrupted is made anew within a tenth of a second.
"""

import struct
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import gevent
import zmq
from locust.runners import WorkerRunner

_LOOK = 0.25
"""How often, in s, the master is looked at."""
_CUT_OFF = 4
"""After so many looks in a row without a connection the master is gone."""
_SILENT = 80
"""After so many looks without an answer it is gone, too. Looks, not seconds: while this process is frozen, it
hears nothing."""
_EVENT = struct.Struct("=h")
_BACK, _LOST = int(zmq.EVENT_HANDSHAKE_SUCCEEDED), int(zmq.EVENT_DISCONNECTED)


class MasterWatch:
    """Calls ``gone`` once, in a greenlet of its own, when the master of ``runner`` is gone."""

    def __init__(self, runner: WorkerRunner, gone: Callable[[], None]) -> None:
        self._runner = runner
        self._gone = gone
        self._client: Any = None
        self._monitor: Any = None
        self._cut_off = False
        self._looks_cut_off = 0
        self._looks_silent = 0
        events: Any = runner.environment.events
        events.heartbeat_received.add_listener(self._hear)
        self._watcher = gevent.spawn(self._watch)

    def end(self, **_: Any) -> None:
        """Look no more: this process ends."""
        self._watcher.kill(block=False)

    def _watch(self) -> None:
        while not self._is_gone():
            gevent.sleep(_LOOK)
        gevent.spawn(self._gone)

    def _is_gone(self) -> bool:
        self._follow()
        self._looks_cut_off = self._looks_cut_off + 1 if self._cut_off else 0
        self._looks_silent += 1
        return self._looks_cut_off > _CUT_OFF or self._looks_silent > _SILENT

    def _hear(self, **_: Any) -> None:
        self._looks_silent = 0

    def _follow(self) -> None:
        """Take in what has become of the connection; Locust makes a new one where the old one fails."""
        if self._client is not self._runner.client:
            self._client = self._runner.client
            self._monitor = self._client.socket.get_monitor_socket(_BACK | _LOST)
            self._cut_off = False
        with suppress(zmq.Again):
            while True:
                event, _ = self._monitor.recv_multipart(zmq.NOBLOCK)
                self._cut_off = _EVENT.unpack_from(event)[0] == _LOST
