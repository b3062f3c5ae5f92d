"""A load-test and conformance harness for WebSocket chat servers.

A scenario imports two names from here::

    from hubbub import ChatUser, settings

They come with Locust, whose import patches the standard library; so they are fetched when they are asked for,
and what else of hubbub a program imports leaves it unpatched.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hubbub.scenario import ChatUser, settings

__all__ = ["ChatUser", "settings"]


def __getattr__(name: str) -> Any:
    """Fetch what a scenario imports."""
    if name in __all__:
        return getattr(importlib.import_module("hubbub.scenario"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
