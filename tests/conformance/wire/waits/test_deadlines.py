"""Waits follow the server's own echo time."""

import pytest

from conformance.wire.waits.deadlines import calibrate


@pytest.mark.parametrize(
    ("echo", "asked", "wait", "presence"),
    [
        (0.001, None, 5.0, 2.001),
        (0.08, None, 8.0, 2.08),
        (0.001, 1.5, 1.5, 1.501),
        (0.08, 1.5, 8.0, 1.58),
        (1.0, None, 20.0, 3.0),
        (0.001, 60.0, 60.0, 60.001),
    ],
)
def test_a_slow_server_is_waited_for_longer(
    echo: float, asked: float | None, wait: float, presence: float
) -> None:
    deadlines = calibrate(echo, asked)
    assert deadlines.wait == pytest.approx(wait)
    assert deadlines.presence == pytest.approx(presence)


def test_silence_of_an_overloaded_server_proves_nothing_yet() -> None:
    deadlines = calibrate(0.001)
    assert not deadlines.overloaded(0.1)
    assert deadlines.overloaded(0.5)
    assert deadlines.second_wait(0.5) == pytest.approx(55)
