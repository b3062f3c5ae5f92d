"""Hooks the engine into Locust; imported once, by ``swarm.scenario``."""

import sys
from typing import Any

from locust import events
from locust.argument_parser import LocustArgumentParser
from locust.env import Environment
from locust.runners import MasterRunner, Runner, WorkerRunner

from swarm.conductor import Conductor
from swarm.config import DEFAULT_HOST, ConfigError
from swarm.options import add_options, load_config
from swarm.participant import Participant
from swarm.transport import Dialer


def wire() -> None:
    """Register the engine's listeners with Locust; to be called once in a process."""
    hooks: Any = events
    hooks.init_command_line_parser.add_listener(_add_options)
    hooks.init.add_listener(_begin)


def _add_options(parser: LocustArgumentParser, **_: Any) -> None:
    add_options(parser)


def _begin(environment: Environment, runner: Runner, **_: Any) -> None:
    environment.host = environment.host or DEFAULT_HOST
    _refuse_wrong_options(environment, runner)
    if not isinstance(runner, WorkerRunner):
        _conduct(environment, runner)
    if not isinstance(runner, MasterRunner):
        _take_part(environment, runner)


def _conduct(environment: Environment, runner: Runner) -> None:
    conductor = Conductor(environment, runner)
    hooks: Any = environment.events
    hooks.test_start.add_listener(conductor.test_start)
    hooks.spawning_complete.add_listener(conductor.spawning_complete)
    hooks.worker_connect.add_listener(conductor.worker_connect)
    hooks.test_stopping.add_listener(conductor.test_stopping)
    hooks.quitting.add_listener(conductor.quitting)
    hooks.quit.add_listener(conductor.quit)


def _take_part(environment: Environment, runner: Runner) -> None:
    participant = Participant(environment, runner)
    hooks: Any = environment.events
    hooks.test_start.add_listener(participant.start)
    hooks.test_stop.add_listener(participant.stop)


def _refuse_wrong_options(environment: Environment, runner: Runner) -> None:
    """End the process with one line; workers leave that to the master, whose options count."""
    try:
        Dialer(load_config(environment))
    except ConfigError as error:
        if not isinstance(runner, WorkerRunner):
            sys.exit(f"locust: error: {error}")
