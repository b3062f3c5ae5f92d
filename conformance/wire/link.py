"""One non-blocking TCP or TLS connection: bytes out are queued, bytes in are handed over as they come.

It goes from CONNECTING over SECURING (``wss://`` only) to OPEN, and never back; how it ended is not its own
state but part of what the last reading brought (``ReadResult.end``). Nothing here blocks or sleeps.
"""

import errno
import selectors
import socket
import ssl
import struct
from enum import Enum, auto
from typing import NamedTuple

from .target import Target

_MOST_AT_ONCE = 256 * 1024
_RESET = struct.pack("ii", 1, 0)
"""SO_LINGER on, for 0 seconds: closing discards what is unsent and sends RST."""
_TCP_CLOSE = 7
UNTRUSTED = "the certificate is not trusted"
"""How the end of a connection begins whose certificate the TLS layer refused."""

_IN_PROGRESS = (0, errno.EINPROGRESS, errno.EWOULDBLOCK)


class State(Enum):
    """How far a connection has come."""

    CONNECTING = auto()
    """TCP's own handshake is under way."""
    SECURING = auto()
    """The TLS handshake is under way."""
    OPEN = auto()
    """Bytes may flow."""


class ReadResult(NamedTuple):
    """What one reading brought: bytes, and how the connection ended if it did."""

    data: bytes
    end: str = ""


class Link:
    """A connection to the target, begun but not waited for."""

    def __init__(self, target: Target, receive_buffer: int | None = None, port: int = 0) -> None:
        """Begin to connect, from ``port`` if it is given and can be had."""
        family, address = target.address
        self._socket = socket.socket(family, socket.SOCK_STREAM)
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if receive_buffer is not None:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        if port:
            self._bind(port)
        self._target = target
        self._out = bytearray()
        self._state = State.CONNECTING
        self._tls_wants_write = False
        self.reading = True
        # Where nobody listens on this machine, it is refused at once, which no selector reports.
        refused = self._socket.connect_ex(address)
        self.failure = "" if refused in _IN_PROGRESS else errno.errorcode.get(refused, str(refused))

    @property
    def port(self) -> int:
        """Its own port; 0 once the descriptor is given up."""
        return int(self._socket.getsockname()[1]) if self._socket.fileno() >= 0 else 0

    def _bind(self, port: int) -> None:
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            self._socket.bind(("", port))
        except OSError:
            return  # somebody else has it, so another one will do

    def fileno(self) -> int:
        """Return the descriptor for a selector."""
        return self._socket.fileno()

    @property
    def wanted(self) -> int:
        """The selector events that it waits for."""
        # A socket that connects becomes writable; so does one that TLS has something to write on.
        wants_write = self._state == State.CONNECTING or self._tls_wants_write
        wants_write = wants_write or (self._state == State.OPEN and bool(self._out))
        return selectors.EVENT_READ * self.reading | selectors.EVENT_WRITE * wants_write

    @property
    def unsent(self) -> int:
        """How many bytes the operating system has not taken yet."""
        return len(self._out)

    @property
    def is_ready(self) -> bool:
        """Whether it is connected (and secured), so that bytes go out as they are sent."""
        return self._state == State.OPEN

    @property
    def was_accepted(self) -> bool:
        """Whether there was somebody to take the TCP connection."""
        return self._state != State.CONNECTING

    def narrow(self, send_buffer: int) -> None:
        """Keep the operating system from queueing more than about ``send_buffer`` bytes."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, send_buffer)

    @property
    def is_lost(self) -> bool:
        """Whether the connection was reset, which shows without reading (on Linux; elsewhere never)."""
        if not hasattr(socket, "TCP_INFO") or self._socket.fileno() < 0:
            return False
        return self._socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] == _TCP_CLOSE

    def send(self, data: bytes) -> None:
        """Queue ``data``, and write what can be written now."""
        waiting = bool(self._out)
        self._out += data
        if waiting:
            return  # the selector reports when the operating system takes more
        if self._state == State.OPEN:
            self._flush()

    def on_ready(self, events: int) -> ReadResult:
        """Do what the selector's ``events`` allow; return what came in, and how it ended if it did."""
        try:
            if self._state != State.OPEN:
                self._advance()
            if self._state == State.OPEN:
                self._flush()
                return self._read() if events & selectors.EVENT_READ and self.reading else ReadResult(b"")
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError) as want:
            self._tls_wants_write = isinstance(want, ssl.SSLWantWriteError)
        except ssl.SSLCertVerificationError as error:
            return ReadResult(b"", f"{UNTRUSTED}: {error.verify_message}")
        except ssl.SSLError as error:
            return ReadResult(b"", f"TLS: {error.reason or error}")
        except OSError as error:
            return ReadResult(b"", _name(error.errno))
        return ReadResult(b"")

    def finish(self) -> None:
        """Send FIN behind what was queued, and go on reading."""
        self._flush_quietly()
        try:
            # Not SSLSocket's own, which would give up the TLS layer that is still needed for reading.
            socket.socket.shutdown(self._socket, socket.SHUT_WR)
        except OSError:
            return  # it has ended already, which the next reading shows

    def reset(self) -> None:
        """End with RST at once."""
        self._flush_quietly()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        socket.socket.close(self._socket)

    def close(self) -> None:
        """Give up the descriptor."""
        self._socket.close()

    @property
    def _pending(self) -> bool:
        """Whether TLS holds decrypted bytes, which no selector reports."""
        return isinstance(self._socket, ssl.SSLSocket) and self._socket.pending() > 0

    def _advance(self) -> None:
        """Finish connecting, and the TLS handshake where there is one."""
        if self._state == State.CONNECTING:
            # Writable means decided: connected, or failed with this error.
            failure = self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if failure:
                raise OSError(failure, "")
            self._state = State.OPEN
            # TLS is begun by hand, so that its handshake takes its turn like everything else.
            if self._target.tls is not None:
                self._state = State.SECURING
                self._socket = self._target.tls.wrap_socket(
                    self._socket, server_hostname=self._target.server_name, do_handshake_on_connect=False
                )
        if self._state == State.SECURING and isinstance(self._socket, ssl.SSLSocket):
            self._tls_wants_write = False
            self._socket.do_handshake()
            self._state = State.OPEN

    def _flush(self) -> None:
        try:
            while self._out:
                del self._out[: self._socket.send(self._out[:_MOST_AT_ONCE])]
        except (BlockingIOError, ssl.SSLWantWriteError, ssl.SSLWantReadError):
            return
        except OSError:
            # The other side is gone; what it sent before is still to be read, and shows how it went.
            self._out.clear()

    def _flush_quietly(self) -> None:
        if self._state == State.OPEN:
            self._flush()

    def _read(self) -> ReadResult:
        parts = []
        size = 0
        end = ""
        # Bytes that TLS has decrypted already must be read now: no selector reports them.
        while size < _MOST_AT_ONCE or self._pending:
            try:
                data = self._socket.recv(_MOST_AT_ONCE)
            except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
                break
            # TCP ended without TLS's own closing alert: an end all the same.
            except ssl.SSLEOFError:
                end = "FIN"
                break
            except OSError as error:
                end = _name(error.errno)
                break
            if not data:
                end = "FIN"
                break
            parts.append(data)
            size += len(data)
        return ReadResult(b"".join(parts), end)


def _name(number: int | None) -> str:
    if number in (errno.ECONNRESET, errno.EPIPE):
        return "RST"
    return errno.errorcode.get(number or 0, f"error {number}")
