"""The memory that the suite takes, and how it looks at that of a server whose process is at hand."""

import subprocess
import sys
from typing import Any

import pytest

from conformance.steps.server_memory import Memory

TAKES_64_MIB = "input(); taken = bytearray(64 << 20); print('taken', flush=True); input()"


def test_memory_that_a_process_takes_is_seen() -> None:
    command = [sys.executable, "-c", TAKES_64_MIB]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin
        assert process.stdout
        memory = Memory.of(process.pid)
        print(file=process.stdin, flush=True)
        assert process.stdout.readline() == "taken\n"
        assert memory.grown >= 60 << 20
        print(file=process.stdin, flush=True)


def test_no_process_takes_no_memory() -> None:
    assert Memory.of(None).grown == 0


@pytest.mark.proof
@pytest.mark.alone
@pytest.mark.timeout(900)
def test_the_whole_suite_takes_less_than_200_mib(run_measured: Any) -> None:
    run, peak = run_measured()

    assert run.code == 0, run.out
    assert peak < 200
