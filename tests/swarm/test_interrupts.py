"""Ctrl-C waits for its turn: tried in processes of their own."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

PROGRAM = """
import os, signal, gevent
from swarm.interrupts import take_in_turn

done = []

def keep_books():
    done.append("begun")
    os.kill(os.getpid(), signal.SIGINT)
    sum(range(1_000_000))
    done.append("ended")

{before}
take_in_turn()
worker = gevent.spawn(keep_books)
try:
    gevent.sleep(0.5)
    done.append("no interrupt")
except KeyboardInterrupt:
    done.append("interrupt")
print(*done, worker.successful(), sep=", ")
"""


@pytest.mark.parametrize(
    ("before", "told"),
    [
        ("", "begun, ended, interrupt, True"),
        ("signal.signal(signal.SIGINT, signal.SIG_IGN)", "begun, ended, no interrupt, True"),
    ],
    ids=["as usual", "ignored"],
)
def test_what_is_being_done_is_done_to_its_end(before: str, told: str) -> None:
    program = PROGRAM.format(before=before)
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.stdout.strip(), done.stderr) == (told, "")
