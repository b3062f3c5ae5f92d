"""What it means that a server fails the connection (RFC 6455 §7.1.7), and that nobody else notices.

An offender breaks a rule; ``near`` is in its room, ``far`` in another. However the offender's connection
ends, those two still talk and a newcomer can join, so a crash never passes for a refusal.
"""

from collections.abc import Collection
from dataclasses import dataclass

from ..findings import Broken
from ..messages.matchers import brief, chat
from ..steps.common import has_ended
from ..wire.client import Client
from ..wire.descriptions import describe
from ..wire.messages import Said
from ..wire.wire import Wire

PROTOCOL_ERROR, INVALID_DATA, TOO_BIG = 1002, 1007, 1009
FAILING = frozenset({PROTOCOL_ERROR, INVALID_DATA, TOO_BIG})
"""The close codes that fail a connection, as the WS group has it; so does the end of TCP."""


@dataclass(frozen=True)
class OffenderScene:
    """An offender, and those who must not notice."""

    offender: Client
    near: Client
    far: Client


def new_scene(wire: Wire, offender: Client | None = None) -> OffenderScene:
    """Return a scene with three members; ``offender`` may be one that has joined already."""
    offender = wire.join(wire.new_room()) if offender is None else offender
    near, far = wire.join_many(str(offender.room), wire.new_room())
    return OffenderScene(offender, near, far)


def expect_failed(
    wire: Wire,
    scene: OffenderScene,
    *named: int,
    codes: Collection[int] = FAILING,
    because: str = "the connection",
) -> None:
    """Fail unless the server fails the offender's connection: by one of ``codes``, or the end of TCP.

    A code that is none of ``named``, those that the RFC names, is a WARN.
    """
    offender = scene.offender
    words = " or ".join(map(str, sorted(codes)))
    allowed = f"the server fails {because}: close {words}, or the end of TCP"
    wire.until(lambda: has_ended(offender), allowed, offender)
    code = offender.close_code
    if code is not None and code not in codes:
        wire.canary()
        raise Broken(allowed, f"{offender} received close {code}", offender.name)
    expect_undisturbed(wire, scene)
    wire.note(f"the connection is failed by {f'close {code}' if code else f'TCP {offender.end}'}")
    if code is not None and code not in named:
        wire.warn(f"close {code}, where the RFC has {' or '.join(map(str, named))}")


def expect_undisturbed(wire: Wire, scene: OffenderScene) -> None:
    """Fail unless the others still talk, a newcomer can join, and nothing more came of the offender."""
    since = scene.near.cursor
    newcomer = wire.join(scene.near.room)
    wire.fence(scene.near, newcomer)
    said = wire.fence(newcomer, scene.near)
    wire.fence(scene.far)
    expect_none_of(scene.near, scene.offender, since, said)


def expect_none_of(listener: Client, gone: Client, since: int = 0, *but: Said) -> None:
    """Fail if the listener got a Chat in the name of one who is gone, from message number ``since`` on.

    ``but`` is what newcomers have said, who may have been given the WSID of the one gone (STAT-2).
    """
    known = {each.message for each in but if each.wsid == gone.wsid}
    for seen in listener.received(chat(WSID=gone.wsid), since):
        if seen.get("Message") not in known:
            raise Broken(f"{listener} receives nothing in the name of {gone}", brief(seen), listener.name)


def read_or_failed(
    wire: Wire, scene: OffenderScene, message: str, *named: int, codes: Collection[int] = FAILING
) -> bool:
    """Return whether the offender's ``message`` was read; fail unless it was, or the connection failed."""
    said = chat(Message=message, WSID=scene.offender.wsid)
    allowed = f"{scene.near} receives {said!r}, or the server fails the connection"

    def is_settled() -> bool:
        return bool(scene.near.received(said)) or has_ended(scene.offender)

    wire.until(is_settled, allowed, scene.near, scene.offender)
    if scene.near.received(said):
        wire.fence(scene.offender, scene.near)
        return True
    expect_failed(wire, scene, *named, codes=codes)
    return False


def expect_alive(wire: Wire, client: Client, why: str) -> None:
    """Fail unless the client is still a member that can talk."""
    if has_ended(client):
        wire.canary()
        raise Broken(f"{client} stays connected: {why}", describe(client), client.name)
    wire.fence(client)
