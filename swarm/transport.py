"""Sockets under the WebSocket: dialling without blocking the event loop, and reading with arrival times.

After dialling, a socket is non-blocking and read from watcher callbacks, which must neither block nor switch;
so it is the standard library's own socket, whatever gevent has patched.
"""

import errno
import os
import socket
import ssl
from collections.abc import Callable
from functools import partial
from math import inf
from time import monotonic_ns
from typing import Any

import gevent.monkey
import gevent.socket

from swarm.arrival import ANCILLARY_SIZE, Ancillary, ArrivalClock, stamp_arrivals
from swarm.capacity import EXHAUSTED, RESERVE, file_limit
from swarm.clock import RunClock
from swarm.config import ConfigError, LoadConfig
from swarm.targets import Target

READ_SIZE = 1 << 16
"""Bytes read at once at most, but for what TLS has decrypted already."""

Receive = Callable[[int, int], tuple[bytes, Ancillary, int, Any]]
"""``socket.recvmsg``."""

_Socket: type[socket.socket] = gevent.monkey.get_original("socket", "socket")
_IN_PROGRESS = {0, errno.EINPROGRESS, errno.EWOULDBLOCK}
WOULD_BLOCK = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)
"""What a non-blocking socket raises where nothing can be done now."""


Read = tuple[bytes, int, int]
"""The bytes of one read (none: the end of the stream), when the last of them arrived, when they were read."""


Reader = Callable[[int], Read]
"""Reads once, up to so many bytes."""


class Dialer:
    """Connects to the server; raises ConfigError for an unusable file of certificates."""

    def __init__(self, config: LoadConfig) -> None:
        self._tls = _tls(config) if any(target.secure for target in config.targets) else None
        self._addresses: dict[Target, list[Any]] = {}
        limit = file_limit()
        self._most = inf if limit is None else limit - RESERVE
        """The file descriptors from this number on are no connection's: the lowest free one is given out."""

    def dial(self, target: Target, user: int = 0) -> socket.socket:
        """Connect, TLS handshake included, while other greenlets run; return the non-blocking socket.

        Users whose numbers follow each other begin with one address of the host after the other, as clients
        all over the world do; each then tries the others in turn. Raises OSError, of which ssl.SSLError and
        socket.gaierror are kinds. A gevent.Timeout around it ends it.
        """
        host, _ = target.address
        failure = OSError(f"{host} has no address")
        for family, kind, protocol, _, address in _from(user, self._resolve(target)):
            try:
                sock = self._new_socket(family, kind, protocol)
            except OSError as error:
                failure = error
                break
            try:
                _connect(sock, address)
                return _secure(sock, self._tls, host) if self._tls and target.secure else sock
            except OSError as error:
                sock.close()
                # With more of what has run out here, that address might have answered.
                failure = failure if failure.errno in EXHAUSTED else error
            except BaseException:
                sock.close()
                raise
        raise failure

    def _new_socket(self, family: int, kind: int, protocol: int) -> socket.socket:
        sock = _Socket(family, kind, protocol)
        if sock.fileno() >= self._most:
            sock.close()
            raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))
        return sock

    def _resolve(self, target: Target) -> list[Any]:
        """Return the addresses of a host; it is asked for once."""
        if target not in self._addresses:
            found = gevent.socket.getaddrinfo(*target.address, type=socket.SOCK_STREAM)
            self._addresses[target] = list(found)
        return self._addresses[target]


def _from(user: int, addresses: list[Any]) -> list[Any]:
    """Return addresses of the family that the system prefers in turn from ``user`` on, then the others.

    Another family is for failures only: the system puts it last where it may lead nowhere.
    """
    preferred = [each for each in addresses if each[0] == addresses[0][0]]
    start = user % len(preferred) if preferred else 0
    others = [each for each in addresses if each[0] != addresses[0][0]]
    return preferred[start:] + preferred[:start] + others


def reader(sock: socket.socket, clock: RunClock, arrivals: ArrivalClock) -> Reader:
    """Return a function that reads up to so many bytes of ``sock``; with TLS, a little more.

    It raises one of ``WOULD_BLOCK`` where there is nothing to read, OSError where the connection is broken.
    """
    if isinstance(sock, ssl.SSLSocket):
        return partial(_read_tls, sock, clock, arrivals)
    return partial(_read_plain, sock.recvmsg, clock.offset, arrivals.arrival)


def _tls(config: LoadConfig) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=config.ca or None)
    except OSError as error:
        raise ConfigError(f"--ca {config.ca} cannot be used: {error}") from error
    if config.insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _connect(sock: socket.socket, address: object) -> None:
    sock.setblocking(False)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    stamp_arrivals(sock)
    code = sock.connect_ex(address)  # type: ignore[arg-type]  # getaddrinfo's own address
    if code in _IN_PROGRESS:
        gevent.socket.wait_write(sock.fileno())
        code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    if code:
        raise OSError(code, os.strerror(code))


def _secure(sock: socket.socket, tls: ssl.SSLContext, host: str) -> ssl.SSLSocket:
    secured = tls.wrap_socket(sock, server_hostname=host, do_handshake_on_connect=False)
    secured.setblocking(False)
    try:
        _shake_hands(secured)
    except BaseException:
        secured.close()
        raise
    return secured


def _shake_hands(sock: ssl.SSLSocket) -> None:
    while True:
        try:
            sock.do_handshake()
            return
        except ssl.SSLWantReadError:
            gevent.socket.wait_read(sock.fileno())
        except ssl.SSLWantWriteError:
            gevent.socket.wait_write(sock.fileno())


def _read_plain(recvmsg: Receive, offset: int, arrival: Callable[[Ancillary, int], int], size: int) -> Read:
    data, ancillary, _, _ = recvmsg(size, ANCILLARY_SIZE)
    now = monotonic_ns() + offset
    return data, arrival(ancillary, now), now


def _read_tls(sock: ssl.SSLSocket, clock: RunClock, arrivals: ArrivalClock, size: int) -> Read:
    """Read what there is: what TLS holds decrypted does not make the file descriptor readable again."""
    chunks = [sock.recv(size)]
    left = size - len(chunks[0])
    while chunks[-1] and (left > 0 or sock.pending()):
        try:
            chunks.append(sock.recv(max(left, sock.pending())))
        except OSError:
            # Nothing more for now, or a broken connection, which the next read will find, too.
            break
        left -= len(chunks[-1])
    now = clock.now()
    return b"".join(chunks), arrivals.arrival([], now), now
