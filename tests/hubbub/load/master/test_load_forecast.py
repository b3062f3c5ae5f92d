import logging

import pytest

from hubbub.load.config.config import LoadConfig
from hubbub.load.master.load_forecast import LoadForecast
from hubbub.load.preflight import preflight
from hubbub.load.preflight.forecast import Forecast, forecast
from hubbub.load.preflight.outlook import Outlook
from hubbub.results.load_result import Ceiling

CONFIG = LoadConfig(rooms=2)


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> LoadForecast:
    """A forecast on a machine that is calibrated to carry one user a process."""

    def ceiling(expected: Forecast, workers: tuple[str, ...]) -> Ceiling:
        share = expected.users / len(workers)
        return Ceiling(deliveries=1.0, publishes=1.0, processes=len(workers), asked=share, reached=0.0)

    monkeypatch.setattr(preflight, "forecast_ceiling", ceiling)
    return LoadForecast("Chat", Outlook(None, 4, lambda users: forecast(CONFIG, users)), ("local",))


def test_what_a_run_will_ask_for_is_told_with_a_warning_where_it_is_too_much(
    made: LoadForecast, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "hubbub"):
        made.show()
    told, warning = (record.getMessage() for record in caplog.records)
    assert told.startswith("Chat: 4 users in 2 rooms")
    assert warning.startswith("The load will be 400% of what one process of this machine can generate")


def test_the_ceiling_is_that_of_the_most_users(made: LoadForecast) -> None:
    made.show()
    made.update(9)
    made.update(9)
    assert made.ceiling is not None
    assert made.ceiling.asked == 9
    made.update(2)
    made.update(2)
    assert made.ceiling.asked == 9
