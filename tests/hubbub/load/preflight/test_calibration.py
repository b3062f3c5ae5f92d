from pathlib import Path

import msgspec
import pytest

from hubbub.load.preflight.calibration import Calibration, keep, known, reached, this_machine
from hubbub.results.load_result import Second
from hubbub.results.records import ResultFileError

MADE = Calibration(
    machine=this_machine(), date="2026-03-01T10:15:00+00:00", deliveries=200_000.0, publishes=10_000.0
)


def second(phase: str, sent: int, delivered: int) -> Second:
    return Second(
        second=0,
        phase=phase,  # type: ignore[arg-type]  # one of the three
        users=1,
        scheduled=sent,
        sent=sent,
        expected=delivered,
        delivered=delivered,
        errors=0,
        latency=(),
    )


def test_what_was_kept_is_known_on_the_same_machine(tmp_path: Path) -> None:
    path = keep(MADE, tmp_path / "calibration.json")
    assert known(path) == MADE


@pytest.mark.parametrize(
    "other", [{"name": "another"}, {"cores": 999}, {"python": "3.99"}, {"cpu": "abacus"}]
)
def test_another_machines_calibration_is_not_taken(tmp_path: Path, other: dict[str, object]) -> None:
    machine = msgspec.structs.replace(MADE.machine, **other)
    path = keep(msgspec.structs.replace(MADE, machine=machine), tmp_path / "calibration.json")
    assert known(path) is None


def test_a_machine_that_was_not_calibrated_has_no_ceiling(tmp_path: Path) -> None:
    assert known(tmp_path / "calibration.json") is None


def test_a_damaged_calibration_is_told_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "calibration.json"
    path.write_text('{"machine":')
    with pytest.raises(ResultFileError, match="cut off or not JSON"):
        known(path)


@pytest.mark.parametrize(
    ("published", "delivered", "processes", "share"),
    [(1000, 100_000, 1, 0.5), (9000, 100_000, 1, 0.9), (1000, 100_000, 2, 0.25), (0, 0, 1, 0)],
)
def test_a_load_is_told_as_the_share_of_the_nearer_ceiling(
    published: float, delivered: float, processes: int, share: float
) -> None:
    assert MADE.forecast(published, delivered, processes).asked == pytest.approx(share)


def test_what_was_reached_counts_while_all_users_were_there() -> None:
    seconds = [
        second("ramp", 1, 1),
        second("hold", 1000, 50_000),
        second("hold", 1000, 150_000),
        second("drain", 0, 9),
    ]
    found = reached(MADE.forecast(1000, 100_000, 1), seconds)
    assert found is not None
    assert found.reached == pytest.approx(0.5)
    assert reached(None, seconds) is None
