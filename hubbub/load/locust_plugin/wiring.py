"""Hooks the engine into Locust; imported once, by ``hubbub.scenario``."""

import inspect
import sys
from typing import Any

import gevent
import psutil
from locust import events
from locust.argument_parser import LocustArgumentParser
from locust.env import Environment
from locust.runners import MasterRunner, Runner, WorkerRunner

from hubbub.load.config.config import DEFAULT_HOST
from hubbub.load.config.hosts import hide_secrets
from hubbub.load.config.options import add_options, check_result_folder, load_config
from hubbub.load.config_error import ConfigError
from hubbub.load.locust_plugin.interrupts import Interrupts
from hubbub.load.locust_plugin.last_resort import end_gracefully
from hubbub.load.locust_plugin.loop_sparing import spare_the_loop
from hubbub.load.master.conductor import Conductor
from hubbub.load.master.selection import choose_default, configure, picked_later
from hubbub.load.master.workers import tell_of_missing
from hubbub.load.measure.memory_log import MemoryLog
from hubbub.load.preflight import preflight
from hubbub.load.users.locust_stats import make_room
from hubbub.load.websocket.exhaustion import raise_file_limit
from hubbub.load.worker.participant import Participant

_USAGE = 2
"""The exit code for wrong options, which is argparse's."""


def register() -> None:
    """Register the engine's listeners with Locust; to be called once in a process."""
    hooks: Any = events
    hooks.init_command_line_parser.add_listener(_add_options)
    hooks.init.add_listener(_begin)


def _add_options(parser: LocustArgumentParser, **_: Any) -> None:
    add_options(parser)


def _begin(environment: Environment, runner: Runner, **_: Any) -> None:
    # Locust counts the run time from what the event loop takes for now, which importing has made stale.
    gevent.get_hub().loop.update_now()
    # Locust looks who called it when it stops a run; the first look takes so long that sends would be late.
    inspect.stack()
    spare_the_loop()
    environment.host = environment.host or DEFAULT_HOST
    hide_secrets(environment)
    if not isinstance(runner, WorkerRunner):
        # A worker runs whatever class the master names.
        choose_default(environment)
    if environment.parsed_options is not None:
        make_room(environment.parsed_options)
    raise_file_limit()
    _refuse_wrong_options(environment, runner)
    if not isinstance(runner, WorkerRunner):
        _start_master(environment, runner)
    options = environment.parsed_options
    if isinstance(runner, MasterRunner) and options is not None and options.headless:
        gevent.spawn(tell_of_missing, environment, runner)
    if not isinstance(runner, MasterRunner):
        _start_worker(environment, runner)


def _start_master(environment: Environment, runner: Runner) -> None:
    conductor = Conductor(environment, runner)
    interrupts = Interrupts(conductor.hurry)
    interrupts.install()
    end_gracefully(conductor.end_gracefully)
    hooks: Any = environment.events
    hooks.test_start.add_listener(conductor.test_start)
    hooks.spawning_complete.add_listener(conductor.spawning_complete)
    hooks.worker_connect.add_listener(conductor.worker_connect)
    hooks.test_stopping.add_listener(conductor.test_stopping)
    hooks.quitting.add_listener(conductor.quitting)
    # Of this event the last listener is called first.
    hooks.quitting.add_listener(interrupts.let_one_end)
    hooks.quit.add_listener(conductor.quit)


def _start_worker(environment: Environment, runner: Runner) -> None:
    participant = Participant(environment, runner)
    hooks: Any = environment.events
    hooks.test_start.add_listener(participant.start)
    hooks.spawning_complete.add_listener(participant.ramped)
    hooks.test_stop.add_listener(participant.stop)
    if isinstance(runner, WorkerRunner):
        interrupts = Interrupts(held=participant.is_held)
        interrupts.install()
        hooks.quitting.add_listener(participant.quitting)
        hooks.quitting.add_listener(interrupts.let_one_end)


def _refuse_wrong_options(environment: Environment, runner: Runner) -> None:
    """End the process with one line; workers leave that to the master, whose options count."""
    if isinstance(runner, WorkerRunner):
        return
    try:
        config = load_config(environment) if picked_later(environment) else configure(environment)
        config.tls()
        if config.server_pid:
            MemoryLog(config.server_pid)
        check_result_folder(environment)
        preflight.check(config, *_asked_for(environment, runner))
    except ConfigError as error:
        # Locust does not end the workers that it forked before (--processes) if the master ends so early.
        for worker in psutil.Process().children():
            worker.terminate()
        print(f"locust: error: {error}", file=sys.stderr)
        sys.exit(_USAGE)


def _asked_for(environment: Environment, runner: Runner) -> tuple[int, int]:
    """Return how many users are to run on this machine, and in how many processes; 0 where not known."""
    options = environment.parsed_options
    if options is None or not (options.headless or options.autostart):
        return 0, 0
    users = options.num_users or 1
    if isinstance(runner, MasterRunner):
        return (users, options.processes) if options.processes else (0, 0)
    return users, 1
