"""A locustfile with a load shape that goes up and down twice: ``-f loadtests/,…/two_ramps_down.py``."""

from locust import LoadTestShape


class TwoRampsDown(LoadTestShape):
    """Twenty users come or go a second, in steps of one second."""

    stages = ((5, 80), (9, 20), (13, 80), (17, 10))
    """Up to what moment, in s, how many users are wanted."""

    def tick(self) -> tuple[int, float] | None:
        """Return how many users are wanted now, and how many come or go a second; None at the end."""
        now: float = self.get_run_time()  # type: ignore[no-untyped-call]  # Locust has no types for it
        return next(((users, 20.0) for until, users in self.stages if now < until), None)
