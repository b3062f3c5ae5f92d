"""What a process sent, noted message by message, and handed on so that all processes can settle it."""

# Theory of operation
#
# A message is under way from ``begin``, before its first byte goes to the kernel, to ``end``. Only one that
# the kernel took whole counts: of any other the server may have seen a part, so nobody is owed it.
#
# ``drain`` hands on what ended since the last call, and a *horizon*: everything that was sent before it has
# been handed on. That is the moment at which the oldest message under way began, for it may yet count. With
# nothing under way it is now. One user whom the server does not read so holds up the settling of all rooms,
# which is right: until its message is sent or has failed, nobody can say whether it is owed.

from array import array

import msgspec
import numpy as np
from numpy.typing import NDArray

from hubbub.load.messages.message_key import MessageKey
from hubbub.load.timing.moments import NEVER

Column = NDArray[np.int64]

_SIZE = 8
"""Bytes of an int64."""


class Sends(msgspec.Struct, frozen=True, array_like=True):
    """Messages that were sent whole; three columns of one length, as bytes of int64."""

    keys: bytes = b""
    """The messages' keys (``message_key``)."""
    rooms: bytes = b""
    times: bytes = b""
    """When each was sent, in ns of the run."""
    horizon: int = NEVER
    """All that was sent before this moment is in these or earlier ones."""
    error: int = 0
    """The bound of the error of the clocks that told the times, in ns."""

    @property
    def count(self) -> int:
        """How many messages these are."""
        return len(self.keys) // _SIZE

    def columns(self) -> tuple[Column, Column, Column]:
        """Return keys, rooms and times."""
        keys, rooms, times = (np.frombuffer(part, np.int64) for part in (self.keys, self.rooms, self.times))
        return keys, rooms, times


def join(parts: list[Sends]) -> Sends:
    """Return what several processes sent as one."""
    return Sends(
        b"".join(part.keys for part in parts),
        b"".join(part.rooms for part in parts),
        b"".join(part.times for part in parts),
        min((part.horizon for part in parts), default=NEVER),
        max((part.error for part in parts), default=0),
    )


class SendLog:
    """What this process sent since it was last asked."""

    def __init__(self) -> None:
        self.count = 0
        """How many messages were sent whole."""
        self.by_room: dict[int, int] = {}
        self._under_way: dict[MessageKey, tuple[int, int]] = {}
        self._closed = False
        self._reset()

    def _reset(self) -> None:
        self._keys, self._rooms, self._times = array("q"), array("q"), array("q")

    @property
    def sending(self) -> int:
        """How many messages are on their way into the kernel."""
        return sum(copies for _, copies in self._under_way.values())

    def begin(self, key: MessageKey, moment: int, copies: int = 1) -> None:
        """Note that a message, or several equal ones from ``key`` on, is being sent from that moment on."""
        self._under_way[key] = moment, copies

    def end(self, key: MessageKey, room: int, whole: bool) -> bool:
        """Note that this is over, and whether the kernel took it whole; return whether it counts as sent."""
        moment, copies = self._under_way.pop(key)
        # After the close the counts have been told: a message that ends later is in nobody's books.
        if not whole or self._closed:
            return False
        self.count += copies
        self.by_room[room] = self.by_room.get(room, 0) + copies
        # Nearly all messages are single; the general way would build a range and two lists for each.
        if copies == 1:
            self._keys.append(key)
            self._rooms.append(room)
            self._times.append(moment)
        else:
            self._keys.extend(range(key, key + copies))
            self._rooms.extend([room] * copies)
            self._times.extend([moment] * copies)
        return True

    def drain(self, now: int, error: int) -> Sends:
        """Return what was sent whole since the last call, by a clock with that ``error`` in ns."""
        horizon = min((moment for moment, _ in self._under_way.values()), default=now)
        drained = Sends(self._keys.tobytes(), self._rooms.tobytes(), self._times.tobytes(), horizon, error)
        self._reset()
        return drained

    def close(self) -> None:
        """Stop counting: what is sent from now on is owed to nobody."""
        self._closed = True
