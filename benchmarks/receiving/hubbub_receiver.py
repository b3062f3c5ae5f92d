"""Receives with hubbub's load engine: its connections, its ledger, its folding and settling, all of it.

Run as a module with the feeder's port, a ``Feed`` as JSON, and the feeder's file.
"""

import argparse
import time
from pathlib import Path
from typing import BinaryIO

import locust  # noqa: F401  # patches the process as in a load test

import gevent  # isort: skip
import msgspec
import numpy as np
import psutil

from benchmarks.receiving.feeder import SEND, Feed
from benchmarks.receiving.tally import Piece, Tally, cpu_time
from hubbub.load.config.config import LoadConfig
from hubbub.load.config.plan import LOCAL, Plan
from hubbub.load.ledger.sends import Sends
from hubbub.load.ledger.settlement import batch_target
from hubbub.load.timing.clock import RunClock, clock_identity
from hubbub.load.timing.moments import NEVER
from hubbub.load.users.engine import Engine
from hubbub.load.users.membership import Membership
from hubbub.load.websocket.exhaustion import raise_file_limit
from hubbub.load.websocket.listener import End
from hubbub.load.worker.report import make_report

_BEAT = 0.05
"""How often, in s, all is folded, and what is settled forgotten in part: as often as in a load test."""
_BETWEEN = 1000
"""About so many messages, or more, come from one beat to the next."""
_PIECE = 20
"""Beats from one look at CPU and memory to the next."""
_BAD = ("lost", "duplicated", "reordered", "misdelivered", "corrupt", "indeterminate")


class Receiver:
    """The members of all rooms, in one engine."""

    def __init__(self, feed: Feed, port: int, log: BinaryIO) -> None:
        url = f"ws://127.0.0.1:{port}/"
        plan = Plan(feed.run, time.monotonic_ns(), clock_identity(), (LOCAL,))
        config = LoadConfig(host=url, rooms=feed.rooms, connect_timeout=300)
        self._engine = Engine(config, plan, LOCAL, RunClock(), lambda *_: None)
        self._feed = feed
        self._log = log
        self._rest = b""
        self._received = 0
        self._ended = 0
        self._pieces: list[Piece] = []

    def run(self) -> Tally:
        """Join, receive to the end, and settle all."""
        self._join()
        began = cpu_time()
        beat = 0
        round_beats = max(1, round(batch_target(self._feed.connections) / _BETWEEN))
        process = psutil.Process()

        def note() -> None:
            self._pieces.append(Piece(self._received, cpu_time() - began, process.memory_info().rss))

        note()
        while self._ended < self._feed.connections:
            gevent.sleep(_BEAT)
            beat += 1
            self._received += len(self._engine.measurements.recorder.deliveries.rows)
            if beat % round_beats:
                self._engine.accounting.fold()
            else:
                self._settle()
            self._engine.accounting.tidy()
            if beat % _PIECE == 0:
                note()
        self._settle(NEVER)
        return self._tally(began)

    def _join(self) -> None:
        feed = self._feed
        members = [
            Membership(self._engine, number % feed.rooms, number, self._on_end)
            for number in range(feed.connections)
        ]
        for first in range(0, len(members), 500):
            gevent.joinall(
                [gevent.spawn(each.join) for each in members[first : first + 500]], raise_error=True
            )

    def _settle(self, horizon: int | None = None) -> None:
        """Settle what the feeder has written down, as a round of a load test does."""
        data = self._rest + self._log.read()
        whole = len(data) - len(data) % SEND.size
        rows = np.frombuffer(data[:whole], np.int64).reshape(-1, 3)
        self._rest = data[whole:]
        if len(rows):
            until = int(rows[-1, 2]) if horizon is None else horizon
            keys, rooms, times = (rows[:, column].tobytes() for column in range(3))
            self._engine.accounting.settlement.ingest(Sends(keys, rooms, times, until))
        self._engine.accounting.settle()
        # A load test's master takes it.
        self._engine.accounting.settlement.drain_fanout()

    def _tally(self, began: float) -> Tally:
        ledger = make_report(self._engine).status.ledger
        return Tally(
            deliveries=ledger["delivered"],
            wrong=sum(ledger[name] for name in _BAD) + len(self._engine.measurements.faults),
            cpu=cpu_time() - began,
            reads=self._engine.measurements.arrivals.stamped + self._engine.measurements.arrivals.unstamped,
            pieces=tuple(self._pieces),
        )

    def _on_end(self, _end: End) -> None:
        self._ended += 1


def main() -> None:
    """Receive one feed, and print the tally."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("feed")
    parser.add_argument("log", type=Path)
    options = parser.parse_args()
    raise_file_limit()
    with options.log.open("rb") as log:
        feed = msgspec.json.decode(options.feed, type=Feed)
        print(msgspec.json.encode(Receiver(feed, options.port, log).run()).decode(), flush=True)


if __name__ == "__main__":
    main()
