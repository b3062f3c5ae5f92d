"""The updates of processes that tests of what a run shows make up."""

import numpy as np

from hubbub.load.exchange.status import ProcessStatus, StatusUpdate
from hubbub.load.measure.distribution import Distribution
from hubbub.results.connections import Connections

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


def update(second: float, **more: object) -> StatusUpdate:
    """Return the update of a process in which all is well but for ``more``: its fields, or its status's."""
    status: dict[str, object] = {
        "ledger": RIGHT,
        "connections": Connections(attempted=10, opened=10, failed=0, lost=0, closes={}),
        "joining": 0,
        "short_of": (),
        "faults": (),
        "lag_p99": 0,
        "queueing_p99": 0,
        "cpu_share": 0.25,
        "held_up": 0.0,
        "clock_error": 0,
        "clock_step": 0,
    }
    told: dict[str, object] = {
        "moment": START + int(second * SECOND),
        "members": 10,
        "arrived": 0,
        "errors": 0,
        "latency": packed(1.0),
        "lateness": packed(0.5),
    }
    status |= {name: value for name, value in more.items() if name in status}
    told |= {name: value for name, value in more.items() if name not in status}
    return StatusUpdate(status=ProcessStatus(**status), **told)  # type: ignore[arg-type]  # the tests' keywords
