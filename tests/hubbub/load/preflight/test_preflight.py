import pytest

from hubbub.load.preflight.calibration import Calibration, this_machine
from hubbub.load.preflight.preflight import over, share_of

CALIBRATION = Calibration(machine=this_machine(), date="", deliveries=200_000.0, publishes=10_000.0)


@pytest.mark.parametrize(
    ("workers", "here"),
    [
        (["local"], (100, 1)),
        (["a_1", "a_2"], (100, 2)),
        (["a_1", "b_1", "b_2"], (34, 1)),
        (["b_1"], (0, 0)),
        ([], (0, 0)),
    ],
)
def test_of_users_and_processes_those_on_this_machine_count(
    workers: list[str], here: tuple[int, int]
) -> None:
    assert share_of("a", 100, workers) == here


def test_a_load_over_the_ceiling_is_warned_of_with_the_numbers_and_what_to_do() -> None:
    assert over(CALIBRATION.forecast(1000, 190_000, 1)) is None
    assert over(CALIBRATION.forecast(1000, 720_000, 2)) == (
        "The load will be 180% of what 2 processes of this machine can generate (200,000 deliveries/s and "
        "10,000 messages/s each, by make calibrate): the measurement will hardly be valid; ask for less, or "
        "use more processes or hosts"
    )
