"""More members, or rooms, than a byte can count."""

from collections.abc import Sequence

from ..wire.client import Client
from ..wire.wire import Wire

MANY = 260
_AT_ONCE = 65


def join_all(wire: Wire, rooms: Sequence[str]) -> list[Client]:
    """Become a member of each of many rooms, some at once."""
    members: list[Client] = []
    for begin in range(0, len(rooms), _AT_ONCE):
        members += wire.join_many(*rooms[begin : begin + _AT_ONCE])
    return members
