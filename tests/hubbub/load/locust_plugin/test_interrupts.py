"""Ctrl-C and hang-ups wait for their turn: tried in processes of their own."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[4]

PROGRAM = """
import os, signal, gevent
from hubbub.load.locust_plugin.interrupts import Interrupts

done = []

def press(number):
    os.kill(os.getpid(), number)

def keep_books():
    done.append("begun")
    press(signal.{number})
    sum(range(1_000_000))
    done.append("ended")

signal.signal(signal.SIGHUP, signal.SIG_DFL)  # nohup may have started the tests
{before}
Interrupts(lambda: done.append("hurried"), lambda: {held}).install()
worker = gevent.spawn(keep_books)
try:
    gevent.sleep(0.5)
    done.append("no interrupt")
except KeyboardInterrupt:
    done.append("interrupt")
for _ in range({again}):
    press(signal.{number})
    gevent.sleep(0.03)
print(*done, worker.successful(), sep=", ")
"""


def told(number: str = "SIGINT", before: str = "", held: bool = False, again: int = 0) -> str:
    program = PROGRAM.format(number=number, before=before, held=held, again=again)
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    return done.stdout.strip()


@pytest.mark.parametrize("number", ["SIGINT", "SIGHUP"])
def test_what_is_being_done_is_done_to_its_end(number: str) -> None:
    assert told(number) == "begun, ended, hurried, interrupt, True"


@pytest.mark.parametrize("number", ["SIGINT", "SIGHUP"])
def test_only_the_first_interrupts_and_all_others_hurry(number: str) -> None:
    shown = told(number, again=4)
    assert shown == "begun, ended, hurried, interrupt" + ", hurried" * 4 + ", True"


@pytest.mark.parametrize("number", ["SIGINT", "SIGHUP"])
def test_one_that_is_ignored_goes_on_being_ignored(number: str) -> None:
    before = f"signal.signal(signal.{number}, signal.SIG_IGN)"
    assert told(number, before) == "begun, ended, no interrupt, True"


def test_while_they_are_held_nothing_is_interrupted() -> None:
    assert told(held=True, again=2) == "begun, ended, no interrupt, True"
