"""What a scenario says of itself before any of its users lives: its defaults, its objectives, who publishes.

The master reads it to plan a run; ``users.user`` has what the scenario's users do.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from locust import User

from hubbub.load.config.config import DEFAULT_HOST, LoadConfig


class Scenario(User):
    """A kind of user that a run can be made of."""

    abstract = True
    host = DEFAULT_HOST
    is_default: ClassVar[bool] = False
    """Whether this is the scenario that runs where none is named."""
    defaults: ClassVar[Mapping[str, Any]] = {}
    """The scenario's own defaults (see ``settings``); what the user asks for goes before them."""
    slos: ClassVar[tuple[str, ...]] = ()
    """The scenario's own service level objectives, each as on the command line (``--slo``)."""
    engine: ClassVar[Any] = None
    """The process's engine, which all its users share; set when a run starts."""

    @classmethod
    def publishing_share(cls, config: LoadConfig) -> float:  # noqa: ARG003  # for scenarios that need it
        """Return the share of the users, 0 to 1, that publish on their schedules, by the run's ``config``.

        The forecast of a run's load counts with it; to be overridden by scenarios in which some users only
        listen.
        """
        return 1.0
