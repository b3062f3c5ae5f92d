"""What is on its way out of one connection: as much as the kernel takes at once, the rest when it can.

Invariants:

- Bytes leave in the order in which they were written: while some are unsent, others go behind them.
- The watcher runs exactly while something is unsent and the socket can still be written to.
- Nothing here waits. Who wants to wait does so by the connection's event, which is set whenever the last
  unsent byte has gone, or can never go.
"""

import socket
from typing import Any

import gevent
from gevent.event import Event

from hubbub.load.websocket.listener import Owner
from hubbub.load.websocket.transport import WOULD_BLOCK

_WRITABLE = 2
"""libev's EV_WRITE."""


class WriteBuffer:
    """The way out of ``owner``, over ``sock``; ``changed`` is set when it is free again, or broken."""

    __slots__ = ("_changed", "_owner", "_socket", "_watcher", "broken", "unsent")

    def __init__(self, sock: socket.socket, owner: Owner, changed: Event) -> None:
        self.unsent: bytearray | None = None
        """What the kernel has not taken yet; None, which costs a user nothing, where it has taken all."""
        self.broken = False
        """Whether the kernel takes no more for good."""
        self._socket = sock
        self._changed = changed
        self._owner = owner
        self._watcher: Any = None

    def write(self, data: bytes) -> None:
        """Send, as far as the kernel takes it; the rest follows when it can."""
        if self.unsent:
            self.unsent += data
        elif data and not self.broken:
            sent = self._send(data)
            if sent < len(data) and not self.broken:
                self.unsent = bytearray(memoryview(data)[sent:])
                self._await_writable()

    def close(self) -> None:
        """Send nothing more."""
        if self._watcher is not None:
            self._watcher.stop()

    def _send(self, data: bytes | bytearray) -> int:
        """Return how many bytes the kernel has taken."""
        try:
            return self._socket.send(data)
        except WOULD_BLOCK:
            return 0
        except OSError:
            # What the server had sent before is yet to be read, a Close frame with its reason perhaps; so it
            # is where reading ends that the connection ends, and not here.
            self.broken = True
            return 0

    def _await_writable(self) -> None:
        # Made at the first need: most users never send more than their socket's buffer holds.
        if self._watcher is None:
            self._watcher = gevent.get_hub().loop.io(self._socket.fileno(), _WRITABLE)
        self._watcher.start(self._on_writable)

    def _on_writable(self) -> None:
        try:
            if self.unsent:
                del self.unsent[: self._send(self.unsent)]
            if self.broken or not self.unsent:
                self.unsent = None
                self._watcher.stop()
                self._changed.set()
        except Exception as error:
            self._owner.on_fault(error)
