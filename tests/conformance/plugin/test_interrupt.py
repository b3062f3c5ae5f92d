"""Ctrl-C ends a run at once, whatever the server does, and leaves what was judged."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hubbub.results import conformance_result as verdicts
from hubbub.results.conformance_result import ConformanceResult

Miniature = Callable[[str], Path]
ROOT = Path(__file__).parents[3]
SERVER = ROOT / "tests" / "conformance" / "hostile" / "server.py"

ONE_THEN_FOREVER = """
    import os
    from pathlib import Path

    @requirement("BCAST-1")
    def test_passes(wire):
        pass

    @requirement("BCAST-2")
    @cases("number", {str(number): number for number in range(4)})
    def test_is_cut_short(wire, number):
        wire.begin(wire.new_room())
        Path(os.environ["REACHED"], str(number)).touch()
        wire.idle(3600)
"""


@pytest.fixture
def flooding() -> Iterator[str]:
    """The URL of a server that sends Pings as fast as it can."""
    command = [sys.executable, str(SERVER), "pings"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        yield process.stdout.readline().strip()
        process.kill()


def interrupted(
    command: list[str], reached: Callable[[], bool], whole_group: bool = True, **env: str
) -> tuple[int, str]:
    """Run until ``reached``, then press Ctrl-C; return the exit code and the output."""
    started = subprocess.Popen(
        [sys.executable, "-m", "pytest", *command],
        cwd=ROOT,
        env=os.environ | env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    with started as process:
        try:
            while not reached():
                assert process.poll() is None, process.communicate()[0]
                time.sleep(0.01)
            if whole_group:
                os.killpg(process.pid, signal.SIGINT)
            else:
                process.send_signal(signal.SIGINT)
            out = process.communicate()[0]
            return process.returncode, out
        finally:
            process.kill()


def result_in(folder: Path) -> ConformanceResult:
    assert (folder / "junit.xml").is_file()
    return verdicts.read(folder / verdicts.FILE_NAME)


@pytest.mark.parametrize(
    ("options", "whole_group"),
    [
        pytest.param((), True, id="one process"),
        pytest.param(("-n", "4"), True, id="four workers"),
        pytest.param(("-n", "4"), False, id="four workers that are not told", marks=pytest.mark.proof),
    ],
)
def test_a_flood_does_not_hold_up_the_end(
    options: tuple[str, ...],
    whole_group: bool,
    miniature: Miniature,
    flooding: str,
    tmp_path: Path,
) -> None:
    folder, reached = tmp_path / "result", tmp_path / "reached"
    reached.mkdir()
    command = [str(miniature(ONE_THEN_FOREVER)), "-q", "--url", flooding, "--result", str(folder), *options]

    def all_are_at_it() -> bool:
        return len(list(reached.iterdir())) >= (4 if options else 1)

    code, out = interrupted(command, all_are_at_it, whole_group, REACHED=str(reached))

    result = result_in(folder)
    assert code == 2, out
    assert result.run.outcome == "interrupted"
    assert [check.id for check in result.checks] == ["BCAST-1"]
    assert "Traceback" not in out


def test_the_first_knock_can_be_cut_short(miniature: Miniature, tmp_path: Path) -> None:
    folder = tmp_path / "result"
    command = [sys.executable, str(SERVER), "slow-answer"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout
        url = server.stdout.readline().strip()
        options = [str(miniature(ONE_THEN_FOREVER)), "-q", "--url", url, "--result", str(folder)]
        code, out = interrupted(options, folder.is_dir)
        server.kill()

    assert code == 2, out
    assert result_in(folder).run.outcome == "interrupted"
