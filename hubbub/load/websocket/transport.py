"""Sockets under the WebSocket: dialling without blocking the event loop, and reading with arrival times.

After dialling, a socket is non-blocking and read from watcher callbacks, which must neither block nor switch;
so it is the standard library's own socket, whatever gevent has patched.
"""

import errno
import os
import re
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from math import inf
from time import monotonic_ns
from typing import Any

import gevent.monkey
import gevent.socket

from hubbub.load.timing.arrival import ANCILLARY_SIZE, Ancillary, ArrivalClock, stamp_arrivals
from hubbub.load.timing.clock import RunClock
from hubbub.load.timing.moments import Duration, Moment
from hubbub.load.websocket.exhaustion import EXHAUSTED, RESERVE, Address, file_limit, shown_address
from hubbub.load.websocket.progress import Progress, Step
from hubbub.load.workload.targets import Target

READ_SIZE = 1 << 16
"""Bytes read at once at most, but for what TLS has decrypted already."""

Receive = Callable[[int, int], tuple[bytes, Ancillary, int, Any]]
"""``socket.recvmsg``."""

_Socket: type[socket.socket] = gevent.monkey.get_original("socket", "socket")
_IN_PROGRESS = {0, errno.EINPROGRESS, errno.EWOULDBLOCK}
WOULD_BLOCK = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)
"""What a non-blocking socket raises where nothing can be done now."""


_WANTS_TLS = re.compile(rb"HTTP/1\.[01] 400 .*\b(https|tls|ssl)\b", re.IGNORECASE | re.DOTALL)
"""How some servers answer plain HTTP where they speak TLS."""

Read = tuple[bytes, Moment, Moment]
"""The bytes of one read (none: the end of the stream), when the last of them arrived, when they were read."""


Reader = Callable[[int], Read]
"""Reads once, up to so many bytes."""


class Dialer:
    """Connects to the server; ``tls`` is how, where a target asks for TLS."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self._tls = tls
        self._addresses: dict[Target, list[Any]] = {}
        limit = file_limit()
        self._most = inf if limit is None else limit - RESERVE
        """The file descriptors from this number on are no connection's: the lowest free one is given out."""

    def dial(
        self, target: Target, progress: Progress, user: int = 0, seconds: float | None = None
    ) -> socket.socket:
        """Connect, TLS handshake included, while other greenlets run; return the non-blocking socket.

        Users whose numbers follow each other begin with one address of the host after the other, as clients
        all over the world do; each then tries the others in turn, all of them within ``seconds``. Raises
        OSError, of which ssl.SSLError and socket.gaierror are kinds. A gevent.Timeout around it ends it.
        """
        progress.reach(Step.CONNECTION)
        addresses = _from(user, self._resolve(target))
        failure = OSError(f"{target.address[0]} has no address")
        for number, found in enumerate(addresses, 1):
            # The last one has all the time that is left.
            most = None if seconds is None or number == len(addresses) else seconds / len(addresses)
            try:
                sock = self._new_socket(*found[:3])
            except OSError as error:
                failure = error
                break
            progress.try_address(_shown(found))
            try:
                with gevent.Timeout(most, _too_late()):
                    return self._dial(sock, found[4], target, progress)
            except OSError as error:
                if error.errno in EXHAUSTED:
                    progress.forget_address()
                else:
                    progress.fail_address(error.strerror or str(error))
                # With more of what has run out here, that address might have answered.
                failure = failure if failure.errno in EXHAUSTED else error
        raise failure

    def _dial(
        self, sock: socket.socket, address: object, target: Target, progress: Progress
    ) -> socket.socket:
        progress.reach(Step.CONNECTION)
        try:
            _connect(sock, address)
            if self._tls is None or not target.secure:
                return sock
            progress.reach(Step.TLS)
            return _secure(sock, self._tls, target.address[0])
        except BaseException:
            sock.close()
            raise

    def _new_socket(self, family: int, kind: int, protocol: int) -> socket.socket:
        sock = _Socket(family, kind, protocol)
        if sock.fileno() >= self._most:
            sock.close()
            raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))
        return sock

    def speaks_tls(self, target: Target) -> bool:
        """Whether the server speaks TLS at that port, be its certificate what it may; raises OSError."""
        with self._connected(target) as sock:
            try:
                _secure(sock, _any_certificate(), target.address[0]).close()
            except ssl.SSLError as error:
                # It may refuse this client in TLS.
                return "ALERT" in (error.reason or "")
            return True

    def speaks_http(self, target: Target, request: bytes) -> bool:
        """Whether the server answers ``request`` in HTTP without TLS; raises OSError."""
        with self._connected(target) as sock:
            sock.send(request)
            gevent.socket.wait_read(sock.fileno())
            answer = sock.recv(READ_SIZE)
            return answer.startswith(b"HTTP/") and not _WANTS_TLS.match(answer)

    @contextmanager
    def _connected(self, target: Target) -> Iterator[socket.socket]:
        family, kind, protocol, _, address = self._resolve(target)[0]
        with self._new_socket(family, kind, protocol) as sock:
            _connect(sock, address)
            yield sock

    def _resolve(self, target: Target) -> list[Any]:
        """Return the addresses of a host; it is asked for once."""
        if target not in self._addresses:
            try:
                found = gevent.socket.getaddrinfo(*target.address, type=socket.SOCK_STREAM)
            except UnicodeError as error:
                # A label of the name that is empty, or too long.
                raise socket.gaierror(socket.EAI_NONAME, str(error)) from error
            self._addresses[target] = list(found)
        return self._addresses[target]


def _shown(found: Any) -> str:
    address: Address = found[4][:2]
    return shown_address(address)


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


def _too_late() -> OSError:
    """Return what the system says of an address that does not answer."""
    return OSError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT))


def _any_certificate() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
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


def _read_plain(
    recvmsg: Receive, offset: Duration, arrival: Callable[[Ancillary, Moment], Moment], size: int
) -> Read:
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
