"""What a generated sequence expects, beyond what the wire itself does."""

from collections.abc import Callable

from ..findings import Broken
from ..messages.matchers import UserlistOf, userlist
from ..wire.client import Client
from ..wire.messages import Said
from ..wire.wire import Wire


def expect_latest(wire: Wire, wanted: UserlistOf, *clients: Client) -> None:
    """Wait until the latest userlist of each of the clients is as wanted, within the userlist's deadline."""
    for client in clients:
        allowed = f"the latest that {client} receives of its kind is {wanted!r}"
        _expect(wire, client, _latest(client, wanted), allowed, wire.deadlines.presence)


def expect_all_or_none(wire: Wire, said: Said, *clients: Client) -> None:
    """If any of the clients has received what was said, wait until all have."""
    got = [client for client in clients if client.received(said.as_chat)]
    for client in clients if got else ():
        allowed = f"{client} receives {said.as_chat!r}, since {got[0]} did"
        _expect(wire, client, _has(client, said), allowed)


def expect_all_or_end(wire: Wire, client: Client, *said: Said) -> None:
    """Wait until the client has received all that was said, or its connection is over."""
    wire.until(
        lambda: client.is_over or all(_has(client, each)() for each in said),
        f"{client} receives {len(said)} Chats, or its connection ends",
        client,
    )
    client.cursor = len(client.messages)


def _latest(client: Client, wanted: UserlistOf) -> Callable[[], bool]:
    return lambda: any(wanted.matches(each) for each in client.received(userlist())[-1:])


def _has(client: Client, said: Said) -> Callable[[], bool]:
    return lambda: bool(client.received(said.as_chat))


def _expect(
    wire: Wire, client: Client, met: Callable[[], bool], allowed: str, within: float | None = None
) -> None:
    wire.until(lambda: met() or client.is_over, allowed, client, within=within)
    if not met():
        wire.canary()
        raise Broken(allowed, f"its connection ended: {client.end}", client.name)
