"""The pulses of processes that tests of what a run shows make up."""

import numpy as np

from hubbub.load.measure.distribution import Distribution
from hubbub.load.worker.status_update import Pulse
from hubbub.results.load_result import Connections

START = 7_000_000_000
SECOND = 1_000_000_000
RIGHT = {
    "published": 4,
    "expected": 40,
    "delivered": 40,
    **dict.fromkeys(("lost", "duplicated", "reordered", "misdelivered", "corrupt", "indeterminate"), 0),
}


def packed(*milliseconds: float) -> bytes:
    distribution = Distribution()
    distribution.add(np.array([each * 1_000_000 for each in milliseconds], np.int64))
    return distribution.pack()


def pulse(second: float, **more: object) -> Pulse:
    told = {
        "moment": START + int(second * SECOND),
        "members": 10,
        "ledger": RIGHT,
        "arrived": 0,
        "connections": Connections(attempted=10, opened=10, failed=0, lost=0, closes={}),
        "joining": 0,
        "errors": 0,
        "short_of": (),
        "faults": (),
        "latency": packed(1.0),
        "lateness": packed(0.5),
        "lag_p99": 0,
        "queueing_p99": 0,
        "cpu_share": 0.25,
        "held_up": 0.0,
        "clock_error": 0,
        "clock_step": 0,
    }
    return Pulse(**{**told, **more})  # type: ignore[arg-type]  # the tests' own keywords
