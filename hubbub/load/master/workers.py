"""Which processes can take part in a run, as the master sees it."""

import logging
from collections.abc import Iterable
from time import monotonic
from typing import Any

import gevent
from gevent.event import Event
from locust.env import Environment
from locust.runners import STATE_INIT, STATE_MISSING, MasterRunner, Runner

from hubbub.load.config.plan import LOCAL, in_turn
from hubbub.load.exchange.names import READY
from hubbub.text import shell

_PATIENCE = 10.0
"""How long, in s, the start of a run waits for workers."""
_ASK = 0.25
"""How often, in s, workers that have not answered are asked."""
_REMINDED = 5.0
"""How long, in s, Locust waits for workers before a line tells how to start them."""
_EARLIER = 0.5
"""How long, in s, before Locust gives up it is told what is missing, for then it ends at once."""
_logger = logging.getLogger("hubbub")


class Workers:
    """The load-generating processes that Locust's ``runner`` commands, by Locust's ids."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner
        self._ready_to_run = {LOCAL}
        self._answered = Event()
        if isinstance(runner, MasterRunner):
            runner.register_message(READY, self._note_ready)

    def ready(self) -> tuple[str, ...]:
        """Return those that Locust gives users to, in the order in which it does."""
        if not isinstance(self._runner, MasterRunner):
            return (LOCAL,)
        clients = self._runner.clients
        return in_turn(client.id for client in (*clients.ready, *clients.spawning, *clients.running))

    def lost(self, workers: Iterable[str]) -> frozenset[str]:
        """Return those of ``workers`` that have gone, or have not been heard of for some seconds."""
        return frozenset(worker for worker in workers if not is_alive(self._runner, worker))

    def gather(self) -> None:
        """Wait until all that are ready can take part, or have had ten seconds for it.

        Locust takes them for ready before their ``init`` event, in which the engine is hooked in; users that
        a worker starts in between would be none of ours.
        """
        with gevent.Timeout(_PATIENCE, False):
            while not self._ready_to_run.issuperset(self.ready()):
                self._answered.clear()
                self._runner.send_message(READY)
                self._answered.wait(_ASK)

    def _note_ready(self, msg: Any, **_: Any) -> None:
        self._ready_to_run.add(msg.node_id)
        self._answered.set()


def is_alive(runner: Runner, worker: str) -> bool:
    """Whether Locust's ``runner`` still hears of a worker."""
    if not isinstance(runner, MasterRunner):
        return True
    node = runner.clients.get(worker)
    return node is not None and node.state != STATE_MISSING


def missing(environment: Environment, runner: Runner) -> int:
    """Return how many of the workers that were asked for (``--expect-workers``) are not there."""
    options = environment.parsed_options
    if not isinstance(runner, MasterRunner) or options is None:
        return 0
    return max(0, int(options.expect_workers) - len(runner.clients.ready))


def tell_of_missing(environment: Environment, runner: MasterRunner) -> None:
    """Tell, while Locust waits for workers, how to start those that are missing; and why no run began."""
    options: Any = environment.parsed_options
    wanted, most = options.expect_workers, float(options.expect_workers_max_wait)
    start = f"start the others with: {shell.start_worker()} --master-port {options.master_bind_port}"
    began, reminded = monotonic(), False
    while runner.state == STATE_INIT and (lacking := missing(environment, runner)):
        waited = monotonic() - began
        there = f"{wanted - lacking} of {wanted} workers"
        if most and waited > most - _EARLIER:
            _logger.error("No run: %s came within %g s (--expect-workers-max-wait); %s", there, most, start)
            return
        if waited > _REMINDED and not reminded:
            reminded = True
            _logger.warning("%s are there (--expect-workers); %s", there, start)
        gevent.sleep(_ASK)
