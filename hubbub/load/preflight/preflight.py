"""What is looked at before a run starts: whether this machine can carry it at all."""

import socket
from collections.abc import Sequence

from hubbub.load.config.config import LoadConfig
from hubbub.load.config.plan import LOCAL
from hubbub.load.config_error import ConfigError
from hubbub.load.preflight.calibration import known
from hubbub.load.preflight.capacity import NOBODY, Before, shortages
from hubbub.load.preflight.forecast import Forecast
from hubbub.results.load_result import Ceiling


def check(config: LoadConfig, users: int, processes: int, before: Before = NOBODY) -> tuple[str, ...]:
    """Return one line for each thing that will be scarce with so many users in so many processes here.

    Of the users, those ``before`` are there already. Raises ConfigError where there is too little of one, so
    that some connections are bound to fail.
    """
    found = shortages(users, processes, config.targets, before) if users and processes else ()
    for shortage in found:
        if shortage.fatal:
            raise ConfigError(shortage.text)
    return tuple(shortage.text for shortage in found)


def forecast_ceiling(expected: Forecast, workers: Sequence[str]) -> Ceiling | None:
    """Return what a run will take of this machine's calibrated ceiling.

    None where it has none, or where other machines, of which nothing is known, take part. Raises
    ResultFileError where the calibration cannot be read.
    """
    calibration = known()
    _, here = share_of(this_host(), expected.users, workers)
    if calibration is None or not 0 < here == len(workers):
        return None
    return calibration.forecast(expected.published, expected.delivered, here)


def over(ceiling: Ceiling) -> str | None:
    """Return a line of warning where a run will ask for more than its processes can generate."""
    if ceiling.asked <= 1:
        return None
    return (
        f"The load will be {ceiling.asked:.0%} of what {_processes(ceiling)} of this machine can "
        f"generate ({ceiling.deliveries:,.0f} deliveries/s and {ceiling.publishes:,.0f} messages/s each, by "
        "make calibrate): the measurement will hardly be valid; ask for less, or use more processes or hosts"
    )


def share_of(host: str, users: int, workers: Sequence[str]) -> tuple[int, int]:
    """Return how many of the users, and of the processes, are on the machine of that name."""
    here = sum(worker == LOCAL or worker.rpartition("_")[0] == host for worker in workers)
    return (-(-users * here // len(workers)), here) if here else (0, 0)


def this_host() -> str:
    """Return this machine's name, with which Locust's ids of its workers begin."""
    return socket.gethostname()


def _processes(ceiling: Ceiling) -> str:
    return "one process" if ceiling.processes == 1 else f"{ceiling.processes} processes"
