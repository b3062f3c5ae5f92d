"""Whether a worker is still heard of."""

from locust.runners import STATE_MISSING, MasterRunner, Runner


def is_alive(runner: Runner, worker: str) -> bool:
    """Whether Locust's ``runner`` still hears of a worker."""
    if not isinstance(runner, MasterRunner):
        return True
    node = runner.clients.get(worker)
    return node is not None and node.state != STATE_MISSING
