import errno
import os
import subprocess
import sys
from itertools import count, pairwise

import psutil
import pytest

from hubbub.load.config_error import ConfigError
from hubbub.load.measure.memory_log import MemoryLog

NS = 1_000_000_000


def test_a_process_has_memory() -> None:
    log = MemoryLog(os.getpid(), now=lambda: 5 * NS)
    log.sample()
    log.sample()
    [(moment, size)] = log.samples
    assert moment == 5 * NS
    assert size > 1_000_000


def test_what_a_process_has_started_counts_with_it_if_asked_for() -> None:
    alone = MemoryLog(os.getpid())
    alone.sample()
    child = subprocess.Popen([sys.executable, "-c", "print(flush=True); input()"], stdin=-1, stdout=-1)
    with child:
        assert child.stdout is not None
        child.stdout.readline()
        family = MemoryLog(os.getpid())
        family.sample()
        itself = MemoryLog(os.getpid(), family=False)
        itself.sample()
        child.communicate(b"\n")
    assert family.samples[0][1] > alone.samples[0][1] + 1_000_000
    assert family.samples[0][1] > itself.samples[0][1] + 1_000_000


def test_the_longer_it_goes_on_the_less_often_samples_are_taken() -> None:
    seconds = count(0, NS)
    log = MemoryLog(os.getpid(), now=lambda: next(seconds))
    for _ in range(3_000):
        log.sample()
    assert 256 <= len(log.samples) <= 512
    moments = [moment for moment, _ in log.samples]
    assert moments[0] == 0
    assert moments[-1] > 2_900 * NS
    assert len({after - before for before, after in pairwise(moments)}) == 1


def test_a_process_that_has_ended_is_sampled_no_more() -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=-1)
    log = MemoryLog(child.pid)
    child.communicate(b"\n")
    log.sample()
    assert log.samples == []


def test_without_a_file_descriptor_there_is_no_sample_and_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = count(0, NS)
    log = MemoryLog(os.getpid(), now=lambda: next(seconds))

    def starve(_: psutil.Process) -> None:
        raise OSError(errno.EMFILE, "Too many open files")

    with monkeypatch.context() as starved:
        starved.setattr(psutil.Process, "memory_info", starve)
        log.sample()
    assert log.samples == []
    log.sample()
    assert len(log.samples) == 1


def test_a_process_that_is_not_there_is_refused() -> None:
    with pytest.raises(ConfigError, match="--server-pid 999999999 is no process"):
        MemoryLog(999_999_999)
