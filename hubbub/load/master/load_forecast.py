"""What a run is going to ask for, told before it starts and whenever that changes."""

import logging
from collections.abc import Sequence

from locust.env import Environment
from locust.runners import Runner

from hubbub.load.config.config import LoadConfig
from hubbub.load.master.selection import chat_users, scenario_of
from hubbub.load.preflight import preflight
from hubbub.load.preflight.forecast import Forecast, forecast
from hubbub.load.preflight.outlook import Outlook
from hubbub.results.load_result import Ceiling
from hubbub.results.records import ResultFileError

_logger = logging.getLogger("hubbub")


class LoadForecast:
    """The forecast of one run, in the log: of its ``scenario``, in the processes ``workers``."""

    def __init__(self, scenario: str, outlook: Outlook, workers: Sequence[str]) -> None:
        self.outlook = outlook
        self.ceiling: Ceiling | None = None
        """What the run is to take of the machine's ceiling, at most."""
        self._scenario = scenario
        self._workers = workers

    def show(self) -> None:
        """Tell, before the start, what the run will ask for."""
        for line in self.outlook.lines():
            _logger.info("%s: %s", self._scenario, line)
        self._compare(self.outlook.most)

    def update(self, users: int) -> None:
        """Tell what a number of ``users`` from a shape or the web page will ask for, if it is a new one."""
        news = self.outlook.news(users)
        if news is not None:
            _logger.info("%s, from now on: %s", self._scenario, news)
            self._compare(news)

    def _compare(self, expected: Forecast) -> None:
        """Note what the run is to take of the machine's ceiling, unless it was to take more before."""
        try:
            ceiling = preflight.forecast_ceiling(expected, self._workers)
        except ResultFileError as error:
            _logger.warning("The calibration does not count, measure anew with make calibrate: %s", error)
            return
        if ceiling is None or (self.ceiling is not None and self.ceiling.asked >= ceiling.asked):
            return
        self.ceiling = ceiling
        warning = preflight.over(ceiling)
        if warning is not None:
            _logger.warning("%s", warning)


def look_ahead(environment: Environment, runner: Runner, config: LoadConfig) -> Outlook:
    """Return what is known of the load of the run that is about to start."""
    scenario = scenario_of(environment)
    publishing_share = scenario.publishing_share(config) if scenario is not None else 1.0
    return Outlook(
        environment.shape_class,
        runner.target_user_count,
        lambda count: forecast(config, chat_users(environment, count), publishing_share),
    )
