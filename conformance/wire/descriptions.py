"""Clients in words, as a finding names them."""

from collections.abc import Iterable

from ..messages.matchers import brief
from .client import Client

_SHOWN = 3


def names(clients: Iterable[Client]) -> list[str]:
    """Return the clients' names."""
    return [client.name for client in clients]


def describe(client: Client) -> str:
    """Return in words what a client has got: the last messages, and how its connection ended."""
    last = client.messages[client.cursor :] or client.messages
    got = ", ".join(brief(message.document or message.payload) for message in last[-_SHOWN:])
    more = f"{len(last) - _SHOWN} more, then " if len(last) > _SHOWN else ""
    words = f"{client} received {more}{got or 'nothing'}"
    if client.end is not None:
        return f"{words}, and its connection ended: {client.end}"
    return words if client.response is not None else f"{client} got no answer to its handshake"
