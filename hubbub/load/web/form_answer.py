"""The answer that Locust's page gets to its form: whether a run begins, and if not, why.

Locust answers that users are being started before anybody has looked at what was asked for.
"""

from typing import Any

import gevent
from flask import jsonify
from gevent.event import Event
from locust.env import Environment
from locust.runners import STATE_RUNNING, STATE_SPAWNING, MasterRunner, Runner
from locust.web import WebUI

from hubbub.load.config.hosts import hide_secrets
from hubbub.text import shell

_PATIENCE = 15.0
"""How long, in s, the page waits for its answer; the start of a run waits for workers for some of it."""
_LOOK = 0.02


class Starts:
    """What became of the last start of a run."""

    def __init__(self) -> None:
        self.reason = ""
        """Why there is no run; empty where there is one."""
        self.known = Event()
        """Set when it is known whether there is one."""

    def expect(self) -> None:
        """Forget the start before."""
        self.reason = ""
        self.known.clear()

    def begin(self) -> None:
        """Note that a run has begun."""
        self.known.set()

    def refuse(self, reason: str) -> None:
        """Note that no run begins."""
        self.reason = reason
        self.known.set()


def answer_truly(web_ui: WebUI, environment: Environment, starts: Starts) -> None:
    """Let the page tell of a run that was refused, and why."""
    assert web_ui.app is not None
    [endpoint] = [rule.endpoint for rule in web_ui.app.url_map.iter_rules() if rule.rule.endswith("/swarm")]
    views = web_ui.app.view_functions
    swarm = views[endpoint]

    def answer() -> Any:
        runner = environment.runner
        running = runner is not None and runner.state in (STATE_RUNNING, STATE_SPAWNING)
        starts.expect()
        response: Any = swarm()
        told = response.get_json(silent=True)
        if told is None:
            return response  # the way to the login page
        hide_secrets(environment)
        told["host"] = environment.host
        if told["success"] and not running:
            reason = _reason(runner, starts)
            told |= {"success": False, "message": f"No run: {reason}"} if reason else {}
        return jsonify(told)

    views[endpoint] = answer


def _reason(runner: Runner | None, starts: Starts) -> str:
    """Wait until it is known whether a run begins; return why not."""
    with gevent.Timeout(_PATIENCE, False):
        while not starts.known.is_set():
            if isinstance(runner, MasterRunner) and not runner.clients.all:
                # Locust then does not even begin.
                return f"no worker is there; start one with {shell.start_worker()}, then start the run again"
            starts.known.wait(_LOOK)
    return starts.reason
