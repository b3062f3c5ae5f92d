"""The command that runs a load test again; of one that the web page was asked for, without the page."""

import sys
from collections.abc import Iterator, Mapping
from typing import Any

from locust.env import Environment

from hubbub.load.config.options import given
from hubbub.text import shell


def command(environment: Environment, users: int, seconds: float) -> tuple[str, ...]:
    """Return its words. The result is left to go to a folder of its own, so that none is overwritten.

    ``users`` were asked for last, and the run lasted so many ``seconds``, if nobody has said how long.
    """
    locust = shell.tool("locust")
    if environment.web_ui is None:
        return (*locust, *shell.without_option(shell.arguments(sys.argv[1:]), "--result"))
    options = vars(environment.parsed_options)
    return (*locust, *_of_locust(options, environment, users, seconds), *_of_ours(given(environment)))


def _of_locust(
    options: Mapping[str, Any], environment: Environment, users: int, seconds: float
) -> Iterator[str]:
    yield from ("-f", str(options["locustfile"]))
    yield from sorted(environment.user_classes_by_name)
    yield from ("--headless", "-u", str(users), "-r", f"{options.get('spawn_rate') or 1:g}")
    yield from ("-t", f"{options.get('run_time') or max(1, round(seconds))}s")
    yield from ("--host", str(environment.host))
    if options.get("processes"):
        yield from ("--processes", str(options["processes"]))
    elif options.get("master"):
        yield from ("--master", "--expect-workers", str(options.get("expect_workers") or 1))


def _of_ours(given: Mapping[str, Any]) -> Iterator[str]:
    for name, value in given.items():
        flag = f"--{name.replace('_', '-')}"
        for each in value if isinstance(value, list | tuple) else [value]:
            if each is not False:
                yield from (flag,) if each is True else (flag, str(each))
