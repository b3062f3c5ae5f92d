import subprocess
import sys
from pathlib import Path

import pytest

from hubbub.load.preflight.calibration import known
from scripts.calibrate.null_server import frame, frame_end, unmasked

ROOT = Path(__file__).parents[2]
SIZES = [0, 1, 125, 126, 65_535, 65_536]


def masked(payload: bytes) -> bytes:
    """Return the frame in which a client sends ``payload``."""
    head = frame(payload)[: -len(payload) or None]
    key = b"\x01\x82\x03\xf4"
    body = bytes(byte ^ key[index % 4] for index, byte in enumerate(payload))
    return bytes((head[0], head[1] | 128)) + head[2:] + key + body


@pytest.mark.parametrize("size", SIZES)
def test_the_null_server_reads_frames_of_all_lengths(size: int) -> None:
    payload = bytes(index % 251 for index in range(size))
    whole = masked(payload)
    assert unmasked(whole) == payload
    assert frame_end(b"ab" + whole + b"cd", 2) == 2 + len(whole)
    assert all(frame_end(whole[:cut], 0) is None for cut in {0, 1, 2, len(whole) - 1} if cut < len(whole))


@pytest.mark.proof
def test_calibrating_leaves_a_ceiling_that_this_machine_knows(tmp_path: Path) -> None:
    command = [sys.executable, str(ROOT / "scripts" / "calibrate")]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    calibration = known(tmp_path / "results" / "calibration.json")
    assert calibration is not None
    assert calibration.deliveries > calibration.publishes > 100
    assert f"{calibration.deliveries:,.0f} deliveries/s" in done.stdout
