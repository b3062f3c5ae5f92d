"""One WebSocket connection of a simulated user, read by a callback on Locust's own event loop.

Whole, unfragmented text frames, which is nearly all traffic, are found by ``frame_scanner`` (where they are
compressed, by ``inflater``) and handed on together, as they were read; text messages go out as
``text_frame`` frames them. The handshake and every other frame are the business of the Sans-I/O protocol
of ``websockets``, fed exactly one frame at a time, so that it never holds half of one. Between such frames an
open connection does without it: it would be a good part of a user's memory.
"""

import socket
import struct
from collections.abc import Callable
from contextlib import suppress
from time import monotonic_ns
from typing import Any

import gevent
from gevent.event import Event
from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.protocol import State
from websockets.uri import WebSocketURI

from hubbub.load.websocket.answers import SWITCHING, Answer, may_be_http, not_http, read_answer
from hubbub.load.websocket.exhaustion import EXHAUSTED
from hubbub.load.websocket.frame_scanner import frame_end, scan_text
from hubbub.load.websocket.listener import End, Listener
from hubbub.load.websocket.opening import MAX_MESSAGE, Opening, Scan, opened
from hubbub.load.websocket.text_frame import text_frame
from hubbub.load.websocket.transport import READ_SIZE, WOULD_BLOCK, Reader

_MAX_FRAME = MAX_MESSAGE + 14
_MAX_HEAD = 1 << 16
_END_OF_HEAD = b"\r\n\r\n"
_READABLE, _WRITABLE = 1, 2
_RESET = struct.pack("ii", 1, 0)
"""The value of SO_LINGER by which closing a socket resets its connection."""
_SLOW_BUFFER = 1 << 15
"""Bytes that the kernel is to keep for a user that does not read."""
_BINARY = b"(binary) "
"""Put before a binary message, which no chat protocol here has, so that it is read as none of theirs."""
_LONG = 20_000_000
"""What comes in one read is taken in within so many ns about, for all others wait meanwhile."""
_LEAST_READ = 1 << 10
"""So many bytes are read at once in any case."""
_FRAMES = 64
"""So many frames that are no whole texts are taken in at once; then all others have their turn."""


_PLAIN = Opening()


class HandshakeError(Exception):
    """The server did not answer the opening handshake as a WebSocket server does."""

    def __init__(self, reason: str, answer: Answer | None = None) -> None:
        super().__init__(reason)
        self.answer = answer
        """What it answered, where that was HTTP."""


OnTexts = Callable[[list[bytes], int, int], None]
"""Takes the text messages of one read, when they arrived, and when they were read, in ns of the run."""


OnBytes = Callable[[bytes, int, int], bytes]
"""Takes the bytes of one read where frames may begin; returns those that it leaves, from a frame on."""

_Take = Callable[[bytes, int, int], None]


class Connection:
    """A WebSocket connection over ``sock``, which ``hubbub.load.websocket.transport.dial`` connected."""

    __slots__ = (
        "_answer",
        "_broken",
        "_changed",
        "_fragments",
        "_held",
        "_listener",
        "_opened",
        "_opening",
        "_paused",
        "_protocol",
        "_read",
        "_read_watcher",
        "_rest",
        "_scan",
        "_size",
        "_socket",
        "_take",
        "_unsent",
        "_uri",
        "_write_watcher",
        "end",
        "on_bytes",
        "on_texts",
    )

    def __init__(self, sock: socket.socket, uri: WebSocketURI, read: Reader, listener: Listener) -> None:
        self.on_texts: OnTexts = listener.texts
        self.on_bytes: OnBytes = _leave
        """Is offered what is read before frames are looked for in it."""
        self.end: End | None = None
        """How the connection ended, once it has."""
        self._listener = listener
        self._socket = sock
        self._read = read
        self._size = READ_SIZE
        self._uri = uri
        self._protocol: ClientProtocol | None = None
        self._take: _Take = self._take_handshake
        self._opened = False
        self._answer: Answer | None = None
        self._opening = _PLAIN
        self._rest = b""
        self._scan: Scan = scan_text
        self._fragments: list[bytes] | None = None
        self._unsent: bytearray | None = None
        self._broken = False
        self._paused = False
        self._held: Any = None
        """The timer at which the rest of what was read is taken in, while there is one."""
        self._changed = Event()
        self._read_watcher = gevent.get_hub().loop.io(sock.fileno(), _READABLE)
        self._write_watcher: Any = None

    def handshake(self, opening: Opening = _PLAIN) -> None:
        """Shake hands, while other greenlets run; raises HandshakeError where the server does not."""
        self._opening = opening
        self._read_watcher.start(self._on_readable)
        self._protocol = protocol = opening.protocol(self._uri)
        protocol.send_request(opening.request(protocol))
        self._flush(protocol)
        while not self._opened and self.end is None:
            self._wait_for_change()
        if not self._opened and self.end is not None:
            raise HandshakeError(self.end.reason, self._answer)

    def send_text(self, payload: bytes, copies: int = 1) -> bool:
        """Send one text message, or several equal ones in one piece.

        Return when the kernel has taken all of it, or False if it never will.

        To be called when ``wait_until_writable`` has just said that something can be sent.
        """
        if self._protocol is None:
            self._write(
                text_frame(payload) if copies == 1 else b"".join([text_frame(payload) for _ in range(copies)])
            )
        else:
            for _ in range(copies):
                self._protocol.send_text(payload)
            self._flush(self._protocol)
        return self.wait_until_writable()

    def wait_until_writable(self) -> bool:
        """Wait while the kernel takes no more; return False if the connection has ended."""
        while self._unsent and self.end is None and not self._broken:
            self._wait_for_change()
        return self.end is None and not self._broken and self._is_open()

    def close(self, timeout: float) -> None:
        """Close with code 1000, give the server ``timeout`` seconds to follow, and free the socket."""
        try:
            with gevent.Timeout(timeout, False):
                if self._is_open():
                    protocol = self._full_protocol()
                    protocol.send_close(1000)
                    self._flush(protocol)
                while self._read_watcher.active or self._held is not None:
                    self._wait_for_change()
        finally:
            # In a ramp down Locust may end a user once more while it leaves.
            self._free()

    def abort(self) -> None:
        """Be gone at once, by a TCP reset."""
        with suppress(OSError):
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self._free()

    def pause_reading(self) -> None:
        """Leave what comes in the kernel, which takes little from now on, until ``resume_reading``."""
        if self._read_watcher.active or self._held is not None:
            with suppress(OSError):
                self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _SLOW_BUFFER)
            self._read_watcher.stop()
            self._paused = True

    def resume_reading(self) -> None:
        """Read on."""
        if self._paused:
            self._paused = False
            if self._held is None:
                self._read_watcher.start(self._on_readable)

    def _is_open(self) -> bool:
        return self._opened and (self._protocol is None or self._protocol.state is State.OPEN)

    def _full_protocol(self) -> ClientProtocol:
        """Return the protocol for a frame that is not a whole text, be it sent or received."""
        if self._protocol is None:
            self._protocol = opened(self._uri)
        return self._protocol

    def _wait_for_change(self) -> None:
        self._changed.clear()
        self._changed.wait()

    def _on_readable(self) -> None:
        try:
            data, arrival, read = self._read(self._size)
        except WOULD_BLOCK:
            return
        except (OSError, MemoryError) as error:
            if isinstance(error, MemoryError) or error.errno in EXHAUSTED:
                self._fail(error)
            else:
                self._finish(End(None, str(error)))
            return
        try:
            if data:
                began = monotonic_ns()
                if len(data) >= self._size:
                    self._listener.behind()
                self._take(data, arrival, read)
                self._adapt(monotonic_ns() - began)
            else:
                self._take_eof()
        except Exception as error:
            self._fail(error)

    def _fail(self, error: Exception) -> None:
        self._listener.fault(error)
        self._finish(End(None, f"the load generator's own fault: {error!r}"))

    def _adapt(self, took: int) -> None:
        """Read less at once where it takes long to take in what the server sends, and more again later."""
        if took > _LONG:
            self._size = max(_LEAST_READ, self._size // 8)
        elif self._size < READ_SIZE and took < _LONG // 8:
            self._size *= 2

    def _take_handshake(self, data: bytes, arrival: int, read: int) -> None:
        """Give the protocol the head of the answer, and keep what follows it for the scanner."""
        data = self._rest + data
        if not may_be_http(data):
            self._finish(End(None, not_http(data)))
            return
        end = data.find(_END_OF_HEAD) + len(_END_OF_HEAD)
        if end < len(_END_OF_HEAD):
            self._rest = data
            if len(data) > _MAX_HEAD:
                self._finish(End(None, "its answer to the handshake had no end"))
            return
        self._rest = b""
        self._answer = answer = read_answer(data[:end])
        if answer is not None and answer.status != SWITCHING:
            # The rest is a page for people, which need not have an end.
            self._finish(End(None, str(answer)))
            return
        protocol = self._full_protocol()
        protocol.receive_data(data[:end])
        refusal = self._opening.refusal(protocol)
        if refusal:
            self._finish(End(None, refusal))
        elif protocol.state is State.OPEN:
            self._opened = True
            self._scan = self._opening.scan(protocol)
            protocol.events_received()
            self._let_go(protocol)
            self._take = self._take_frames
            self._take_frames(data[end:], arrival, read)
        else:
            self._take = self._take_refusal
            self._take_refusal(data[end:], arrival, read)
        self._changed.set()

    def _take_refusal(self, data: bytes, _arrival: int, _read: int) -> None:
        protocol = self._full_protocol()
        protocol.receive_data(data)
        if protocol.handshake_exc is not None:
            self._finish(End(None, f"its answer opens no WebSocket: {protocol.handshake_exc}"))

    def _take_frames(self, data: bytes, arrival: int, read: int) -> None:
        if self._rest:
            data, self._rest = self._rest + data, b""
        if self._fragments is None:
            data = self.on_bytes(data, arrival, read)
        position = frames = 0
        while self.end is None:
            if self._fragments is None:
                payloads, position = self._scan(data, position)
                if payloads:
                    self.on_texts(payloads, arrival, read)
            if position == len(data):
                break
            end = frame_end(data, position)
            if end is None or len(data) < end <= position + _MAX_FRAME:
                break
            self._take_frame(data[position:end], arrival, read)
            position = end
            frames += 1
            if frames == _FRAMES:
                self._hold(arrival, read)
                break
        self._rest = data[position:]
        if self._protocol is not None:
            self._flush(self._protocol)
            self._let_go(self._protocol)

    def _take_frame(self, frame: bytes, arrival: int, read: int) -> None:
        """Give the protocol one frame that is not for the scanner, and do what it says."""
        protocol = self._full_protocol()
        protocol.receive_data(frame)
        for event in protocol.events_received():
            if isinstance(event, Frame) and self.end is None:
                self._heed(event, arrival, read)
        if protocol.parser_exc is not None:
            self._flush(protocol)
            self._finish(End(None, f"the server broke the protocol: {protocol.parser_exc}"))

    def _hold(self, arrival: int, read: int) -> None:
        """Take in the rest of what was read, and read on, after the event loop has been round once."""
        if self.end is None:
            self._read_watcher.stop()
            self._held = gevent.get_hub().loop.timer(0)
            self._held.start(self._go_on, arrival, read)
            self._listener.behind()

    def _go_on(self, arrival: int, read: int) -> None:
        self._held = None
        data, self._rest = self._rest, b""
        try:
            self._take(data, arrival, read)
        except Exception as error:
            self._fail(error)
            return
        if self._held is None and not self._paused and self._socket.fileno() >= 0:
            self._read_watcher.start(self._on_readable)

    def _let_go(self, protocol: ClientProtocol) -> None:
        """Do without the protocol where it has nothing to remember."""
        if protocol.state is State.OPEN and self._fragments is None and not protocol.extensions:
            self._protocol = None

    def _heed(self, frame: Frame, arrival: int, read: int) -> None:
        data = bytes(frame.data)
        if frame.opcode is Opcode.CLOSE:
            close = self._full_protocol().close_rcvd
            assert close is not None
            self._take = _discard
            self._announce(End(close.code, close.reason))
        elif frame.opcode in (Opcode.TEXT, Opcode.BINARY):
            self._fragments = [data if frame.opcode is Opcode.TEXT else _BINARY + data]
        elif frame.opcode is Opcode.CONT:
            assert self._fragments is not None
            if data:
                self._fragments.append(data)
        if self._fragments is not None and frame.fin and frame.opcode < Opcode.CLOSE:
            message, self._fragments = b"".join(self._fragments), None
            self.on_texts([message], arrival, read)

    def _take_eof(self) -> None:
        how = "without a Close frame"
        if not self._opened:
            how = (
                "in the middle of its answer" if self._rest else "without an answer to the opening handshake"
            )
        self._finish(End(None, f"the server ended the connection {how}"))

    def _flush(self, protocol: ClientProtocol) -> None:
        """Send what the protocol wants sent."""
        self._write(b"".join(protocol.data_to_send()))

    def _write(self, data: bytes) -> None:
        """Send, as far as the kernel takes it; the rest follows when it can."""
        if self._unsent:
            self._unsent += data
        elif data and not self._broken:
            sent = self._send(data)
            if sent < len(data) and not self._broken:
                self._unsent = bytearray(memoryview(data)[sent:])
                self._await_writable()

    def _send(self, data: bytes | bytearray) -> int:
        """Return how many bytes the kernel has taken."""
        try:
            return self._socket.send(data)
        except WOULD_BLOCK:
            return 0
        except OSError:
            # What the server had sent before is yet to be read; where reading ends, the connection ends.
            self._broken = True
            return 0

    def _await_writable(self) -> None:
        if self._write_watcher is None:
            self._write_watcher = gevent.get_hub().loop.io(self._socket.fileno(), _WRITABLE)
        self._write_watcher.start(self._on_writable)

    def _on_writable(self) -> None:
        try:
            if self._unsent:
                del self._unsent[: self._send(self._unsent)]
            if self._broken or not self._unsent:
                self._unsent = None
                self._write_watcher.stop()
                self._changed.set()
        except Exception as error:
            self._fail(error)

    def _announce(self, end: End) -> None:
        if self.end is None:
            self.end = end
            self._listener.end(end)
            self._changed.set()

    def _finish(self, end: End) -> None:
        self._announce(end)
        self._free()

    def _free(self) -> None:
        self._paused = False
        self._read_watcher.stop()
        if self._held is not None:
            self._held.stop()
            self._held = None
        if self._write_watcher is not None:
            self._write_watcher.stop()
        self._socket.close()
        self._changed.set()


def _leave(data: bytes, _arrival: int, _read: int) -> bytes:
    """Leave all to the scanner."""
    return data


def _discard(_data: bytes, _arrival: int, _read: int) -> None:
    """Nothing counts after a Close frame (RFC 6455 section 5.5.1)."""
