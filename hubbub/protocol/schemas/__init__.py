"""The JSON Schemas of Room Chat 1.0, one file a message."""

import json
from functools import cache
from importlib.resources import files
from typing import Any

SERVER_MESSAGES = {"Chat": "chat", "Status": "status", "userlist": "userlist", "Error": "error"}
"""From a server message's ``Type`` to the name of its schema."""


@cache
def schema(name: str) -> Any:
    """Return the JSON Schema ``chat``, ``status``, ``userlist``, ``error`` or ``publish``.

    Raises FileNotFoundError for any other name.
    """
    return json.loads(files("hubbub.protocol.schemas").joinpath(f"{name}.json").read_text(encoding="utf-8"))
