"""The way in of one connection: reads the socket when something has come, and lets others have their turn.

Invariants:

- The watcher runs exactly while reading is on: begun, not paused, nothing put off, the socket not closed.
- What was read is handed on at once, in order, to ``on_data``; nothing is kept here.
- One turn on the hub is short. Where taking in what one read brought takes long, less is read at once from
  then on; where that is many frames that are costly, the rest is put off until the loop has been round once.
"""

import socket
from collections.abc import Callable
from contextlib import suppress
from time import monotonic_ns
from typing import Any

import gevent

from hubbub.load.timing.moments import MILLISECOND, Duration, Moment
from hubbub.load.websocket.exhaustion import EXHAUSTED
from hubbub.load.websocket.listener import Listener, Owner
from hubbub.load.websocket.transport import READ_SIZE, WOULD_BLOCK, Reader

_READABLE = 1
"""libev's EV_READ."""
_SLOW_BUFFER = 1 << 15
"""Bytes that the kernel is to keep for a user that does not read."""
_LONG_TURN = 20 * MILLISECOND
"""Target time to take in what one read brought: all other users wait meanwhile."""
_LEAST_READ = 1 << 10
"""Bytes that are read at once in any case."""

DataHandler = Callable[[bytes, Moment, Moment], None]
"""Takes all bytes of one read, when they arrived, and when they were read."""


class ReadLoop:
    """Reads ``sock`` by ``read`` for ``owner``; ``on_data`` takes what comes, until another is set."""

    __slots__ = (
        "_listener",
        "_owner",
        "_paused",
        "_postponed",
        "_read",
        "_size",
        "_socket",
        "_watcher",
        "on_data",
    )

    def __init__(self, sock: socket.socket, read: Reader, owner: Owner, listener: Listener) -> None:
        self.on_data: DataHandler = owner.on_data
        self._socket = sock
        self._read = read
        self._owner = owner
        self._listener = listener
        self._size = READ_SIZE
        self._paused = False
        self._postponed: Any = None
        """The timer at which the rest of what was read is taken in, while there is one."""
        self._watcher = gevent.get_hub().loop.io(sock.fileno(), _READABLE)

    @property
    def is_on(self) -> bool:
        """Whether anything more will be handed on without ``resume``."""
        return self._watcher.active or self._postponed is not None

    def start(self) -> None:
        """Begin to read."""
        self._watcher.start(self.on_readable)

    def pause(self) -> None:
        """Leave what comes in the kernel, which takes little from now on, until ``resume``."""
        if self.is_on:
            with suppress(OSError):
                self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _SLOW_BUFFER)
            self._watcher.stop()
            self._paused = True

    def resume(self) -> None:
        """Read on; does nothing where it was not paused."""
        if self._paused:
            self._paused = False
            # What was put off is taken in first; then reading goes on by itself.
            if self._postponed is None:
                self.start()

    def postpone(self, arrival: Moment, read: Moment) -> None:
        """Read on, and let ``on_data`` take what its owner still has, after one round of the event loop."""
        self._watcher.stop()
        self._postponed = gevent.get_hub().loop.timer(0)
        self._postponed.start(self._go_on, arrival, read)
        self._listener.behind()

    def close(self) -> None:
        """Read no more; the socket may be closed then."""
        self._paused = False
        self._watcher.stop()
        if self._postponed is not None:
            self._postponed.stop()
            self._postponed = None

    def on_readable(self) -> None:
        """Read once, and hand it on."""
        try:
            data, arrival, read = self._read(self._size)
        except WOULD_BLOCK:
            # TLS may need more bytes before it has any of the stream.
            return
        except (OSError, MemoryError) as error:
            if isinstance(error, MemoryError) or error.errno in EXHAUSTED:
                # It is this process that has run out of something; of the server it says nothing.
                self._owner.on_fault(error)
            else:
                self._owner.on_broken(error)
            return
        try:
            if data:
                began = monotonic_ns()
                if len(data) >= self._size:
                    # There may be more: what is measured from here on may be this process, not the server.
                    self._listener.behind()
                self.on_data(data, arrival, read)
                self._adapt(monotonic_ns() - began)
            else:
                self._owner.on_eof()
        except Exception as error:
            # On the hub nobody else would see it, and the user would wait for ever.
            self._owner.on_fault(error)

    def _adapt(self, took: Duration) -> None:
        """Read less at once where it takes long to take in what the server sends, and more again later."""
        if took > _LONG_TURN:
            self._size = max(_LEAST_READ, self._size // 8)
        elif self._size < READ_SIZE and took < _LONG_TURN // 8:
            self._size *= 2

    def _go_on(self, arrival: Moment, read: Moment) -> None:
        self._postponed = None
        try:
            self.on_data(b"", arrival, read)
        except Exception as error:
            self._owner.on_fault(error)
            return
        # It may have been put off again, paused or closed meanwhile.
        if self._postponed is None and not self._paused and self._socket.fileno() >= 0:
            self.start()
